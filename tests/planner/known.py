"""What the database really holds: ids, numbers and cursors, so that generated documents find something."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from exgo_gql.loaders import ids
from exgo_gql.loaders.nodes import Node
from exgo_gql.loaders.scope import tenant_column
from exgo_gql.loaders.sources import TYPES
from tests.stage import Person

TEXTS = {
    "sku": ("select sku from products order by id",),
    "orderNo": ("select order_no from orders order by id",),
    "referenceNo": (
        "select reference_no from orders order by id",
        "select reference_no from asns order by id",
    ),
    "receivingNo": ("select receiving_no from asns order by id",),
    "trackingNo": ("select tracking_no from orders where tracking_no is not null order by id",),
    "plate": ("select left(plate, 3) from vehicles order by id",),
    "companyName": ("select left(company_name, 3) from merchants order by id",),
    "name": (
        "select substr(name_zh, 2, 2) from products order by id",
        "select left(name_en, 4) from products order by id",
    ),
    "categoryCode": (
        "select code from categories where parent_code is null order by code",
        "select category_code from products where category_code is not null order by id",
    ),
    "warehouseCode": ("select code from warehouses order by code",),
    "transportMethodCode": ("select code from transport_methods order by code",),
    "recipientCountryCode": (
        "select recipient_country_code from orders where recipient_country_code is not null order by id",
    ),
    "code": ("select code from hs_codes order by code",),
}
"""By the name of the argument or of the condition; a name ending in ``In`` is a list of them."""

INSTANTS = (
    "select created_at::text from orders order by created_at",
    "select updated_at::text from products order by updated_at",
)


@dataclass
class Known:
    """Real values, by what they are called."""

    ids: dict[str, list[tuple[str, UUID | None]]] = field(default_factory=dict)
    """By type: the global id and whose it is."""
    texts: dict[str, list[str]] = field(default_factory=dict)
    instants: list[str] = field(default_factory=list)
    cursors: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    """By type, connection and order ("" for the usual one)."""


async def know(admin: asyncpg.Connection, people: list[Person], schema: GraphQLSchema) -> Known:
    """Read all of it; cursors as each of these people is told them."""
    known = Known()
    for name, type_ in sorted(TYPES.items()):
        if issubclass(type_, Node):
            tenant = tenant_column(type_.table) or "null::uuid"
            rows = await admin.fetch(f"select id, {tenant} as whose from {type_.table.name} order by id")
            known.ids[name] = [(ids.encode(name, row["id"]), row["whose"]) for row in rows]
    for name, queries in TEXTS.items():
        known.texts[name] = await _texts(admin, queries)
    known.instants = await _texts(admin, INSTANTS)
    for person in people:
        await _cursors(known, person, schema)
    return known


async def _texts(admin: asyncpg.Connection, queries: tuple[str, ...]) -> list[str]:
    """In the order of the rows, so that the same choice is much the same text in every run."""
    found = [row[0] for query in queries for row in await admin.fetch(query)]
    return list(dict.fromkeys(found))


async def _cursors(known: Known, person: Person, schema: GraphQLSchema) -> None:
    for type_name, kind in schema.type_map.items():
        if not isinstance(kind, GraphQLObjectType):
            continue
        for name, of in kind.fields.items():
            if "after" not in of.args:
                continue
            sort: Any = get_named_type(of.args["sort"].type) if "sort" in of.args else None
            for order in sort.values if sort else [""]:
                page = f"{name}(first: 12{f', sort: {order}' if order else ''}) {{ edges {{ cursor }} }}"
                found = await _pages(known, person, type_name, page)
                known.cursors.setdefault((type_name, name, order), []).extend(
                    edge["cursor"] for each in found for edge in each[name]["edges"]
                )


async def _pages(known: Known, person: Person, type_name: str, page: str) -> list[dict[str, Any]]:
    if type_name == "Query":
        return [await person.ask(f"{{ {page} }}")]
    own = [id_ for id_, whose in known.ids[type_name] if whose in {None, person.merchant_id}]
    step = max(1, len(own) // 8)
    query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {type_name} {{ {page} }} }} }}"
    nodes: list[dict[str, Any]] = (await person.ask(query, {"ids": own[::step][:8]}))["nodes"]
    return [node for node in nodes if node]
