"""Locks between processes, which the kernel lets go of however their holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

_POLL_SECONDS = 0.01


def wait_until(condition: Callable[[], bool], deadline: float) -> bool:
    """Poll until the condition holds (True) or `time.monotonic()` has passed the deadline (False)."""
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


class FileLock:
    """An advisory lock on a file that is never deleted, so that all processes mean the same inode."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # A file object and no bare descriptor: dropped without release, it closes, and the lock with it.
        self._file: BinaryIO | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock, shared or exclusive."""
        return self._file is not None

    def try_shared(self) -> bool:
        """Take the lock beside other sharers; False (and nothing is held) when it is held exclusively."""
        return self._try(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Take the lock alone, also from shared; False (and nothing is held) when others have it.

        Nothing is held then because flock() gives a shared lock up before it tries for the exclusive one.
        """
        return self._try(fcntl.LOCK_EX)

    def release(self) -> None:
        """Let go of the lock, if it is held."""
        if self._file is None:
            return
        # Closing alone would leave the lock with any child forked meanwhile, which has the descriptor too.
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._file.close()
        self._file = None

    @contextmanager
    def bequeathed(self) -> Iterator[int]:
        """Give the descriptor for a child to inherit: the lock then lasts as long as it and its children."""
        if self._file is None:
            message = "the lock is not held"
            raise ValueError(message)
        try:
            yield self._file.fileno()
        finally:
            # Closed and not released, which would take it from the child too.
            self._file.close()
            self._file = None

    def _try(self, kind: int) -> bool:
        if self._file is None:
            # Ours alone to open: whoever can read a file can lock it.
            self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600), "wb")
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        return True


@contextmanager
def exclusively(path: Path, deadline: float) -> Iterator[None]:
    """Hold the lock of this file alone.

    Raises:
        TimeoutError: another process kept it past the deadline (of `time.monotonic()`).

    """
    lock = FileLock(path)
    if not wait_until(lock.try_exclusive, deadline):
        message = f"another process has kept {path} locked for too long"
        raise TimeoutError(message)
    try:
        yield
    finally:
        lock.release()
