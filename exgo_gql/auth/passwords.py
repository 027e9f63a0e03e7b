"""Passwords: argon2id, off the event loop, a bounded number at a time (reliability, rule 22)."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
"""Hashes computed at the same time; each takes 19 MiB and a core."""


class Passwords:
    """Hashes and checks. One instance per process."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        # An account that does not exist costs the same work as one that does.
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The hash to store."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether a password is the stored one; ``None`` takes the same time and is false."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, self._verify, stored or self._nobody, password)
        return found and stored is not None

    def hash_now(self, password: str) -> str:
        """The hash, in this thread: for the command line."""
        return self._hasher.hash(password)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
