"""The tenant never lives on a connection (rule 3).

The order of setting and reading on this PostgreSQL, and that nothing of a tenant outlives its transaction,
whatever happens to it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from graphql import OperationDefinitionNode, get_variable_values, parse
from graphql.execution.values import VariableValues
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from exgo_gql.app import schema
from exgo_gql.db.pools import Database, PoolSizes, Scope
from exgo_gql.db.roles import DatabaseRole
from exgo_gql.db.urls import as_role, driver_dsn
from exgo_gql.loaders.ids import encode
from exgo_gql.loaders.planner.plans import Document, Planner, Request
from exgo_gql.loaders.scope import Lock
from tests.stage import Fresh

SET = "set_config('app.merchant_id', $1, true)"
PRODUCTS = 40
"""Of each merchant."""

PAGES = {
    "aggregate": "(select string_agg(distinct merchant_id::text, ',') from products)",
    "joins": """(select string_agg(distinct p.merchant_id::text || l.merchant_id || o.merchant_id, ',')
        from products p join order_lines l on l.product_id = p.id join orders o on o.id = l.order_id)""",
    "materialized": """(with z as materialized (select * from products)
        select string_agg(distinct merchant_id::text, ',') from z)""",
    "lateral": """(select string_agg(distinct x.merchant_id::text, ',')
        from (select distinct warehouse_code from orders) v
        cross join lateral (select * from orders o where o.warehouse_code = v.warehouse_code
                            order by o.id desc limit 30) x)""",
    "union": """(select string_agg(distinct merchant_id::text, ',')
        from (select merchant_id from products union all select merchant_id from orders
              union all select id from merchants) u)""",
}
"""Pages as the planner would write them, without the tenant's filter: the policy alone decides."""

WRONG = {
    "materialized, joined": f"with t as materialized (select {SET} v) "
    "select string_agg(distinct p.merchant_id::text, ',') from products p, t",
    "function in FROM": f"select string_agg(distinct p.merchant_id::text, ',') from products p, {SET} t",
    "page first": f"select x.b from (select {PAGES['aggregate']} b, {SET} a offset 0) x",
}
"""Spellings that read the wrong tenant: what the one spelling of rule 3 is there for."""

DOCUMENTS = {
    "list": """{ products(first: 100) { totalCount nodes {
        sku merchant { id } orders(last: 2) { nodes { merchant { id } } } } } }""",
    "counts": "{ productCounts { count } orderCounts { status count } merchants { nodes { id } totalCount } }",
    "deep": """{ orders { edges { cursor node {
        merchant { id } lines { product { merchant { id } } } } } pageInfo { endCursor } } }""",
    "computed": """{ product(sku: "S1") {
        availableActions { action } merchant { id } log { nodes { at } } } }""",
}
"""Documents whose statements are the planner's own: pages, counts, to-one and to-many below one another."""

HOSTILE = (
    "debug_parallel_query=on",
    "parallel_setup_cost=0",
    "parallel_tuple_cost=0",
    "min_parallel_table_scan_size=0",
    "max_parallel_workers_per_gather=4",
    "enable_nestloop=off",
    "enable_hashjoin=off",
    "enable_mergejoin=off",
    "enable_indexscan=off",
    "enable_indexonlyscan=off",
    "enable_bitmapscan=off",
    "enable_seqscan=off",
    "enable_material=off",
    "enable_memoize=off",
    "enable_sort=off",
    "enable_hashagg=off",
    "plan_cache_mode=force_custom_plan",
    "plan_cache_mode=force_generic_plan",
    "jit=on",
    "jit_above_cost=0",
    "jit_inline_above_cost=0",
    "from_collapse_limit=1",
    "join_collapse_limit=1",
    "geqo_threshold=2",
)


