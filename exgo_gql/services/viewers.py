"""Whose tokens hold, remembered for a second: a busy client's requests ask the database once (rule 2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from uuid import UUID

from exgo_gql.auth import tokens
from exgo_gql.auth.viewer import Viewer
from exgo_gql.db.pools import Database
from exgo_gql.services.sessions import viewer_of

SECONDS = 1.0
"""How long a session that was ended elsewhere may go on here."""
MOST = 10_000
"""Viewers at a time. The oldest goes first; it has a second at most anyway."""


class Viewers:
    """One instance per process. Only those who were found are remembered: a refusal is looked up each time."""

    def __init__(self, *, clock: Callable[[], float] = monotonic, most: int = MOST) -> None:
        """``clock`` counts seconds."""
        self._clock, self._most = clock, most
        self._known: dict[bytes, tuple[Viewer, float]] = {}
        self._asked: dict[bytes, asyncio.Task[Viewer | None]] = {}

    async def of(self, database: Database, token: str) -> Viewer | None:
        """Whose token this is, if it is one that still holds. Raises ``Unavailable``."""
        token_hash = tokens.digest(token)
        known = self._known.get(token_hash)
        if known is not None and self._clock() < known[1]:
            return known[0]
        asked = self._asked.get(token_hash)
        if asked is None:
            asked = asyncio.create_task(self._look_up(database, token_hash), name="viewer")
            self._asked[token_hash] = asked
        # One who goes away must not take the answer from the others who wait for it.
        return await asyncio.shield(asked)

    def forget(self, session_id: UUID | None) -> None:
        """A session was ended here. What is being looked up may have been read before that: it is not kept."""
        self._asked.clear()
        for token_hash in [
            key for key, (viewer, _) in self._known.items() if viewer.session_id == session_id
        ]:
            del self._known[token_hash]

    async def _look_up(self, database: Database, token_hash: bytes) -> Viewer | None:
        until = self._clock() + SECONDS
        try:
            viewer = await viewer_of(database, token_hash)
            if self._asked.get(token_hash) is asyncio.current_task():
                self._keep(token_hash, viewer, until)
            return viewer
        finally:
            if self._asked.get(token_hash) is asyncio.current_task():
                del self._asked[token_hash]

    def _keep(self, token_hash: bytes, viewer: Viewer | None, until: float) -> None:
        self._known.pop(token_hash, None)
        if viewer is not None:
            self._known[token_hash] = viewer, until
            if len(self._known) > self._most:
                del self._known[next(iter(self._known))]
