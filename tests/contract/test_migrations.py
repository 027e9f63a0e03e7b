"""The database is what the models say, and locked as rules 1, 2, 6, 8 and 10 want it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from exgo_gql.db.checks import NotReady, check_server
from exgo_gql.db.embedded import EmbeddedPostgres
from exgo_gql.db.migrate import migrate
from exgo_gql.db.models import Base
from exgo_gql.db.roles import OWNER, DatabaseRole
from exgo_gql.db.urls import as_role, driver_dsn, sqlalchemy_url
from tests import scenes
from tests.stage import Company, Fresh, Stage

LEDGERS = (
    "operation_logs",
    "stock_movements",
    "outbox",
    "receipt_batches",
    "put_aways",
    "parcels",
    "tracking_events",
)
WITHOUT_OWN_KEY = {
    "product_grams": "has no id: its key is merchant, gram and product",
    "sessions": "nothing refers to it",
    "deliveries": "nothing refers to it",
    "kept_outcomes": "nothing refers to it",
}
SINGLE_KEYS = {
    "fk_sessions_user_id": "staff have no merchant; fk_sessions_own_user keeps merchants to their own users",
}
QUEUE = "pgqueuer"

FOREIGN_KEYS = """
select k.conname, k.conrelid::regclass::text as child, k.confrelid::regclass::text as parent,
       array(select a.attname::text from unnest(k.conkey) with ordinality c(no, place)
             join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.no order by place) as mine,
       array(select a.attname::text from unnest(k.confkey) with ordinality c(no, place)
             join pg_attribute a on a.attrelid = k.confrelid and a.attnum = c.no order by place) as theirs
from pg_constraint k where k.contype = 'f' and k.connamespace = 'public'::regnamespace
"""
COLUMNS = """
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
       pg_get_expr(d.adbin, d.adrelid)
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1, 2
"""
CONSTRAINTS = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
where connamespace = 'public'::regnamespace order by 1, 2
"""
INDEXES = "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public' order by 1, 2"


@pytest_asyncio.fixture(scope="module")
async def fresh(new_database: Callable[..., Awaitable[Fresh]]) -> Fresh:
    """A database that nothing is written to."""
    return await new_database()


@pytest_asyncio.fixture(scope="module")
async def admin(fresh: Fresh) -> AsyncIterator[asyncpg.Connection]:
    """Its superuser."""
    connection = await asyncpg.connect(driver_dsn(fresh.url))
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def owner(fresh: Fresh) -> AsyncIterator[asyncpg.Connection]:
    """Its owner, in a transaction that is rolled back."""
    async with fresh.owner() as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


@pytest_asyncio.fixture(scope="module")
async def two(shared: Stage) -> tuple[Company, Company, dict[str, UUID], dict[str, UUID]]:
    """Two companies on the shared stage, with a product, a combo, a vehicle, an ASN, orders of both modes."""
    mine, own = await company_with_rows(shared)
    other, foreign = await company_with_rows(shared)
    return mine, other, own, foreign


async def company_with_rows(stage: Stage) -> tuple[Company, dict[str, UUID]]:
    company = await stage.company()
    product = await scenes.filed(company)
    await scenes.vehicle(company)
    await scenes.combo(company, (product["id"], 1), ((await scenes.filed(company))["id"], 1))
    await scenes.asn(company, (product["id"], 1))
    for mode in ("STOCK", "CONSOLIDATION"):
        await scenes.order(company, (product["id"], 1), mode=mode)
    rows = {}
    for name, table, where in (
        ("product", "products", "kind = 'ORDINARY'"),
        ("combo", "products", "kind = 'COMBO'"),
        ("vehicle", "vehicles", "true"),
        ("asn", "asns", "true"),
        ("stock order", "orders", "mode = 'STOCK'"),
        ("parcel order", "orders", "mode = 'CONSOLIDATION'"),
    ):
        found = f"select id from {table} where merchant_id = $1 and {where} limit 1"
        rows[name] = await stage.admin.fetchval(found, company.id)
    return company, rows


async def as_runtime(url: str, role: DatabaseRole, merchant_id: UUID | None = None) -> asyncpg.Connection:
    """A connection of a runtime role, its tenant set for the session: only tests do that."""
    connection = await asyncpg.connect(driver_dsn(as_role(url, role)))
    if merchant_id is not None:
        await connection.execute("select set_config('app.merchant_id', $1::text, false)", str(merchant_id))
    return connection


