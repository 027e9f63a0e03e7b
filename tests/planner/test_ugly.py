"""Ugly input is answered, or refused, alike both ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.planner.agreement import Found, Pair
from tests.planner.documents import Question
from tests.stage import Person


def _deep(levels: int) -> str:
    return "{ categories " + "{ children " * levels + "{ code }" + " }" * levels + " }"


def _padded(size: int) -> str:
    document = '{ product(sku: "YD-BOX-5") { sku } }'
    return document + " " * (size - len(document))


def _nested_fragments(times: int) -> str:
    """Each spreads the next one twice."""
    bodies = [f"fragment F{n} on Product {{ sku ...F{n + 1} ...F{n + 1} }}" for n in range(times)]
    return "\n".join(
        ["{ products(first: 2) { nodes { ...F0 } } }", *bodies, f"fragment F{times} on Product {{ id }}"]
    )


LONG = "a" * 62
UGLY: dict[str, Question] = {
    "one field 490 times": Question("{ products(first: 3) { nodes { " + "sku " * 490 + "} } }"),
    "one field too often": Question("{ products(first: 3) { nodes { " + "sku " * 600 + "} } }"),
    "one list 200 times": Question("{ " + "warehouses { code } " * 200 + "}"),
    "one page 90 times": Question("{ " + "products(first: 2) { totalCount nodes { sku } } " * 90 + "}"),
    "deep": Question(_deep(2)),
    "deep and costly": Question(_deep(9)),
    "too deep": Question(_deep(40)),
    "16 KiB": Question(_padded(16 << 10)),
    "more than 16 KiB": Question(_padded((16 << 10) + 1)),
    "aliases of 63 letters": Question(
        "{ warehouses { "
        + " ".join(f"{LONG}{letter}: code" for letter in "abcdefghijklmnopqrstuvwxyz")
        + " } }"
    ),
    "aliases of 64 letters": Question(f"{{ warehouses {{ {LONG}aa: code {LONG}ab: nameEn }} }}"),
    "too many aliases": Question("{ warehouses { " + " ".join(f"a{n}: code" for n in range(31)) + " } }"),
    "fragments in fragments": Question(_nested_fragments(6)),
    "fragments, exponentially": Question(_nested_fragments(30)),
    "an unknown operation": Question("query A { warehouses { code } }", operation="B"),
    "no operation of two": Question("query A { warehouses { code } } query B { units { code } }"),
    "one operation of two": Question(
        "query A { warehouses { code } } query B { units { code } }", operation="B"
    ),
    "an unknown variable": Question("{ warehouses { code } }", {"x": 1}),
    "no document": Question(""),
    "no query": Question("fragment F on Query { warehouses { code } }"),
    "introspection": Question("{ __schema { queryType { name } } warehouses { code } }"),
    "a type's name": Question('{ __type(name: "Product") { name } }'),
    "nothing but a name": Question("{ __typename a: __typename }"),
    "everything skipped": Question(
        "{ warehouses @skip(if: true) { code } units { code @include(if: false) } }"
    ),
    "a NUL in a text": Question('{ product(sku: "a\\u0000b") { sku } }'),
    "a text in a block": Question('{ product(sku: """\n  YD-BOX-5\n""") { sku nameZh } }'),
    "a number too great": Question("{ products(first: 2147483648) { totalCount } }"),
    "a number below nothing": Question("{ products(last: -1) { totalCount } }"),
    "a list of one as itself": Question(
        '{ products(filter: {status: FILED, skuIn: "YD-BOX-5"}) { totalCount } }'
    ),
    "a null filter": Question(
        "{ products(filter: null, sort: null, first: null, after: null) { totalCount } }"
    ),
    "100 ids": Question("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["x"] * 100}),
    "101 ids": Question("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["x"] * 101}),
    "a page of nothing": Question(
        "{ products(first: 0) { nodes { sku } edges { cursor } pageInfo { endCursor } } }"
    ),
}

WRONG: list[Any] = [None, True, 1.5, "x", "5", [], [1], {}, {"first": 1}, 2**31, -1, 0, 101, "\x00"]
KINDS: dict[str, Callable[[Any], Question]] = {
    "a page size": lambda v: Question("query($v: Int) { products(first: $v) { totalCount } }", {"v": v}),
    "a page size that must be": lambda v: Question(
        "query($v: Int!) { products(first: $v) { totalCount } }", {"v": v}
    ),
    "an id": lambda v: Question("query($v: ID) { product(id: $v) { sku } }", {"v": v}),
    "any id": lambda v: Question("query($v: ID!) { node(id: $v) { id } }", {"v": v}),
    "a cursor": lambda v: Question("query($v: String) { products(after: $v) { totalCount } }", {"v": v}),
    "a filter": lambda v: Question(
        "query($v: ProductFilter) { products(filter: $v) { totalCount } }", {"v": v}
    ),
    "a text of a filter": lambda v: Question(
        "query($v: String) { products(filter: {name: $v}) { totalCount } }", {"v": v}
    ),
    "states": lambda v: Question(
        "query($v: [ProductStatus!]) { products(filter: {status: $v}) { totalCount } }", {"v": v}
    ),
    "an order": lambda v: Question("query($v: ProductSort) { products(sort: $v) { totalCount } }", {"v": v}),
    "an instant": lambda v: Question(
        "query($v: DateTime) { orders(filter: {createdFrom: $v}) { totalCount } }", {"v": v}
    ),
    "a switch": lambda v: Question("query($v: Boolean!) { warehouses { code @skip(if: $v) } }", {"v": v}),
}


@pytest.mark.parametrize("name", UGLY)
async def test_ugly_documents(pair: Pair, people: list[Person], name: str) -> None:
    found = await pair.differences(
        [(person, UGLY[name]) for person in (people[0], people[3], people[-1])] * 2
    )
    assert found.differences == []
    assert not [each for each in found.faulty if not each.planned.startswith(("200 ", "400 "))]
    assert found.failed == []


@pytest.mark.parametrize("kind", KINDS)
async def test_variables_of_the_wrong_kind(pair: Pair, people: list[Person], kind: str) -> None:
    found = Found()
    for value in WRONG * 2:
        await pair.ask(people[0], KINDS[kind](value), found)
    assert found.differences == found.faulty == []
    assert found.failed == []
