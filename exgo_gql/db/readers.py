"""Connections for reading, lent and taken back within the process: no task, no round trip, a timer only for who waits.

The driver's pool opens, resets and closes them. Between that, each stays with this class: the pool's own way of
taking a connection back is a task each time, which costs a tenth of a planned page.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import asyncpg

POOL_WAIT = 2.0
"""Seconds that a request waits for a connection (rule 15)."""


class Readers:
    """At most so many connections as ``pool`` has, each lent to one block at a time."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._idle: list[Any] = []
        self._held = 0
        """Connections that the pool has given us: lent, idle, or being opened."""
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._closing = False

    def lend(self) -> Loan:
        """A connection for the length of a block. Entering it raises ``TimeoutError`` after ``POOL_WAIT``."""
        return Loan(self)

    async def take(self) -> Any:
        while True:
            while self._idle:
                connection = self._idle.pop()
                if _is_usable(connection):
                    return connection
                await self._drop(connection)
            if self._held < self._pool.get_max_size():
                return await self._open()
            connection = await self._wait()
            if connection is not None:
                return connection

    async def give_back(self, connection: Any, *, sound: bool) -> None:
        if sound and not self._closing and _is_usable(connection):
            self._pass_on(connection)
        else:
            await self._drop(connection)

    async def close(self) -> None:
        """Give all idle connections back and wait for those that are lent."""
        self._closing = True
        while self._idle:
            await self._drop(self._idle.pop())
        await self._pool.close()

    async def _open(self) -> Any:
        self._held += 1
        try:
            return await self._pool.acquire(timeout=POOL_WAIT)
        except BaseException:
            self._held -= 1
            self._pass_on(None)
            raise

    async def _drop(self, connection: Any) -> None:
        """What is broken, or in somebody's transaction, is the pool's to mend; who waits may open another."""
        self._held -= 1
        try:
            await self._pool.release(connection)
        finally:
            self._pass_on(None)

    async def _wait(self) -> Any:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting.append(future)
        timer = loop.call_later(POOL_WAIT, _expire, future)
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self._pass_on(future.result())  # it came in the same moment: for the next one, then
            raise
        finally:
            timer.cancel()

    def _pass_on(self, connection: Any) -> None:
        """To who waits longest; ``None`` tells that there is room to open one."""
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(connection)
                return
        if connection is not None:
            self._idle.append(connection)


class Loan:
    """One connection, from the beginning of a block to its end."""

    __slots__ = ("_connection", "_readers")

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def __aenter__(self) -> Any:
        self._connection = await self._readers.take()
        return self._connection

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        await self._readers.give_back(self._connection, sound=error is None)


def _is_usable(connection: Any) -> bool:
    try:
        return not (connection.is_closed() or connection.is_in_transaction())
    except asyncpg.InterfaceError:  # it closed while it was lent, and the pool has it back already
        return False


def _expire(future: asyncio.Future[Any]) -> None:
    if not future.done():
        future.set_exception(TimeoutError())
