"""The pages that are measured: a document each, and the ids or instants that it is asked with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from graphql import REMOVE, FieldNode, Visitor, VisitorAction, parse, print_ast, visit

from exgo_gql.loaders import ids

HERE = Path(__file__).parent

COMPUTED = frozenset({"warnings", "availableActions", "choices", "exceptions", "actor", "changes"})
"""Fields that Python makes from a row. No statement has them, though it may have the columns they are made of."""


@dataclass(frozen=True)
class Page:
    """A document, and what it is asked with in turn."""

    name: str
    variables: tuple[Mapping[str, Any], ...]

    @cached_property
    def document(self) -> str:
        """The document's text."""
        return (HERE / f"{self.name}.graphql").read_text(encoding="utf-8")

    @property
    def operation(self) -> str:
        """The name of its one operation."""
        return self.document.split("(", 1)[0].removeprefix("query ")

    @cached_property
    def plain_document(self) -> str:
        """The document without computed fields."""
        return print_ast(visit(parse(self.document), _Plain()))


class _Plain(Visitor):
    def enter_field(self, node: FieldNode, *_args: object) -> VisitorAction:
        return REMOVE if node.name.value in COMPUTED else None


def without_computed(answer: Any) -> Any:
    """What remains of an answer when computed fields are left out."""
    if isinstance(answer, dict):
        return {name: without_computed(part) for name, part in answer.items() if name not in COMPUTED}
    if isinstance(answer, list):
        return [without_computed(part) for part in answer]
    return answer


MOST = 64
"""Different variables of a page: more than one row is read, and none is read by one variant alone."""

# Drawn by a hash, so that each run of the same data measures the same rows.
_PICKED = {
    "product": """
        select p.id from products p
        where p.merchant_id = $1 and p.status = 'FILED'
          and (select count(*) from order_lines l where l.merchant_id = $1 and l.product_id = p.id) between 20 and 150
          and (select count(*) from asn_lines l where l.merchant_id = $1 and l.product_id = p.id) between 5 and 40
        order by hashtextextended(p.id::text, 0) limit $2""",
    "asn": """
        select s.id from asns s
        where s.merchant_id = $1 and s.status in ('RECEIVED', 'RECEIVING') and s.mode = 'CONSOLIDATION'
          and (select count(*) from asn_orders l where l.merchant_id = $1 and l.asn_id = s.id) >= 5
          and (select count(*) from operation_logs l where l.merchant_id = $1 and l.asn_id = s.id) >= 5
        order by hashtextextended(s.id::text, 0) limit $2""",
    "order": """
        select o.id from orders o
        where o.merchant_id = $1 and o.status in ('SIGNED', 'SHIPPED')
          and (select count(*) from order_lines l where l.merchant_id = $1 and l.order_id = o.id) = 3
          and (select count(*) from operation_logs l where l.merchant_id = $1 and l.order_id = o.id) >= 5
        order by hashtextextended(o.id::text, 0) limit $2""",
    "rows": """
        select p.id from products p
        where p.merchant_id = $1
        order by (select count(*) from order_lines l where l.merchant_id = $1 and l.product_id = p.id) desc, p.id
        limit least($2, 16)""",
}
_TYPES = {"product": "Product", "asn": "Asn", "order": "Order", "rows": "Product"}

DETAILS = ("product", "asn", "order")
NAMES = (*DETAILS, "list")


async def read(connection: asyncpg.Connection, merchant_id: UUID) -> dict[str, Page]:
    """The pages, with variables that this merchant's data has many rows for."""
    pages = {
        name: Page(
            name,
            tuple(
                {"id": ids.encode(_TYPES[name], row["id"])}
                for row in await connection.fetch(sql, merchant_id, MOST)
            ),
        )
        for name, sql in _PICKED.items()
    }
    latest = await connection.fetchval(
        "select max(created_at) from orders where merchant_id = $1", merchant_id
    )
    ends = [latest - dt.timedelta(days=30 * month) for month in range(13)]
    pages["list"] = Page(
        "list",
        tuple({"from": since.isoformat(), "to": until.isoformat()} for until, since in pairwise(ends)),
    )
    return pages
