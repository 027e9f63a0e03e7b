"""Plans under row-level security, on a database with enough rows for the planner to mind (rule 2).

Each statement is planned as it is served: as the runtime role, generic, with the policies on.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from exgo_gql.app import schema
from exgo_gql.db.roles import DatabaseRole
from exgo_gql.db.urls import as_role, driver_dsn
from exgo_gql.loaders.fields import DeclaredField
from exgo_gql.loaders.nodes import TYPES, Row
from exgo_gql.loaders.pages import Window
from exgo_gql.loaders.scope import Statement, tenant_column
from exgo_gql.loaders.sources import Arguments, Relation, Shape
from exgo_gql.loaders.statements import Request, by_ids, form, statement
from exgo_gql.schema.names import camel
from exgo_gql.seeds.scale import seed_scale
from tests.stage import Fresh

SIZES = {"merchants": 20, "products": 12_000, "orders": 24_000, "asns": 5_000, "logs": 30_000}
PAGE = 20
SMALL = {"merchants"}
"""One row a merchant: read whole faster than by any index."""
FEW = {"combo_parts"}
"""So few here that the planner may read them whole; their index is proved with that forbidden."""


@dataclass
class Scale:
    """The filled database, with a merchant who has much and one who has little."""

    fresh: Fresh
    biggest: UUID
    small: UUID
    rows: Mapping[tuple[UUID, str], int]
    """How many rows a merchant has in a table."""


@pytest_asyncio.fixture(scope="module")
async def scale(new_database: Callable[..., Awaitable[Fresh]]) -> Scale:
    fresh = await new_database()
    async with fresh.owner() as owner:
        await seed_scale(owner, **SIZES, report=str)
        by_size = [
            row[0]
            for row in await owner.fetch("select merchant_id from orders group by 1 order by count(*) desc")
        ]
        rows = {}
        for table in {type_.table.name for type_ in TYPES.values() if tenant_column(type_.table)} - SMALL:
            counted = f"select merchant_id, count(*) from {table} group by 1"
            rows |= {(id_, table): count for id_, count in await owner.fetch(counted)}
    return Scale(fresh, by_size[0], by_size[-1], rows)


# -- what is asked ------------------------------------------------------------------------------------------


def roots() -> Iterator[tuple[str, Relation]]:
    for root in schema().query.__strawberry_definition__.fields:
        if isinstance(root, DeclaredField) and isinstance(root.source, Relation):
            yield camel(root.python_name), root.source


def nested() -> Iterator[tuple[str, type[Row], Relation]]:
    for owner in TYPES.values():
        for field in owner.declared.values():
            if isinstance(field.source, Relation) and tenant_column(field.source.target.table):
                yield field.source.name, owner, field.source


schema()
LISTS = {name: relation for name, relation in roots() if relation.shape is Shape.PAGES and name != "hsCodes"}
COUNTS = {name: relation for name, relation in roots() if relation.shape is Shape.COUNTS}
LOOKUPS = {
    name: relation
    for name, relation in roots()
    if relation.shape is Shape.ONE and tenant_column(relation.target.table)
}
NESTED = {name: (owner, relation) for name, owner, relation in nested()}

NOON = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)
VALUES: dict[str, Any] = {
    "mode": "STOCK",
    "kind": "ORDINARY",
    "type": "STANDARD",
    "status": ["DRAFT", "CONFIRMED"],
    "sku": "SKU-1",
    "sku_in": ["A", "B"],
    "name": "微波",
    "category_code": "01",
    "created_from": NOON,
    "created_to": NOON + dt.timedelta(days=7),
    "updated_after": NOON,
    "reference_no_in": ["A", "B"],
    "selectable_for_asn": True,
}
"""For the filters; all others are texts."""


def given(*names: str) -> dict[str, Any]:
    return {name: VALUES.get(name, "A26") for name in names}


def window(relation: Relation, sort: str, *, beyond: bool = False, backward: bool = False) -> Window:
    example = {
        "TIMESTAMP WITH TIME ZONE": NOON.isoformat(),
        "UUID": str(uuid4()),
        "TEXT": "M",
        "INTEGER": "3",
        "DATE": "2026-06-15",
    }
    key = [example[part.type] for part in relation.keysets[sort].sorts] if beyond else None
    return Window(PAGE, key, backward)


def asked(relation: Relation) -> Iterator[tuple[str, Arguments, bool]]:
    """Whatever can be asked of a relation: every sort, way and filter; and totals."""
    sorts = list(relation.keysets) or [""]
    filters = list(relation.filters.conditions) if relation.filters else []
    for sort in sorts:
        if relation.shape is not Shape.PAGES:
            yield sort, Arguments(sort=sort), relation.shape is Shape.COUNTS
            continue
        for beyond in (False, True):
            for backward in (False, True):
                ways = window(relation, sort, beyond=beyond, backward=backward)
                yield f"{sort} beyond={beyond} backward={backward}", Arguments(ways, sort), False
        for name in filters:
            yield f"{sort} {name}", Arguments(window(relation, sort), sort, given(name)), False
    if relation.shape is Shape.PAGES:
        yield "total", Arguments(), True
    if {"mode", "status"} <= set(filters):
        for status in (["DRAFT"], ["DRAFT", "CONFIRMED"]):
            both = given("mode") | {"status": status}
            yield f"mode and {status}", Arguments(window(relation, sorts[0]), sorts[0], both), False
    for name in filters if relation.shape in (Shape.PAGES, Shape.COUNTS) else []:
        yield f"total {name}", Arguments(filters=given(name)), True


# -- plans --------------------------------------------------------------------------------------------------


def literal(value: Any) -> str:
    """A parameter as SQL text: EXECUTE takes no others."""
    if value is None:
        return "null"
    if isinstance(value, list):
        items = ",".join(
            "null" if item is None else '"' + str(item).replace('"', '\\"') + '"' for item in value
        )
        return "'{" + items.replace("'", "''") + "}'"
    return "'" + str(value).replace("'", "''") + "'"


class Explainer:
    """A runtime role's connection that explains."""

    def __init__(self, connection: asyncpg.Connection, merchant_id: UUID | None) -> None:
        self.connection, self.merchant_id = connection, merchant_id

    async def plan(self, made: Statement, request: Request, *, analyze: bool = False) -> dict[str, Any]:
        """The generic plan: role and policies are those of serving."""
        await self.connection.execute(f"prepare asked as {made.sql}")
        values = ", ".join(literal(value) for value in made.bound(request))
        run = f"execute asked({values})" if values else "execute asked"
        options = "format json, verbose" + (", analyze, timing off" if analyze else "")
        found = await self.connection.fetchval(f"explain ({options}) {run}")
        await self.connection.execute("deallocate asked")
        plan: dict[str, Any] = json.loads(found)[0]["Plan"]
        return plan

    async def of(
        self, relation: Relation, args: Arguments, *, counting: bool, keys: Any = ((),), analyze: bool = False
    ) -> dict[str, Any]:
        whole = self.merchant_id is None
        made = statement(relation, form(args, whole=whole, counting=counting))
        return await self.plan(made, Request(self.merchant_id, list(keys), args), analyze=analyze)


