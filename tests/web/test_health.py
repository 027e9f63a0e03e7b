"""``/healthz`` and ``/readyz``, and the check that start-up makes of the server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from exgo_gql.db.checks import NotReady, check_server
from exgo_gql.web import health
from exgo_gql.web.health import healthz, readiness
from tests.stage import Fresh


def client(database: Any) -> httpx.AsyncClient:
    """Somebody who asks an application that has this database and nothing else."""
    routes = [Route("/healthz", healthz), Route("/readyz", readiness(lambda: database))]
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)), base_url="http://x")


async def test_ready_until_a_table_has_lost_its_lock(new_database: Callable[[], Awaitable[Fresh]]) -> None:
    fresh = await new_database()
    async with client(fresh.database) as http, fresh.owner() as owner:
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        await owner.execute("alter table products no force row level security")
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json() == {
            "status": "unavailable",
            "reason": "tables without forced row-level security: products",
        }
        assert (await http.get("/healthz")).json() == {"status": "ok"}


async def test_not_ready_before_its_own_revision(new_database: Callable[[], Awaitable[Fresh]]) -> None:
    fresh = await new_database()
    async with client(fresh.database) as http, fresh.owner() as owner:
        await owner.execute("update alembic_version set version_num = '9999'")
        answer = await http.get("/readyz")
        assert answer.status_code == 503
        assert "run `exgo-gql migrate`" in answer.json()["reason"]
        await owner.execute("revoke select on alembic_version from exgo_worker")
        answer = await http.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["reason"] == "The database refuses: permission denied for table alembic_version"


class Hanging:
    """A database that says nothing, and counts who asks."""

    def __init__(self) -> None:
        self.asked = 0
        self.well = asyncio.Event()

    @contextlib.asynccontextmanager
    async def reading(self, _scope: object) -> AsyncIterator[Server]:
        self.asked += 1
        await self.well.wait()
        yield Server("170004")


class Server:
    """What a connection says of its server."""

    def __init__(self, version: str) -> None:
        self._version = version

    async def fetchval(self, statement: str) -> str:
        assert statement == "show server_version_num"
        return self._version


async def test_a_database_that_hangs_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "SECONDS", 0.05)
    database = Hanging()
    async with client(database) as http:
        answers = await asyncio.gather(*(http.get("/readyz") for _ in range(20)))
        assert {answer.status_code for answer in answers} == {503}
        assert {answer.json()["reason"] for answer in answers} == {"The database does not answer."}
        assert (await http.get("/healthz")).status_code == 200
        assert database.asked == 1
        database.well.set()
        assert (await http.get("/readyz")).json()["reason"] == "PostgreSQL 18 or newer is needed; this is 17"


async def test_no_service_from_an_old_server() -> None:
    with pytest.raises(NotReady, match="18 or newer is needed; this is 17"):
        await check_server(Server("170004"))