# -- models and migrations ----------------------------------------------------------------------------------


async def test_alembic_finds_no_difference(fresh: Fresh) -> None:
    engine = create_async_engine(sqlalchemy_url(fresh.url), poolclass=NullPool)
    options = {"include_name": lambda name, kind, _: not (kind == "table" and (name or "").startswith(QUEUE))}
    async with engine.connect() as connection:
        different = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts=options), Base.metadata)
        )
    await engine.dispose()
    assert different == []


async def test_checks_are_those_of_the_models(admin: asyncpg.Connection) -> None:
    # Rule 10: alembic does not compare them
    rows = await admin.fetch(
        """select conrelid::regclass::text as t, conname from pg_constraint
           where contype = 'c' and connamespace = 'public'::regnamespace"""
    )
    found = sorted((row["t"], row["conname"]) for row in rows if not row["t"].startswith(QUEUE))
    declared = sorted(
        (table.name, str(check.name))
        for table in Base.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    )
    assert len(declared) > 100
    assert found == declared


async def test_the_models_alone_make_the_same_tables(
    server: EmbeddedPostgres, admin: asyncpg.Connection
) -> None:
    """Every column, constraint and index, in the server's own words: what alembic does not look at too."""
    await admin.execute("create database from_models")
    url = server.url("from_models")
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()
    models = await asyncpg.connect(driver_dsn(url))
    for query in (COLUMNS, CONSTRAINTS, INDEXES):
        told = [tuple(row) for row in await models.fetch(query)]
        real = [tuple(row) for row in await admin.fetch(query) if not row[0].startswith((QUEUE, "alembic_"))]
        assert real == told
        assert len(told) > 100
    await models.close()


async def test_migrating_again_changes_nothing(fresh: Fresh, admin: asyncpg.Connection) -> None:
    async def catalogue() -> list[list[tuple[Any, ...]]]:
        return [[tuple(row) for row in await admin.fetch(q)] for q in (COLUMNS, CONSTRAINTS, INDEXES)]

    before = await catalogue()
    await migrate(fresh.url)
    await migrate(fresh.url)
    assert await catalogue() == before
    await check_server(admin)


async def test_no_state_is_a_postgresql_enum(admin: asyncpg.Connection) -> None:
    # Rule 2: the = of an enum is not leakproof, so no index condition under row-level security
    kinds = await admin.fetch(
        "select typname from pg_type where typtype = 'e' and typnamespace = 'public'::regnamespace"
    )
    assert [row[0] for row in kinds if not row[0].startswith(QUEUE)] == []


# -- keys (rule 1) ------------------------------------------------------------------------------------------


async def tenant_tables(admin: asyncpg.Connection) -> set[str]:
    rows = await admin.fetch("select relname from pg_class where relkind = 'r' and relrowsecurity")
    return {row["relname"] for row in rows}


async def test_every_table_is_a_tenants_or_reference_data(admin: asyncpg.Connection) -> None:
    own = {table.name for table in Base.metadata.tables.values() if "merchant_id" in table.c} | {"merchants"}
    assert await tenant_tables(admin) == own
    rest = {table.name for table in Base.metadata.tables.values()} - own
    assert rest == {
        "currencies",
        "countries",
        "warehouses",
        "categories",
        "units",
        "transport_methods",
        "hs_codes",
        "hs_elements",
    }


async def test_tenant_tables_can_be_pointed_at_with_their_tenant(admin: asyncpg.Connection) -> None:
    keys = await admin.fetch(
        """select conrelid::regclass::text as t from pg_constraint where contype = 'u'
           and pg_get_constraintdef(oid) = 'UNIQUE (merchant_id, id)'"""
    )
    missing = await tenant_tables(admin) - {"merchants"} - {row["t"] for row in keys}
    assert missing == set(WITHOUT_OWN_KEY)
    parents = {row["parent"] for row in await admin.fetch(FOREIGN_KEYS)}
    assert parents & missing == set()


async def test_references_between_tenants_rows_carry_the_tenant(admin: asyncpg.Connection) -> None:
    tenants, checked, single = await tenant_tables(admin) - {"merchants"}, 0, set()
    for key in await admin.fetch(FOREIGN_KEYS):
        if key["child"] in tenants and key["parent"] in tenants:
            checked += 1
            places = dict(zip(key["mine"], key["theirs"], strict=True))
            if places.get("merchant_id") != "merchant_id":
                single.add(key["conname"])
    assert checked > 30
    assert single == set(SINGLE_KEYS)