@pytest_asyncio.fixture(scope="module")
async def merchant(scale: Scale) -> AsyncIterator[Explainer]:
    connection = await asyncpg.connect(driver_dsn(as_role(scale.fresh.url, DatabaseRole.MERCHANT)))
    await connection.execute("select set_config('app.merchant_id', $1::text, false)", str(scale.biggest))
    yield Explainer(connection, scale.biggest)
    await connection.close()


@pytest_asyncio.fixture(scope="module")
async def little(scale: Scale) -> AsyncIterator[Explainer]:
    connection = await asyncpg.connect(driver_dsn(as_role(scale.fresh.url, DatabaseRole.MERCHANT)))
    await connection.execute("select set_config('app.merchant_id', $1::text, false)", str(scale.small))
    yield Explainer(connection, scale.small)
    await connection.close()


@pytest_asyncio.fixture(scope="module")
async def staff(scale: Scale) -> AsyncIterator[Explainer]:
    connection = await asyncpg.connect(driver_dsn(as_role(scale.fresh.url, DatabaseRole.STAFF)))
    yield Explainer(connection, None)
    await connection.close()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


TENANTS = {type_.table.name for type_ in TYPES.values() if tenant_column(type_.table)}
TENANTS |= {"product_grams", "asn_orders"}
LARGE = TENANTS - SMALL