@pytest_asyncio.fixture(scope="module")
async def fresh(new_database: Callable[..., Awaitable[Fresh]]) -> Fresh:
    """A database with one connection for reading and one for writing: every borrower gets the same."""
    fresh = await new_database(PoolSizes(merchant=(1, 1)))
    async with fresh.owner() as owner:
        await owner.execute(
            f"""
            insert into merchants (company_name, currency_code, status)
              select 'M' || i, 'USD', 'ACTIVE' from generate_series(1, 3) i;
            insert into products (merchant_id, kind, status, sku, name_zh, name_en, currency_code)
              select m.id, 'COMBO', 'DRAFT', 'S' || i, '套装', 'Set', 'USD'
              from merchants m, generate_series(1, {PRODUCTS}) i;
            insert into orders (merchant_id, order_no, reference_no, mode, type, status, warehouse_code, currency_code)
              select merchant_id, 'O' || id, sku, 'STOCK', 'STANDARD', 'DRAFT', 'NB01', 'USD' from products;
            insert into order_lines (merchant_id, order_id, product_id, position, qty, unit_price, amount)
              select p.merchant_id, o.id, p.id, 1, 1, 1, 1
              from products p join orders o on o.merchant_id = p.merchant_id and o.reference_no = p.sku;
            """
        )
    return fresh


@pytest_asyncio.fixture(scope="module")
async def merchants(fresh: Fresh) -> list[UUID]:
    async with fresh.owner() as owner:
        return [row["id"] for row in await owner.fetch("select id from merchants order by company_name")]


@pytest_asyncio.fixture
async def connection(fresh: Fresh) -> AsyncIterator[asyncpg.Connection]:
    """A merchant's connection that no pool watches over."""
    connection = await asyncpg.connect(driver_dsn(as_role(fresh.url, DatabaseRole.MERCHANT)))
    yield connection
    await connection.close()


def scope(merchant_id: UUID | None = None) -> Scope:
    return Scope(DatabaseRole.MERCHANT, merchant_id)


def carried(page: str) -> str:
    """Rule 3: the one spelling that sets before it reads."""
    return f"select case when {SET} = $1 then {page}::text end"


def planned(document: str, merchant_id: UUID) -> tuple[str, list[Any]]:
    """The statement that the planner makes of a document, and its parameters for a merchant."""
    parsed = parse(document)
    operation = parsed.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    variables = get_variable_values(schema()._schema, (), {})
    assert isinstance(variables, VariableValues)
    plan, slots = Planner(schema()).plan(Document(document, parsed, operation), variables, whole=False)
    request = Request(merchant_id, slots)
    return plan.sql, [*(get(request) for get in plan.get), str(merchant_id)]


async def tenant_of(connection: Any) -> str:
    return str(await connection.fetchval("select coalesce(current_setting('app.merchant_id', true), '')"))


def names(found: str | None, merchant_id: UUID) -> bool:
    """Whether an answer names a merchant and no other."""
    return found is not None and set(found.split(",")) in ({str(merchant_id)}, {str(merchant_id) * 3})


# -- setting before reading ---------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_reads_the_tenant_it_carries(
    connection: asyncpg.Connection, merchants: list[UUID], page: str
) -> None:
    stale, wanted, _ = merchants
    await connection.execute("select set_config('app.merchant_id', $1, false)", str(stale))
    for setting in ("plan_cache_mode=force_generic_plan", *HOSTILE):
        await connection.execute(f"set {setting}")
        found = await connection.fetchval(carried(PAGES[page]), str(wanted))
        assert names(found, wanted), setting
        assert await tenant_of(connection) == str(stale)
        await connection.execute(f"reset {setting.partition('=')[0]}")


@pytest.mark.parametrize("page", PAGES)
async def test_hostile_settings_together(
    connection: asyncpg.Connection, merchants: list[UUID], page: str
) -> None:
    """Each setting joins those before it, and the plan is made anew."""
    stale, wanted, _ = merchants
    await connection.execute("select set_config('app.merchant_id', $1, false)", str(stale))
    for number, setting in enumerate(HOSTILE):
        await connection.execute(f"set {setting}")
        found = await connection.fetchval(f"{carried(PAGES[page])} /* {number} */", str(wanted))
        assert names(found, wanted), setting


