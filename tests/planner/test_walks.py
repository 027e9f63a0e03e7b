"""Every list read to its end, page by page from both sides: both ways agree, and no row is lost or told twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import get_named_type

from exgo_gql.app import schema
from tests.planner.agreement import Found, Pair, elsewhere
from tests.planner.documents import Question
from tests.planner.known import Known
from tests.stage import Person

PAGE = (
    "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } totalCount"
)
CONDITIONS = {
    "products": "{status: [FILED, DRAFT], kind: ORDINARY}",
    "asns": '{mode: STOCK, warehouseCode: "NB01"}',
    "orders": '{status: [SHIPPED, SIGNED, PROCESSING], createdTo: "2026-11-19T00:00:00Z"}',
    "inventory": "{mode: STOCK}",
}


def _lists() -> list[tuple[str, str]]:
    """The root lists with each of their orders."""
    query = schema()._schema.query_type
    assert query is not None
    found = []
    for name, of in query.fields.items():
        if "sort" in of.args:
            sorts: Any = get_named_type(of.args["sort"].type)
            found += [(name, sort) for sort in sorts.values]
    return found


async def _walk(
    pair: Pair, person: Person, document: str, found: Found, *, backward: bool, size: int
) -> AsyncIterator[dict[str, Any]]:
    """Page after page, each asked both ways."""
    names = ("last", "before") if backward else ("first", "after")
    cursor = None
    while True:
        variables = {names[0]: size, names[1]: cursor}
        await pair.ask(person, Question(document, variables), found)
        page = next(iter((await elsewhere(person, pair.loaded).ask(document, variables)).values()))
        page = page.get("page", page)
        yield page
        info = page["pageInfo"]
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return
        cursor = info["startCursor" if backward else "endCursor"]


async def _ids(
    pair: Pair, person: Person, document: str, found: Found, *, backward: bool, size: int
) -> tuple[list[str], int]:
    """The ids of a whole list in its order, and how many it says there are."""
    ids: list[str] = []
    total = 0
    async for page in _walk(pair, person, document, found, backward=backward, size=size):
        part = [edge["node"]["id"] for edge in page["edges"]]
        ids = part + ids if backward else ids + part
        total = page["totalCount"]
    return ids, total


@pytest.mark.parametrize(("root", "sort"), _lists())
@pytest.mark.parametrize("filtered", [False, True])
async def test_a_list_is_read_to_its_end(
    pair: Pair, people: list[Person], root: str, sort: str, filtered: bool
) -> None:
    condition = f", filter: {CONDITIONS.get(root, '{}')}" if filtered else ""
    document = (
        "query($first: Int, $after: String, $last: Int, $before: String) {"
        f" {root}(first: $first, after: $after, last: $last, before: $before, sort: {sort}{condition})"
        f" {{ {PAGE} }} }}"
    )
    found = Found()
    for person, size in ((people[0], 7), (people[3], 50)):
        forward, total = await _ids(pair, person, document, found, backward=False, size=size)
        back, _ = await _ids(pair, person, document, found, backward=True, size=size)
        assert forward == back
        assert len(set(forward)) == len(forward) == total
    assert found.differences == found.failed == []
    assert set(found.ways) == {"planned"}


@pytest.mark.parametrize(
    ("type_name", "name"),
    [
        ("Product", "movements"),
        ("Product", "orders"),
        ("Product", "log"),
        ("Asn", "lines"),
        ("Order", "tracking"),
        ("ReceiptBatch", "lines"),
    ],
)
async def test_a_list_of_a_document_is_read_to_its_end(
    pair: Pair, known: Known, people: list[Person], type_name: str, name: str
) -> None:
    document = (
        "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { node(id: $id) {"
        f" ... on {type_name} {{ page: {name}(first: $first, after: $after, last: $last, before: $before)"
        f" {{ {PAGE} }} }} }} }}"
    )
    own = [id_ for id_, whose in known.ids[type_name] if whose == people[0].merchant_id]
    found, longest = Found(), 0
    for id_ in own[:: max(1, len(own) // 6)]:
        text = document.replace("$id: ID!, ", "").replace("$id", f'"{id_}"')
        forward, total = await _ids(pair, people[0], text, found, backward=False, size=2)
        back, _ = await _ids(pair, people[0], text, found, backward=True, size=2)
        assert forward == back
        assert len(set(forward)) == len(forward) == total
        longest = max(longest, total)
    assert found.differences == found.failed == []
    assert longest > 2
    assert found.share > 0.5


async def test_rows_tie(pair: Pair) -> None:
    """Of equal rank in the order of a list: only the id tells which comes first."""
    for table, column in (("products", "created_at"), ("orders", "updated_at")):
        most = await pair.loaded.admin.fetchval(
            f"select max(n) from (select count(*) as n from {table} group by merchant_id, {column}) t"
        )
        assert most > 1, table
