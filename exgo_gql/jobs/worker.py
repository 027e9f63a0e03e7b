"""The worker's loop: pgqueuer on a connection of its own, begun again whenever that is lost."""

from __future__ import annotations

import asyncio
import datetime as dt
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.models import Job, Schedule

from exgo_gql.db.pools import LOST
from exgo_gql.db.roles import DatabaseRole
from exgo_gql.db.urls import as_role, driver_dsn
from exgo_gql.jobs.deliveries import deliver
from exgo_gql.jobs.desk import Desk

log = structlog.get_logger(__name__)

HEARTBEAT = dt.timedelta(seconds=30)
"""A job whose worker has been silent for so long is given to another."""

_AGAIN: dict[str, Any] = {
    "max_attempts": 10**9,
    "initial_delay": dt.timedelta(seconds=1),
    "backoff_multiplier": 1.0,
}
"""How a job is put back that could not even begin: every second, and nobody gives up on a delivery for that."""


class Worker:
    """Takes jobs until it is stopped. Several may run, in one process or many."""

    def __init__(self, url: str, desk: Desk) -> None:
        self._dsn = driver_dsn(as_role(url, DatabaseRole.WORKER))
        self._desk = desk
        self._queue: PgQueuer | None = None
        self._stopping = False

    async def run(self) -> None:
        """Work until ``stop``. A lost connection, or a queue that fails, is begun again after a pause."""
        wait = 0.1
        while not self._stopping:
            try:
                await self._work()
                wait = 0.1
            except (*LOST, asyncpg.PostgresError, RuntimeError) as error:
                log.warning("the worker begins again", reason=repr(error))
            if not self._stopping:
                await asyncio.sleep(wait)
                wait = min(wait * 2, 5.0)

    async def _work(self) -> None:
        connection = await asyncpg.connect(self._dsn)
        try:
            queue = self._queue = PgQueuer.from_asyncpg_connection(connection)

            # What a delivery fails with is kept with it; what comes this far is a database that was away.
            @queue.entrypoint("deliver", executor_factory=partial(DatabaseRetryEntrypointExecutor, **_AGAIN))
            async def take(job: Job) -> None:
                await deliver(self._desk, UUID((job.payload or b"").decode()))

            @queue.schedule("forget_outcomes", "17 * * * *")
            async def forget(_schedule: Schedule) -> None:
                await connection.execute(
                    "delete from kept_outcomes where created_at < now() - interval '24 hours'"
                )

            await queue.run(
                dequeue_timeout=dt.timedelta(seconds=5),
                heartbeat_timeout=HEARTBEAT,
                shutdown_on_listener_failure=True,
            )
        finally:
            self._queue = None
            await connection.close(timeout=5)

    def stop(self) -> None:
        """Finish what is at hand, take nothing new."""
        self._stopping = True
        if self._queue is not None:
            self._queue.shutdown.set()
