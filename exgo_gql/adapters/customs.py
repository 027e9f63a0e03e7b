"""Customs as the house talks to them (CUS-1): one interface, and the embedded sandbox behind it."""

from __future__ import annotations

import asyncio
from typing import Protocol

from exgo_gql.domain.customs import Decision, sandbox_decision


class NoAnswer(Exception):  # noqa: N818  # an outcome of the outside world
    """Customs did not answer in time; the delivery is tried again."""


class Gateway(Protocol):
    """Whoever decides filings."""

    async def submit(self, filing_id: str, number: str) -> Decision:
        """Send a filing and wait for the answer. Safe to repeat under the same id. Raises ``NoAnswer``."""
        ...


class Sandbox:
    """An embedded customs office that decides by the number's suffix, after a moment."""

    SLOWER = 10

    def __init__(self, delay_ms: int) -> None:
        self._delay = delay_ms / 1000

    async def submit(self, filing_id: str, number: str) -> Decision:
        """Decide by ``domain.customs.sandbox_decision``."""
        await asyncio.sleep(self._delay * (self.SLOWER if number.endswith("-SLOW") else 1))
        decision = sandbox_decision(filing_id, number)
        if decision is None:
            raise NoAnswer(number)
        return decision
