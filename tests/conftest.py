"""One private PostgreSQL for the run, a migrated template, and databases copied from it."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from exgo_gql.db.embedded import EmbeddedPostgres
from exgo_gql.db.migrate import migrate
from exgo_gql.db.pools import Database, PoolSizes
from exgo_gql.db.roles import OWNER
from exgo_gql.db.urls import driver_dsn
from exgo_gql.seeds.reference import seed_reference
from tests.stage import Fresh, Stage

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "256MB",
}
_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    """The server of this run: gone with it."""
    with tempfile.TemporaryDirectory(prefix="exgo-test-", ignore_cleanup_errors=True) as folder:
        # As root the server runs under another account, which must be able to reach its files.
        Path(folder).chmod(0o711)
        embedded = EmbeddedPostgres(Path(folder) / "pg", FAST)
        embedded.start()
        yield embedded
        embedded.stop()


@pytest_asyncio.fixture(scope="session")
async def template(server: EmbeddedPostgres) -> str:
    """A database with every table and the reference data, to be copied."""
    admin = await asyncpg.connect(server.url())
    await admin.execute("create database template_exgo")
    await admin.close()
    url = server.url("template_exgo")
    await migrate(url)
    owner = await asyncpg.connect(driver_dsn(url))
    await owner.execute(f"set role {OWNER}")
    await seed_reference(owner)
    await owner.close()
    return "template_exgo"


@pytest_asyncio.fixture(scope="session")
async def new_database(
    server: EmbeddedPostgres, template: str
) -> AsyncIterator[Callable[..., Awaitable[Fresh]]]:
    """Copies the template: for tests that need a database of their own."""
    made: list[Fresh] = []

    async def make(sizes: PoolSizes | None = None) -> Fresh:
        name = f"t{next(_NUMBERS)}"
        admin = await asyncpg.connect(server.url())
        try:
            await admin.execute(f"create database {name} template {template} strategy file_copy")
        finally:
            await admin.close()
        statements: list[str] = []
        database = await Database.open(
            server.url(name), sizes, lambda logged: statements.append(logged.query)
        )
        fresh = Fresh(server.url(name), database, statements)
        made.append(fresh)
        return fresh

    yield make
    for fresh in made:
        await fresh.database.close()


@pytest_asyncio.fixture(scope="session")
async def shared(new_database: Callable[..., Awaitable[Fresh]]) -> AsyncIterator[Stage]:
    """The database that most tests share: each works with merchants of its own."""
    fresh = await new_database()
    async with contextlib.AsyncExitStack() as stack:
        yield await stack.enter_async_context(Stage.open(fresh))


@pytest.fixture
def stage(shared: Stage) -> Stage:
    """The shared stage, its counters set to zero."""
    shared.statements.clear()
    return shared
