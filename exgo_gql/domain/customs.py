"""Filings with customs: their states, and the documented rules of the sandbox (CUS-1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FilingStatus(StrEnum):
    """Where a filing stands."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class Decision:
    """What customs said of a filing."""

    approved: bool
    filing_no: str | None = None
    reason: str | None = None


def sandbox_decision(filing_id: str, number: str) -> Decision | None:
    """What the sandbox answers, by the suffix of a SKU or reference, so that each answer can be provoked.

    ``-REJECT`` is refused; ``-LOST`` never answers (``None``), so that staff decide by hand; ``-SLOW`` takes ten
    times as long; anything else is approved.
    """
    if number.endswith("-LOST"):
        return None
    if number.endswith("-REJECT"):
        return Decision(
            approved=False, reason="沙箱按后缀 -REJECT 拒绝 / the sandbox refuses by the suffix -REJECT"
        )
    return Decision(approved=True, filing_no=f"SB-{filing_id[-12:].upper()}")
