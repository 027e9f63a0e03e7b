"""A planned read carries its tenant and leaves nothing behind, whatever becomes of it (rule 3).

There is one connection for merchants, and the planner's own filter is taken out: only the policy stands between
two tenants.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import asyncpg
import orjson
import pytest
import pytest_asyncio

from exgo_gql.db.pools import Scope, Unavailable, carried
from exgo_gql.db.roles import DatabaseRole
from exgo_gql.db.urls import driver_dsn
from exgo_gql.loaders.scope import Lock
from tests import scenes
from tests.stage import Company, Fresh, Person, Stage

ONE = "query($id: ID!) { product(id: $id) { sku merchant { id companyName } log { nodes { action } } } }"
ALL = "{ products { totalCount nodes { id sku merchant { id } } } merchants { nodes { id } } }"
ANY = "query($id: ID!) { node(id: $id) { id ... on Product { sku orders { totalCount } } } }"
CLEAN = ("", 0, False)


@pytest.fixture(scope="module", autouse=True)
def _no_filter() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lock, "filtering", False)
        yield


@pytest_asyncio.fixture(scope="module")
async def stage(new_database: Callable[..., Awaitable[Fresh]]) -> AsyncIterator[Stage]:
    async with Stage.open(await new_database(), read_pool=1, write_pool=1) as stage:
        yield stage


@pytest_asyncio.fixture(scope="module")
async def companies(stage: Stage) -> tuple[Company, Company]:
    return await stage.company(), await stage.company()


@pytest_asyncio.fixture(scope="module")
async def theirs(companies: tuple[Company, Company]) -> str:
    """A product of the second company; the first has one, too."""
    await scenes.draft(companies[0])
    return str((await scenes.draft(companies[1]))["id"])


async def asked(who: Person, query: str, **variables: Any) -> Any:
    """An answer that says how it was found."""
    body = {"query": query, "variables": variables, "extensions": {"execution": True}}
    headers = {"authorization": f"Bearer {who.token}"}
    return (await who.stage.http.post("/graphql", json=body, headers=headers)).json()


async def planned(who: Person, query: str, **variables: Any) -> dict[str, Any]:
    """The data of an answer that was planned."""
    answer = await asked(who, query, **variables)
    assert answer["extensions"]["execution"] == "planned", answer
    assert answer["extensions"]["statements"] == 1
    data: dict[str, Any] = answer["data"]
    return data


async def left(stage: Stage) -> tuple[str, int, bool]:
    """What the next borrower of the connection finds: a tenant, rows, somebody's open transaction."""
    async with stage.app.state.database._readers[DatabaseRole.MERCHANT].lend() as connection:
        tenant = await connection.fetchval("select coalesce(current_setting('app.merchant_id', true), '')")
        rows = await connection.fetchval("select count(*) from products")
        return tenant, rows, connection.is_in_transaction()


async def test_nothing_is_left(stage: Stage, companies: tuple[Company, Company], theirs: str) -> None:
    for company in companies:
        for query, variables in ((ONE, {"id": theirs}), (ALL, {}), (ANY, {"id": theirs})):
            await planned(company.viewer, query, **variables)
            assert await left(stage) == CLEAN


async def test_one_plan_serves_each_its_own(companies: tuple[Company, Company], theirs: str) -> None:
    mine, other = companies
    for _ in range(3):
        for query, root in ((ONE, "product"), (ANY, "node")):
            assert (await planned(other.viewer, query, id=theirs))[root]["sku"]
            assert (await planned(mine.viewer, query, id=theirs))[root] is None
        seen = [(await planned(company.viewer, ALL))["products"]["nodes"] for company in companies]
        assert [[node["id"] == theirs for node in nodes] for nodes in seen] == [[False], [True]]


async def test_many_ask_at_once(companies: tuple[Company, Company], theirs: str) -> None:
    chance = random.Random(5)

    async def ask(company: Company) -> None:
        found = (await planned(company.viewer, ONE, id=theirs))["product"]
        assert (found is not None) == (company is companies[1])

    await asyncio.gather(*(ask(chance.choice(companies)) for _ in range(60)))