async def test_every_tenant_column_refers_to_a_merchant(admin: asyncpg.Connection) -> None:
    tenants = await tenant_tables(admin) - {"merchants"}
    keys = await admin.fetch(FOREIGN_KEYS)
    held = {k["child"] for k in keys if k["mine"] == ["merchant_id"] and k["parent"] == "merchants"}
    # Those two are held by a composite key to a row that is itself held.
    assert tenants - held == {"product_grams", "sessions"}


FOREIGN = (
    (
        "order_lines",
        "merchant_id, order_id, product_id, position, qty, unit_price, amount",
        "$1, $2, $3, 99, 1, 1, 1",
        ("stock order", "product"),
    ),
    (
        "asn_lines",
        "merchant_id, asn_id, product_id, position, qty, amount",
        "$1, $2, $3, 99, 1, 1",
        ("asn", "product"),
    ),
    (
        "combo_parts",
        "merchant_id, combo_id, part_id, position, qty",
        "$1, $2, $3, 40, 1",
        ("combo", "product"),
    ),
    (
        "tracking_events",
        "merchant_id, order_id, at, status, source, created_at",
        "$1, $2, now(), 'ACCEPTED', 'STAFF', now()",
        ("stock order",),
    ),
    ("receipt_batches", "merchant_id, asn_id, number, batch_no, at", "$1, $2, 9, 'none-09', now()", ("asn",)),
)
CASES = [
    (table, columns, values, needs, place)
    for table, columns, values, needs in FOREIGN
    for place in range(len(needs))
]


@pytest.mark.parametrize(
    ("table", "columns", "values", "needs", "place"), CASES, ids=[f"{case[0]}-{case[4]}" for case in CASES]
)
async def test_no_row_can_point_at_another_merchants(
    shared: Stage, two: Any, table: str, columns: str, values: str, needs: tuple[str, ...], place: int
) -> None:
    # Rule 1: tried as exgo_merchant, whose policies let the row itself through
    mine, _, own, foreign = two
    connection = await as_runtime(shared.fresh.url, DatabaseRole.MERCHANT, mine.id)
    given = [foreign[need] if at == place else own[need] for at, need in enumerate(needs)]
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await connection.execute(f"insert into {table} ({columns}) values ({values})", mine.id, *given)
    await connection.close()


async def test_no_vehicle_of_another_merchant_can_be_set(shared: Stage, two: Any) -> None:
    mine, _, own, foreign = two
    connection = await as_runtime(shared.fresh.url, DatabaseRole.MERCHANT, mine.id)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await connection.execute(
            "update asns set vehicle_id = $2 where id = $1", own["asn"], foreign["vehicle"]
        )
    await connection.close()