def faults(plan: dict[str, Any], *, of_merchant: bool) -> list[str]:
    """Tables read whole; and, for a merchant, rows found by an index of everybody's."""
    found = []
    for node in nodes(plan):
        kind, table, index = node["Node Type"], node.get("Relation Name"), node.get("Index Name", "")
        if table not in LARGE:
            continue
        condition = node.get("Recheck Cond") or node.get("Index Cond", "")
        if kind == "Seq Scan":
            found.append(f"{table} is read whole for {node.get('Filter')}")
        elif of_merchant and "merchant_id" not in condition and not index.startswith(("pk_", "uq_")):
            found.append(f"{index or table} is read for {condition}")
    return found


def read(plan: dict[str, Any]) -> int:
    """How many rows of merchants' tables were looked at to answer, those thrown away included."""
    total = 0
    for node in nodes(plan):
        if node.get("Relation Name") in LARGE:
            rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            rows += node.get("Rows Removed by Index Recheck", 0)
            total += round(rows * node["Actual Loops"])
    return total


async def explained(by: Explainer, what: str) -> dict[str, list[str]]:
    """The faults of every form that one list, count or relation can be asked in."""
    if what in NESTED:
        relation = NESTED[what][1]
        keys = [tuple(uuid4() for _ in relation.pairs) for _ in range(PAGE)]
    else:
        relation, keys = (LISTS | COUNTS)[what], [()]
    few = {relation.target.table.name, relation.through.table.name if relation.through else ""} & FEW
    await by.connection.execute(f"set enable_seqscan = {'off' if few else 'on'}")
    found = {}
    for form_, args, counting in asked(relation):
        plan = await by.of(relation, args, counting=counting, keys=keys)
        found[form_] = faults(plan, of_merchant=by.merchant_id is not None)
    return {form_: told for form_, told in found.items() if told}


# -- every statement uses an index --------------------------------------------------------------------------


@pytest.mark.parametrize("what", [*LISTS, *COUNTS, *NESTED])
async def test_a_merchant_reads_by_its_own_indexes(merchant: Explainer, what: str) -> None:
    assert await explained(merchant, what) == {}


@pytest.mark.parametrize("what", [*LISTS, *NESTED])
async def test_staff_read_by_indexes(staff: Explainer, what: str) -> None:
    found = await explained(staff, what)
    # To count what all merchants have, all of it is read: there is no other way.
    assert [form_ for form_ in found if not form_.startswith("total") or what in NESTED] == []


@pytest.mark.parametrize("name", ["sku", "sku_in", "name"])
async def test_staff_count_by_indexes_what_is_rare(staff: Explainer, name: str) -> None:
    await staff.connection.execute("set enable_seqscan = on")
    plan = await staff.of(LISTS["products"], Arguments(filters=given(name)), counting=True)
    assert faults(plan, of_merchant=False) == []


@pytest.mark.parametrize("root", LOOKUPS)
async def test_look_ups_go_by_their_keys(merchant: Explainer, staff: Explainer, root: str) -> None:
    relation = LOOKUPS[root]
    for by in (merchant, staff):
        await by.connection.execute("set enable_seqscan = on")
        for key in ("id", *(key.key for key in relation.keys)):
            args = Arguments(key=(key, uuid4() if key == "id" else "A-1"))
            plan = await by.of(relation, args, counting=False)
            assert faults(plan, of_merchant=by.merchant_id is not None) == [], key


