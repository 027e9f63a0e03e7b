"""A worker that runs: it decides filings, outlives its connection, and stops when told (rule 13)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest_asyncio

from exgo_gql.adapters.customs import Sandbox
from exgo_gql.db.urls import driver_dsn
from exgo_gql.jobs.desk import Desk
from exgo_gql.jobs.worker import Worker
from tests import scenes
from tests.jobs.office import status
from tests.stage import Company, Fresh, Stage

PATIENCE = 10.0
"""Seconds in which a worker must have done what is asked."""


@pytest_asyncio.fixture(scope="module")
async def own_stage(new_database: Callable[..., Awaitable[Fresh]]) -> AsyncIterator[Stage]:
    """A database of its own: a worker takes every job that it finds."""
    async with contextlib.AsyncExitStack() as stack:
        yield await stack.enter_async_context(Stage.open(await new_database()))


@contextlib.asynccontextmanager
async def working(stage: Stage) -> AsyncIterator[Worker]:
    """A worker, and its clean end."""
    worker = Worker(stage.fresh.url, Desk(stage.fresh.database, Sandbox(0)))
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await asyncio.wait_for(task, 10)
    assert task.exception() is None


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something, for so long as one is patient."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110  # what is waited for is in the database
            await asyncio.sleep(0.05)


async def file(company: Company) -> str:
    made = await scenes.draft(company)
    await company.operator.do("productFile", {"id": made["id"]})
    return str(made["id"])


async def filed(stage: Stage, id_: str) -> bool:
    return await status(stage, "products", id_) == "FILED"


async def kill(stage: Stage, *pids: int) -> int:
    """End these connections, or all that the worker's role has, as an administrator would."""
    admin = await asyncpg.connect(driver_dsn(stage.fresh.url))
    try:
        return int(
            await admin.fetchval(
                """select count(pg_terminate_backend(pid)) from pg_stat_activity
                   where datname = current_database() and usename = 'exgo_worker'
                     and (pid = any($1) or $1 = '{}')""",
                list(pids),
            )
        )
    finally:
        await admin.close()


def own_connection(worker: Worker) -> int:
    """The connection that the worker waits for jobs on."""
    assert worker._queue is not None
    driver: Any = worker._queue.connection
    return int(driver._connection.get_server_pid())


async def listeners(stage: Stage) -> int:
    """Connections that the worker itself holds: those that wait for the queue's notices."""
    return int(
        await stage.admin.fetchval(
            "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen%'"
        )
    )


async def test_it_decides_within_seconds(own_stage: Stage) -> None:
    # CUS-1, CUS-2
    company = await own_stage.company()
    before = await file(company)  # waiting when the worker begins
    async with working(own_stage):
        await until(lambda: filed(own_stage, before))
        for _ in range(3):
            id_ = await file(company)
            await until(lambda id_=id_: filed(own_stage, id_))
        rows = await own_stage.admin.fetch(
            "select attempts from deliveries where topic = 'CUSTOMS' and done_at is not null"
        )
        assert [row["attempts"] for row in rows] == [1] * 4
        await until(lambda: queue_is_empty(own_stage))


async def queue_is_empty(stage: Stage) -> bool:
    return await stage.admin.fetchval("select count(*) from pgqueuer") == 0


async def test_it_outlives_its_connection(own_stage: Stage) -> None:
    company = await own_stage.company()
    async with working(own_stage) as worker:
        first = await file(company)
        await until(lambda: filed(own_stage, first))
        assert await kill(own_stage, own_connection(worker)) == 1
        second = await file(company)
        await until(lambda: filed(own_stage, second))


async def test_no_delivery_is_lost_with_the_connections_it_is_made_on(own_stage: Stage) -> None:
    # rule 13: at least once, also when the database goes away as a job is begun
    company = await own_stage.company()
    async with working(own_stage):
        first = await file(company)
        await until(lambda: filed(own_stage, first))
        assert await kill(own_stage) >= 2  # the worker's own, and those of its pools
        second = await file(company)
        await until(lambda: filed(own_stage, second))


async def test_it_tries_waiting_orders_again(own_stage: Stage) -> None:
    # ORD-5
    company = await own_stage.company()
    product = (await scenes.filed(company))["id"]
    async with working(own_stage):
        order = await scenes.order(company, (product, 3), until="SUBMITTED")
        assert order["status"] == "EXCEPTION"
        asn = await scenes.asn(company, (product, 3))
        for state, step in (("DRAFT", "asnConfirm"), ("CONFIRMED", "asnSubmitReview")):
            assert await status(own_stage, "asns", asn["id"]) == state
            await company.operator.do(step, {"id": asn["id"]})

        async def in_state(table: str, id_: str, state: str) -> bool:
            return await status(own_stage, table, id_) == state

        await until(lambda: in_state("asns", asn["id"], "APPROVED"))
        await company.operator.do("asnDispatch", {"id": asn["id"]})
        await own_stage.warehouse.do("asnArrive", {"id": asn["id"]})
        counted = [{"lineId": asn["lines"]["nodes"][0]["id"], "goodQty": 3, "damagedQty": 0}]
        await own_stage.warehouse.do("asnBookBatch", {"id": asn["id"], "lines": counted})
        made = await scenes.read_asn(company, asn["id"])
        line = made["batches"]["nodes"][0]["lines"]["nodes"][0]["id"]
        await own_stage.warehouse.do("asnPutAway", {"receiptLineId": line, "qty": 3, "location": "A-01"})
        await until(lambda: in_state("orders", order["id"], "SUBMITTED"))
        assert await scenes.balance(company, product) == (0, 0, 0, 0, 3, 0)


async def test_two_workers_decide_once(own_stage: Stage) -> None:
    company = await own_stage.company()
    async with working(own_stage), working(own_stage):
        ids = [await file(company) for _ in range(8)]
        for id_ in ids:
            await until(lambda id_=id_: filed(own_stage, id_))
    decided = await own_stage.admin.fetchval(
        "select count(*) from operation_logs where merchant_id = $1 and action = 'product:approve'",
        company.id,
    )
    assert decided == 8


async def test_it_stops_when_told(own_stage: Stage) -> None:
    company = await own_stage.company()
    async with working(own_stage) as worker:
        done = await file(company)
        await until(lambda: filed(own_stage, done))
        worker.stop()
    later = await file(company)
    assert await listeners(own_stage) == 0
    assert await status(own_stage, "products", later) == "FILING"
    async with working(own_stage):  # whoever comes next takes it up
        await until(lambda: filed(own_stage, later))