@pytest.mark.parametrize("document", DOCUMENTS)
async def test_a_planned_page_reads_the_tenant_it_carries(
    connection: asyncpg.Connection, merchants: list[UUID], monkeypatch: pytest.MonkeyPatch, document: str
) -> None:
    """What the planner really writes, its own filter taken out."""
    monkeypatch.setattr(Lock, "filtering", False)
    stale, wanted, _ = merchants
    sql, values = planned(DOCUMENTS[document], wanted)
    await connection.execute("select set_config('app.merchant_id', $1, false)", str(stale))
    for number, setting in enumerate(("plan_cache_mode=force_generic_plan", *HOSTILE)):
        await connection.execute(f"set {setting}")
        page = await connection.fetchval(f"{sql} /* {number} */", *values)
        assert encode("Merchant", wanted) in page, setting
        assert encode("Merchant", stale) not in page, setting
        assert await tenant_of(connection) == str(stale)


@pytest.mark.parametrize("spelling", WRONG)
async def test_other_spellings_read_the_stale_tenant(
    connection: asyncpg.Connection, merchants: list[UUID], spelling: str
) -> None:
    """So that the tests above can fail."""
    stale, wanted, _ = merchants
    await connection.execute("select set_config('app.merchant_id', $1, false)", str(stale))
    assert names(await connection.fetchval(WRONG[spelling], str(wanted)), stale)


async def test_nothing_is_left_on_a_clean_connection(
    connection: asyncpg.Connection, merchants: list[UUID]
) -> None:
    for merchant_id in merchants:
        assert names(await connection.fetchval(carried(PAGES["union"]), str(merchant_id)), merchant_id)
        assert await tenant_of(connection) == ""
        assert await connection.fetchval("select count(*) from products") == 0


@pytest.mark.parametrize("tenant", ["", None])
async def test_no_tenant_reads_nothing(connection: asyncpg.Connection, tenant: str | None) -> None:
    assert await connection.fetchval(carried(PAGES["aggregate"]), tenant) is None


@pytest.mark.parametrize("tenant", ["abc", "1", "' or true --", "00000000-0000-0000-0000-00000000000g"])
async def test_a_tenant_that_is_none_is_an_error(
    connection: asyncpg.Connection, merchants: list[UUID], tenant: str
) -> None:
    with pytest.raises(asyncpg.InvalidTextRepresentationError):
        await connection.fetchval(carried(PAGES["aggregate"]), tenant)
    assert await tenant_of(connection) == ""


# -- the pools ----------------------------------------------------------------------------------------------

PEEK = "select count(*) from products"
ONE = "select id from products where id = $1"


async def peek(database: Database) -> tuple[str, int, bool]:
    """What a borrower who sets no tenant finds: a tenant, rows, an open transaction of somebody else."""
    async with database._readers[DatabaseRole.MERCHANT].lend() as raw:
        found = await tenant_of(raw), await raw.fetchval(PEEK), raw.is_in_transaction()
    async with database.reading(scope()) as reading:
        assert (await tenant_of(reading), await reading.fetchval(PEEK)) == ("", 0)
    async with database.writing(scope()) as session:
        assert (await session.execute(text(PEEK))).scalar_one() == 0
    return found


CLEAN = ("", 0, False)


@pytest_asyncio.fixture
async def foreign(fresh: Fresh, merchants: list[UUID]) -> UUID:
    """A product of the second merchant."""
    async with fresh.owner() as owner:
        found: UUID = await owner.fetchval("select id from products where merchant_id = $1", merchants[1])
        return found