async def test_no_row_can_be_written_for_another_merchant(shared: Stage, two: Any) -> None:
    # Rule 2: the policy's WITH CHECK
    mine, other, own, _ = two
    connection = await as_runtime(shared.fresh.url, DatabaseRole.MERCHANT, mine.id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await connection.execute(
            "insert into vehicles (merchant_id, warehouse_code, plate) values ($1, 'NB01', 'X')", other.id
        )
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await connection.execute(
            "update vehicles set merchant_id = $2 where id = $1", own["vehicle"], other.id
        )
    changed = await connection.execute("update vehicles set plate = 'X' where merchant_id = $1", other.id)
    assert changed == "UPDATE 0"
    await connection.close()


# -- locks (rules 2 and 6) ----------------------------------------------------------------------------------

BROKEN = {
    "disabled": "alter table products disable row level security",
    "not forced": "alter table products no force row level security",
    "dropped": "drop policy tenant on products",
    "a second, permissive one": "create policy again on products to exgo_merchant using (true)",
    "a second one for all": "create policy again on products using (true)",
    "without (select": """drop policy tenant on products;
        create policy tenant on products to exgo_merchant
        using (merchant_id = nullif(current_setting('app.merchant_id', true), '')::uuid)
        with check (merchant_id = nullif(current_setting('app.merchant_id', true), '')::uuid)""",
    "check looser than using": """drop policy tenant on products;
        create policy tenant on products to exgo_merchant
        using (merchant_id = (select nullif(current_setting('app.merchant_id', true), '')::uuid))
        with check (true)""",
    "for everybody": "alter policy tenant on products to public",
    "staff's for merchants too": "alter policy staff on products to exgo_staff, exgo_merchant",
    "a new table without any": "create table forgotten (id uuid, merchant_id uuid not null)",
    "the merchants themselves": "alter table merchants no force row level security",
    "a new revision to come": "update alembic_version set version_num = '0000'",
}


@pytest.mark.parametrize("broken", BROKEN)
async def test_no_service_with_a_broken_lock(owner: asyncpg.Connection, broken: str) -> None:
    # Rule 6
    await check_server(owner)
    await owner.execute(BROKEN[broken])
    with pytest.raises(NotReady):
        await check_server(owner)


async def test_no_service_with_a_table_of_another_owner(admin: asyncpg.Connection) -> None:
    transaction = admin.transaction()
    await transaction.start()
    await admin.execute("alter table products owner to current_user")
    with pytest.raises(NotReady, match="products"):
        await check_server(admin)
    await transaction.rollback()


async def test_no_service_from_an_empty_database(server: EmbeddedPostgres, admin: asyncpg.Connection) -> None:
    await admin.execute("create database empty")
    connection = await asyncpg.connect(driver_dsn(server.url("empty")))
    with pytest.raises(NotReady, match="empty"):
        await check_server(connection)
    await connection.close()


@pytest.mark.parametrize("role", DatabaseRole)
async def test_runtime_roles_own_nothing_and_bypass_nothing(admin: asyncpg.Connection, role: str) -> None:
    facts = await admin.fetchrow(
        """select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication,
                  exists (select from pg_auth_members where member = r.oid) as is_member,
                  exists (select from pg_shdepend where refobjid = r.oid and deptype = 'o') as owns,
                  has_schema_privilege(r.oid, 'public', 'create') as creates
           from pg_roles r where rolname = $1""",
        str(role),
    )
    assert dict(facts) == dict.fromkeys(facts.keys(), False)


async def test_functions_that_act_as_the_owner_are_shut(admin: asyncpg.Connection) -> None:
    # Rule 2: a fixed search path, nobody but whom a grant names
    rows = await admin.fetch(
        """select proname, coalesce(array_to_string(proconfig, ' '), '') as config,
                  pg_get_userbyid(proowner) as owner,
                  array(select r.rolname::text from pg_roles r where not r.rolsuper
                        and r.oid <> p.proowner and has_function_privilege(r.oid, p.oid, 'execute')) as may
           from pg_proc p where prosecdef and pronamespace = 'public'::regnamespace order by 1"""
    )
    assert {row["proname"]: row["may"] for row in rows} == {
        "apply_stock_movements": [],
        "keep_product_grams": [],
        "login_user": ["exgo_merchant"],
        "session_viewer": ["exgo_merchant"],
    }
    assert {(row["config"], row["owner"]) for row in rows} == {("search_path=public, pg_temp", OWNER)}


@pytest.mark.parametrize("role", DatabaseRole)
@pytest.mark.parametrize(("table", "column"), [("users", "password_hash"), ("sessions", "token_hash")])
async def test_secrets_are_not_readable(shared: Stage, role: DatabaseRole, table: str, column: str) -> None:
    connection = await as_runtime(shared.fresh.url, role)
    for what in (column, "*", "t"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"select {what} from {table} t")
    await connection.fetch(f"select id from {table}")
    await connection.close()


@pytest.mark.parametrize("role", DatabaseRole)
async def test_roles_are_held_to_their_time(shared: Stage, role: DatabaseRole) -> None:
    # Rule 15
    connection = await as_runtime(shared.fresh.url, role)
    names = "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "jit"
    found = [await connection.fetchval("select current_setting($1)", name) for name in names]
    worker = role is DatabaseRole.WORKER
    assert found == (["2min", "2s", "2min", "off"] if worker else ["5s", "2s", "10s", "off"])
    await connection.close()


async def test_without_a_tenant_a_merchant_sees_nothing(
    shared: Stage, two: Any, admin: asyncpg.Connection
) -> None:
    connection = await as_runtime(shared.fresh.url, DatabaseRole.MERCHANT)
    for table in sorted(await tenant_tables(admin)):
        assert await connection.fetchval(f"select count(1) from {table}") == 0, table
    await connection.close()


# -- ledgers and balances (rule 8) --------------------------------------------------------------------------


@pytest.mark.parametrize("ledger", LEDGERS)
@pytest.mark.parametrize("role", [*DatabaseRole, OWNER])
async def test_ledgers_are_append_only(shared: Stage, two: Any, ledger: str, role: str) -> None:
    connection = shared.admin
    if role != OWNER:
        connection = await as_runtime(shared.fresh.url, DatabaseRole(role), two[0].id)
    message = "append-only" if role == OWNER else "permission denied"
    for statement in (
        f"update {ledger} set merchant_id = merchant_id",
        f"delete from {ledger}",
        f"truncate {ledger} cascade",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match=message):
            await connection.execute(statement)
    if role != OWNER:
        await connection.close()


@pytest.mark.parametrize("role", DatabaseRole)
@pytest.mark.parametrize(
    "statement",
    [
        "update inventory set sellable_qty = 5",
        "delete from inventory",
        """insert into inventory (merchant_id, product_id, warehouse_code, mode)
           select merchant_id, id, 'NB01', 'STOCK' from products""",
        "delete from products",
        "delete from orders",
        "delete from asns",
        "update users set role = 'ADMIN'",
        "update merchants set status = 'ACTIVE'",
        "alter table products disable row level security",
        "set role exgo_owner",
    ],
)
async def test_what_no_runtime_role_may_do(
    shared: Stage, two: Any, role: DatabaseRole, statement: str
) -> None:
    connection = await as_runtime(shared.fresh.url, role, two[0].id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()


async def test_balances_are_kept_from_the_ledger_and_never_below_zero(shared: Stage, two: Any) -> None:
    mine, _, own, _ = two
    insert = """insert into stock_movements
                  (merchant_id, product_id, warehouse_code, mode, bucket, qty, action, asn_id, actor_kind, at)
                values ($1, $2, 'NB01', 'STOCK', 'SELLABLE', $3, 'test', $4, 'SYSTEM', now())"""
    balance = "select sellable_qty from inventory where product_id = $1"
    transaction = shared.admin.transaction()
    await transaction.start()
    for qty in (5, -3):
        await shared.admin.execute(insert, mine.id, own["product"], qty, own["asn"])
    assert await shared.admin.fetchval(balance, own["product"]) == 2
    with pytest.raises(asyncpg.CheckViolationError, match="ck_inventory_sellable_not_negative"):
        await shared.admin.execute(insert, mine.id, own["product"], -3, own["asn"])
    await transaction.rollback()


# -- states (rule 10) ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "change", "constraint"),
    [
        ("stock order", "status = 'PROCESSING'", "ck_orders_status_of_mode"),
        ("parcel order", "status = 'EXCEPTION', exception = '[]'", "ck_orders_status_of_mode"),
        ("stock order", "status = 'EXCEPTION'", "ck_orders_exception_told"),
        ("stock order", "status = 'LOST'", "ck_orders_status"),
        ("stock order", "mode = 'BOTH'", "ck_orders_mode"),
        ("stock order", "relabel = true", "ck_orders_parcels_only"),
        ("parcel order", "new_label_no = 'X'", "ck_orders_label_of_relabel"),
    ],
)
async def test_states_that_a_mode_lacks_are_refused(
    shared: Stage, two: Any, order: str, change: str, constraint: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await shared.admin.execute(f"update orders set {change} where id = $1", two[2][order])
    assert refused.value.constraint_name == constraint


async def test_a_combo_can_be_no_part(shared: Stage, two: Any) -> None:
    # PRD-4
    mine, _, own, _ = two
    insert = """insert into combo_parts (merchant_id, combo_id, part_id, part_kind, position, qty)
                values ($1, $2, $2, $3, 40, 1)"""
    for kind, error in (
        ("COMBO", asyncpg.CheckViolationError),
        ("ORDINARY", asyncpg.ForeignKeyViolationError),
    ):
        with pytest.raises(error):
            await shared.admin.execute(insert, mine.id, own["combo"], kind)


def test_every_constraint_that_refuses_has_a_name() -> None:
    names = [
        str(constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in itertools.chain(table.constraints, table.indexes)
    ]
    assert all(name and len(name) <= 63 for name in names)
    assert len(set(names)) == len(names)