@pytest.mark.parametrize(
    "type_", [t for t in TYPES.values() if tenant_column(t.table)], ids=lambda t: t.__name__
)
async def test_rows_and_their_facts_go_by_id(merchant: Explainer, staff: Explainer, type_: type[Row]) -> None:
    # API-1: the facts of twenty documents must not cost the reading of all
    for by in (merchant, staff):
        few = type_.table.name in FEW
        await by.connection.execute(f"set enable_seqscan = {'off' if few else 'on'}")
        for names in {(), tuple(type_.facts)}:
            made = by_ids(type_, names, whole=by.merchant_id is None)
            plan = await by.plan(made, Request(by.merchant_id, [(uuid4(),)], Arguments()))
            assert faults(plan, of_merchant=by.merchant_id is not None) == [], names


async def test_the_check_can_fail(staff: Explainer) -> None:
    """What staff may read by, a merchant may not; and what is counted whole is seen."""
    await staff.connection.execute("set enable_seqscan = on")
    orders = LISTS["orders"]
    page = await staff.of(orders, Arguments(window(orders, "NEWEST"), "NEWEST"), counting=False)
    assert faults(page, of_merchant=False) == []
    assert faults(page, of_merchant=True) == ["ix_orders_created_at_id is read for "]
    total = await staff.of(orders, Arguments(), counting=True)
    assert faults(total, of_merchant=True) == ["orders is read whole for None"]


# -- and reads no more than the page ------------------------------------------------------------------------


async def middle(scale: Scale, relation: Relation, sort: str, merchant_id: UUID) -> list[str]:
    """The key of a row about half way down the list."""
    keyset, table = relation.keysets[sort], relation.target.table.name
    columns = ", ".join(f"{part.column}::text" for part in keyset.sorts)
    async with scale.fresh.owner() as owner:
        row = await owner.fetchrow(
            f"""select {columns} from {table} t where merchant_id = $1 order by {keyset.order_by("t")}
                offset (select count(*) / 2 from {table} where merchant_id = $1) limit 1""",
            merchant_id,
        )
    return [str(value) for value in row]


@pytest.mark.parametrize("whose", ["biggest", "small"])
@pytest.mark.parametrize("root", [name for name in LISTS if name != "merchants"])
async def test_a_page_of_a_list_reads_the_page(
    scale: Scale, merchant: Explainer, little: Explainer, root: str, whose: str
) -> None:
    """Whatever the sort, from the top or from the middle, forwards or backwards."""
    by, relation = {"biggest": merchant, "small": little}[whose], LISTS[root]
    assert by.merchant_id is not None
    await by.connection.execute("set enable_seqscan = on")
    whole = scale.rows[by.merchant_id, relation.target.table.name]
    assert whole > 2 * PAGE
    for sort in relation.keysets:
        key = await middle(scale, relation, sort, by.merchant_id)
        for start in (None, key):
            for backward in (False, True):
                args = Arguments(Window(PAGE, start, backward), sort)
                plan = await by.of(relation, args, counting=False, analyze=True)
                assert plan["Actual Rows"] == PAGE + 1
                assert read(plan) == PAGE + 1, (sort, start, backward)


@pytest.mark.parametrize("root", [name for name in LISTS if name != "merchants"])
async def test_a_page_of_a_staff_list_reads_the_page(scale: Scale, staff: Explainer, root: str) -> None:
    await staff.connection.execute("set enable_seqscan = on")
    relation = LISTS[root]
    for sort in relation.keysets:
        for start in (None, await middle(scale, relation, sort, scale.biggest)):
            for backward in (False, True):
                args = Arguments(Window(PAGE, start, backward), sort)
                plan = await staff.of(relation, args, counting=False, analyze=True)
                assert plan["Actual Rows"] == PAGE + 1
                assert read(plan) == PAGE + 1, (sort, start, backward)