async def test_giving_up_at_any_moment_leaks_nothing(
    stage: Stage, companies: tuple[Company, Company], theirs: str
) -> None:
    """Their request ends somewhere between coming in and being answered; then I ask for their row."""
    mine, other = companies
    chance, done, gave_up = random.Random(3), 0, 0
    for _ in range(200):
        task = asyncio.ensure_future(planned(other.viewer, ONE, id=theirs))
        for _ in range(int(2 ** chance.uniform(1, 12))):
            if task.done():
                break
            await asyncio.sleep(0)
        task.cancel()
        try:
            assert (await task)["product"] is not None
            done += 1
        except asyncio.CancelledError:
            gave_up += 1
        assert (await planned(mine.viewer, ONE, id=theirs))["product"] is None
    assert gave_up > 20
    assert done > 10
    assert await left(stage) == CLEAN


@pytest_asyncio.fixture
async def locked(stage: Stage) -> AsyncIterator[asyncpg.Connection]:
    """The table of products is held by somebody else, until this ends its transaction."""
    connection = await asyncpg.connect(driver_dsn(stage.fresh.url))
    await connection.execute("begin; lock table products in access exclusive mode")
    yield connection
    await connection.close()


async def waiting(connection: asyncpg.Connection) -> int:
    """The process of the server that waits for the table."""
    while True:
        pid = await connection.fetchval(
            """select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
               and usename = $1""",
            DatabaseRole.MERCHANT,
        )
        if pid is not None:
            return int(pid)


async def test_giving_up_while_the_server_works(
    stage: Stage, companies: tuple[Company, Company], theirs: str, locked: asyncpg.Connection
) -> None:
    mine, other = companies
    task = asyncio.ensure_future(planned(other.viewer, ONE, id=theirs))
    await waiting(locked)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await locked.execute("rollback")
    assert (await planned(mine.viewer, ONE, id=theirs))["product"] is None
    assert await left(stage) == CLEAN


@pytest.mark.parametrize("keep", [True, False])
async def test_a_statement_is_stopped_in_time(
    stage: Stage, companies: tuple[Company, Company], theirs: str, locked: asyncpg.Connection, keep: bool
) -> None:
    """Rule 15: its request has no time left. The connection serves the next one."""
    mine, other = companies
    database, scope = stage.app.state.database, Scope(DatabaseRole.MERCHANT, other.id)
    page = carried("(select json_agg(sku) from products)", 0, whole=False)
    with pytest.raises(Unavailable):
        await database.page(scope, page, [], keep=keep, seconds=0.05)
    await locked.execute("rollback")
    assert orjson.loads(await database.page(scope, page, [], keep=keep, seconds=5)) is not None
    assert (await planned(mine.viewer, ONE, id=theirs))["product"] is None
    assert await left(stage) == CLEAN


@pytest.mark.parametrize("end", ["pg_cancel_backend", "pg_terminate_backend"])
async def test_the_loaders_answer_for_a_statement_that_is_ended(
    stage: Stage, companies: tuple[Company, Company], theirs: str, locked: asyncpg.Connection, end: str
) -> None:
    """Cancelled, or its connection gone: nobody is told, and nobody is answered with another's rows."""
    for company in companies:
        task = asyncio.ensure_future(asked(company.viewer, ONE, id=theirs))
        pid = await waiting(locked)
        await locked.execute(f"select {end}({pid})")
        await locked.execute("rollback")
        answer = await task
        assert "errors" not in answer
        assert answer["extensions"]["execution"] == "loaded"
        assert (answer["data"]["product"] is not None) == (company is companies[1])
        assert await left(stage) == CLEAN
        await locked.execute("begin; lock table products in access exclusive mode")


async def test_without_the_policy_it_leaks(
    stage: Stage, companies: tuple[Company, Company], theirs: str
) -> None:
    """So that the tests above can fail."""
    await stage.admin.execute("alter table products disable row level security")
    try:
        assert (await planned(companies[0].viewer, ANY, id=theirs))["node"] is not None
    finally:
        await stage.admin.execute("alter table products enable row level security")
    assert (await planned(companies[0].viewer, ANY, id=theirs))["node"] is None
