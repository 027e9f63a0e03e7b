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
"""Tables of one block, which is read whole faster than by any index."""


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
        await seed_scale(owner, **SIZES, report=lambda said: None)
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


TENANTS = {type_.table.name for type_ in TYPES.values() if tenant_column(type_.table)} | {
    "product_grams",
    "asn_orders",
}


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The nodes that read a merchant's table."""
    for node in nodes(plan):
        if node.get("Relation Name") in TENANTS - SMALL or (node["Node Type"] == "Bitmap Index Scan"):
            yield node


def faults(plan: dict[str, Any], *, of_merchant: bool) -> list[str]:
    """Tables read whole; and, for a merchant, read by an index that others' rows stand in too."""
    found = []
    for node in scans(plan):
        kind, index = node["Node Type"], node.get("Index Name")
        if kind == "Seq Scan":
            found.append(f"Seq Scan on {node['Relation Name']} filter {node.get('Filter')}")
        elif of_merchant and index is not None:
            condition = node.get("Index Cond", "")
            if "merchant_id" not in condition and not index.startswith(("pk_", "uq_")):
                found.append(f"{kind} by {index} where {condition} filter {node.get('Filter')}")
    return found
