"""Lending connections: to one at a time, in turn, and never a broken one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from exgo_gql.db import readers as module
from exgo_gql.db.embedded import EmbeddedPostgres
from exgo_gql.db.readers import Readers
from exgo_gql.db.urls import driver_dsn


@pytest_asyncio.fixture
async def readers(server: EmbeddedPostgres) -> AsyncIterator[Readers]:
    """Two connections at most."""
    lending = Readers(await asyncpg.create_pool(driver_dsn(server.url()), min_size=1, max_size=2))
    yield lending
    await asyncio.wait_for(lending.close(), 10)


async def pid(readers: Readers) -> int:
    async with readers.lend() as connection:
        found: int = await connection.fetchval("select pg_backend_pid()")
        return found


async def test_one_connection_serves_one_after_the_other(readers: Readers) -> None:
    assert len({await pid(readers) for _ in range(20)}) == 1


async def test_no_connection_is_lent_twice_at_once(readers: Readers) -> None:
    lent: list[object] = []

    async def borrow() -> int:
        async with readers.lend() as connection:
            assert connection not in lent
            lent.append(connection)
            found: int = await connection.fetchval("select pg_backend_pid()")
            lent.remove(connection)
            return found

    assert len(set(await asyncio.gather(*(borrow() for _ in range(200))))) == 2


async def test_who_waits_longest_is_next(readers: Readers) -> None:
    order: list[int] = []

    async def borrow(number: int) -> None:
        async with readers.lend():
            order.append(number)

    async with readers.lend(), readers.lend():
        waiting = [asyncio.create_task(borrow(number)) for number in range(5)]
        await asyncio.sleep(0)
        assert order == []
    await asyncio.gather(*waiting)
    assert order == list(range(5))


async def test_who_waits_too_long_is_told(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    # rule 15
    monkeypatch.setattr(module, "POOL_WAIT", 0.05)
    async with readers.lend(), readers.lend():
        with pytest.raises(TimeoutError):
            await pid(readers)
    assert await pid(readers)


async def test_who_gives_up_waiting_costs_nobody_a_connection(readers: Readers) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(readers.lend())
        first, second, third = [asyncio.create_task(pid(readers)) for _ in range(3)]
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
    second.cancel()  # in the moment in which it was given one
    assert await third
    assert len(set(await asyncio.gather(*(pid(readers) for _ in range(50))))) <= 2


async def test_a_broken_connection_is_replaced(readers: Readers) -> None:
    async with readers.lend() as connection:
        broken = await connection.fetchval("select pg_backend_pid()")
    other = await pid(readers)
    assert other == broken
    async with readers.lend() as connection:
        await connection.close()
    async with readers.lend() as connection:
        assert await connection.fetchval("select pg_backend_pid()") != broken


async def test_a_connection_in_a_transaction_is_not_passed_on(readers: Readers) -> None:
    async with readers.lend() as connection:
        await connection.execute("begin; create temp table mine (x int)")
    with contextlib.suppress(asyncpg.PostgresError):
        async with readers.lend() as connection:
            await connection.execute("begin")
            await connection.execute("select 1 / 0")
    async with readers.lend() as one, readers.lend() as two:
        assert not one.is_in_transaction()
        assert not two.is_in_transaction()


async def test_closing_waits_for_those_that_are_lent(readers: Readers) -> None:
    async with readers.lend() as connection:
        closing = asyncio.create_task(readers.close())
        await asyncio.sleep(0)
        assert await connection.fetchval("select 1") == 1
        assert not closing.done()
    await asyncio.wait_for(closing, 10)