async def read(database: Database, merchant_id: UUID, id_: UUID) -> UUID | None:
    """Without the tenant's filter: only the policy is in the way."""
    async with database.reading(scope(merchant_id)) as reading:
        found: UUID | None = await reading.fetchval(ONE, id_)
        return found


async def written(database: Database, merchant_id: UUID, id_: UUID) -> UUID | None:
    async with database.writing(scope(merchant_id)) as session:
        chosen = text("select id from products where id = :id for update")
        found: UUID | None = (await session.execute(chosen, {"id": id_})).scalar_one_or_none()
        await session.commit()
        return found


async def test_each_borrower_sees_its_own(fresh: Fresh, merchants: list[UUID], foreign: UUID) -> None:
    for asks in (read, written):
        assert await asks(fresh.database, merchants[1], foreign) == foreign
        assert await asks(fresh.database, merchants[0], foreign) is None
        assert await peek(fresh.database) == CLEAN


async def test_many_borrowers_of_one_connection(fresh: Fresh, merchants: list[UUID]) -> None:
    async def count(merchant_id: UUID) -> None:
        async with fresh.database.reading(scope(merchant_id)) as reading:
            assert names(await reading.fetchval(f"select {PAGES['union']}"), merchant_id)
            assert await reading.fetchval(PEEK) == PRODUCTS

    await asyncio.gather(*(count(random.Random(i).choice(merchants)) for i in range(120)))
    assert await peek(fresh.database) == CLEAN


async def cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def spun(times: int) -> None:
    """Let the loop turn, without waiting for anything."""
    for _ in range(times):
        await asyncio.sleep(0)


@pytest.mark.parametrize("asks", [read, written])
async def test_giving_up_at_any_moment_leaks_nothing(
    fresh: Fresh, merchants: list[UUID], foreign: UUID, asks: Callable[..., Awaitable[UUID | None]]
) -> None:
    """The aimed test of probes/tenant: B gives up somewhere between setting and reading, then A asks for B's row."""
    chance, done, gave_up = random.Random(3), 0, 0
    for _ in range(300):
        task = asyncio.ensure_future(asks(fresh.database, merchants[1], foreign))
        await spun(int(2 ** chance.uniform(0, 9)))
        task.cancel()
        try:
            assert await task == foreign
            done += 1
        except asyncio.CancelledError:
            gave_up += 1
        assert await asks(fresh.database, merchants[0], foreign) is None
    assert gave_up > 50
    assert done > 20
    assert await peek(fresh.database) == CLEAN


async def test_giving_up_between_setting_and_reading(
    fresh: Fresh, merchants: list[UUID], foreign: UUID
) -> None:
    """The worst moment, exactly: the tenant is set, nothing is read yet."""
    is_set = asyncio.Event()

    async def hold_reading() -> None:
        async with fresh.database.reading(scope(merchants[1])) as reading:
            assert await tenant_of(reading) == str(merchants[1])
            is_set.set()
            await asyncio.Event().wait()

    async def hold_writing() -> None:
        async with fresh.database.writing(scope(merchants[1])) as session:
            assert (await session.execute(text(PEEK))).scalar_one() == PRODUCTS
            is_set.set()
            await asyncio.Event().wait()

    for hold, asks in ((hold_reading, read), (hold_writing, written)):
        is_set.clear()
        task = asyncio.ensure_future(hold())
        await is_set.wait()
        await cancelled(task)
        assert await asks(fresh.database, merchants[0], foreign) is None
        assert await peek(fresh.database) == CLEAN