@pytest.mark.parametrize(
    ("root", "filter_"),
    [
        ("products", {"status": ["REJECTED"]}),
        ("products", {"status": ["DRAFT"]}),
        ("asns", {"mode": "STOCK", "status": ["RECEIVED"]}),
        ("asns", {"mode": "CONSOLIDATION", "status": ["DELETED"]}),
        ("orders", {"mode": "STOCK", "status": ["DELETED"]}),
        ("orders", {"mode": "STOCK", "status": ["EXCEPTION"]}),
        ("orders", {"created_from": NOON, "created_to": NOON + dt.timedelta(days=20)}),
        ("orders", {"mode": "STOCK", "created_to": NOON}),
    ],
)
async def test_a_tab_of_a_list_reads_what_it_shows(
    merchant: Explainer, root: str, filter_: dict[str, Any]
) -> None:
    """PRD-6, ASN-6, ORD-7, ORD-8: one state, however rare, without reading past the others."""
    await merchant.connection.execute("set enable_seqscan = on")
    args = Arguments(window(LISTS[root], "NEWEST"), "NEWEST", filter_)
    plan = await merchant.of(LISTS[root], args, counting=False, analyze=True)
    assert plan["Actual Rows"] > 5
    assert read(plan) == plan["Actual Rows"]


async def test_what_an_asn_can_take_is_found_among_the_confirmed(merchant: Explainer, scale: Scale) -> None:
    # ORD-8: of all orders only those that wait are looked at, and their links one by one
    await merchant.connection.execute("set enable_seqscan = on")
    selectable = Arguments(window(LISTS["orders"], "NEWEST"), "NEWEST", {"selectable_for_asn": True})
    plan = await merchant.of(LISTS["orders"], selectable, counting=False, analyze=True)
    confirmed = """select count(*) from orders where merchant_id = $1 and status = 'CONFIRMED'"""
    async with scale.fresh.owner() as owner:
        waiting = await owner.fetchval(confirmed, scale.biggest)
    assert 0 < plan["Actual Rows"] <= read(plan) <= 2 * waiting
    assert waiting < scale.rows[scale.biggest, "orders"] / 20


@pytest.mark.parametrize("whose", ["biggest", "small"])
async def test_a_nested_page_reads_twenty_pages_at_most(
    scale: Scale, merchant: Explainer, little: Explainer, whose: str
) -> None:
    # PRD-8: stock, movements, filings and log of twenty products
    by = {"biggest": merchant, "small": little}[whose]
    assert by.merchant_id is not None
    await by.connection.execute("set enable_seqscan = on")
    async with scale.fresh.owner() as owner:
        busy = """select product_id from stock_movements where merchant_id = $1 group by 1
                  order by count(*) desc limit 20"""
        ids = [row[0] for row in await owner.fetch(busy, by.merchant_id)]
    for name in ("inventory", "movements", "filings", "log"):
        relation = NESTED[f"Product.{name}"][1]
        keys = [(by.merchant_id, id_) for id_ in ids]
        args = Arguments(window(relation, ""), "")
        plan = await by.of(relation, args, counting=False, keys=keys, analyze=True)
        assert read(plan) == plan["Actual Rows"] <= PAGE * (PAGE + 1), name


@pytest.mark.parametrize("whose", ["biggest", "small"])
async def test_a_name_is_searched_by_its_pieces(
    scale: Scale, merchant: Explainer, little: Explainer, whose: str
) -> None:
    # PRD-6: what stands in the names of few is found without reading the names of all
    by = {"biggest": merchant, "small": little}[whose]
    assert by.merchant_id is not None
    await by.connection.execute("set enable_seqscan = on")
    async with scale.fresh.owner() as owner:
        rare = """select gram, count(*) from product_grams where merchant_id = $1 and char_length(gram) = 2
                  group by 1 having count(*) between 2 and 20 order by 2 desc, 1 limit 1"""
        gram, owners = await owner.fetchrow(rare, by.merchant_id)
    args = Arguments(window(LISTS["products"], "NEWEST"), "NEWEST", {"name": gram})
    plan = await by.of(LISTS["products"], args, counting=False, analyze=True)
    assert plan["Actual Rows"] == owners
    assert read(plan) <= 3 * owners