async def test_giving_up_while_the_server_works(fresh: Fresh, merchants: list[UUID], foreign: UUID) -> None:
    """The statement itself is cancelled: the server still runs it when the task ends."""
    started = asyncio.Event()

    async def slow_reading() -> None:
        async with fresh.database.reading(scope(merchants[1])) as reading:
            asyncio.get_running_loop().call_soon(started.set)
            await reading.fetchval("select count(*) from products, pg_sleep(4)")

    async def slow_writing() -> None:
        async with fresh.database.writing(scope(merchants[1])) as session:
            asyncio.get_running_loop().call_soon(started.set)
            await session.execute(text("update products set remarks = 'x' where pg_sleep(4) is not null"))

    for slow, asks in ((slow_reading, read), (slow_writing, written)):
        started.clear()
        task = asyncio.ensure_future(slow())
        await started.wait()
        await spun(50)
        await cancelled(task)
        assert await asks(fresh.database, merchants[0], foreign) is None
        assert await peek(fresh.database) == CLEAN
    async with fresh.owner() as owner:
        assert await owner.fetchval("select count(*) from products where remarks is not null") == 0


class BoomError(Exception):
    """Ours, inside a transaction."""


async def test_an_error_inside_leaves_the_connection_clean(
    fresh: Fresh, merchants: list[UUID], foreign: UUID
) -> None:
    with pytest.raises(BoomError):
        async with fresh.database.reading(scope(merchants[1])):
            raise BoomError
    assert await peek(fresh.database) == CLEAN
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with fresh.database.reading(scope(merchants[1])) as reading:
            await reading.fetchval("select 1 / count(*) - count(*) / 0 from products")
    assert await peek(fresh.database) == CLEAN
    with pytest.raises(asyncpg.DataError):
        async with fresh.database.reading(scope(merchants[1])) as reading:
            await reading.fetchval(ONE, "no uuid")
    assert await peek(fresh.database) == CLEAN
    with pytest.raises(BoomError):  # noqa: PT012  # something is written before
        async with fresh.database.writing(scope(merchants[1])) as session:
            await session.execute(text("update products set remarks = 'x'"))
            raise BoomError
    assert await peek(fresh.database) == CLEAN
    with pytest.raises(DBAPIError):
        async with fresh.database.writing(scope(merchants[1])) as session:
            await session.execute(text("update products set version = 0"))
    assert await peek(fresh.database) == CLEAN
    for asks in (read, written):
        assert await asks(fresh.database, merchants[0], foreign) is None


async def test_what_is_not_committed_is_rolled_back(fresh: Fresh, merchants: list[UUID]) -> None:
    # Rule 7: whoever opened the transaction commits it
    async with fresh.database.writing(scope(merchants[1])) as session:
        await session.execute(text("update products set remarks = 'forgotten'"))
    async with fresh.owner() as owner:
        assert await owner.fetchval("select count(*) from products where remarks is not null") == 0
    assert await peek(fresh.database) == CLEAN


async def test_reading_cannot_write(fresh: Fresh, merchants: list[UUID]) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with fresh.database.reading(scope(merchants[1])) as reading:
            await reading.execute("update products set remarks = 'x'")
    assert await peek(fresh.database) == CLEAN


@pytest.mark.parametrize(
    ("spoil", "mend"),
    [
        ("alter role exgo_merchant bypassrls", "alter role exgo_merchant nobypassrls"),
        (
            "alter role exgo_merchant set app.merchant_id = '00000000-0000-0000-0000-000000000001'",
            "alter role exgo_merchant reset app.merchant_id",
        ),
        ("alter role exgo_merchant set row_security = off", "alter role exgo_merchant reset row_security"),
    ],
)
async def test_no_pool_for_a_role_that_sees_too_much(fresh: Fresh, spoil: str, mend: str) -> None:
    admin = await asyncpg.connect(driver_dsn(fresh.url))
    await admin.execute(spoil)
    try:
        with pytest.raises(RuntimeError, match="row-level security"):
            await Database.open(fresh.url)
    finally:
        await admin.execute(mend)
        await admin.close()


async def test_staff_and_worker_see_every_merchant(fresh: Fresh) -> None:
    for role in (DatabaseRole.STAFF, DatabaseRole.WORKER):
        async with fresh.database.reading(Scope(role)) as reading:
            assert await reading.fetchval(PEEK) == 3 * PRODUCTS
