"""One document, many values: what is kept of it for some serves no others wrongly."""

from __future__ import annotations

import itertools

import pytest

from tests.planner.agreement import Found, Pair
from tests.planner.documents import Question
from tests.planner.known import Known
from tests.stage import Person

OF_IDS = {
    "with pages below": "nodes(ids: $ids) { id ... on Order { tracking(first: 1) { totalCount } } }",
    "of two types": "nodes(ids: $ids) { ... on Asn { log(last: 1) { nodes { action } } } ... on Product { parts { qty } } }",
    "beside another page": "nodes(ids: $ids) { ... on Order { log { totalCount } } } asns(first: 2) { totalCount }",
    "after another page": "products(first: 3, filter: {kind: COMBO}) { nodes { sku } }"
    " nodes(ids: $ids) { ... on Product { orders(first: 1) { totalCount } asns(last: 2) { nodes { id } } } }",
}


@pytest.mark.parametrize("of", OF_IDS)
async def test_ids_of_other_types_come_and_go(
    pair: Pair, known: Known, people: list[Person], of: str
) -> None:
    document = f"query($ids: [ID!]!) {{ {OF_IDS[of]} }}"
    own = {
        name: next(id_ for id_, whose in known.ids[name] if whose == people[0].merchant_id)
        for name in ("Order", "Asn", "Product", "LogEntry")
    }
    found = Found()
    for chosen in [*itertools.permutations(own, 2), *itertools.permutations(own, 1)] * 2:
        question = Question(document, {"ids": [own[name] for name in chosen]})
        await pair.ask(people[0], question, found)
    assert found.differences == []
    assert set(found.ways) == {"planned"}


async def test_switches_come_and_go(pair: Pair, people: list[Person]) -> None:
    document = """query($a: Boolean!, $b: Boolean!) { products(first: 3) { nodes {
        sku @include(if: $a) orders(first: 1) @skip(if: $b) { totalCount } ... @include(if: $b) { log { totalCount } }
        } } }"""
    found = Found()
    for a, b in list(itertools.product((True, False), repeat=2)) * 2:
        await pair.ask(people[0], Question(document, {"a": a, "b": b}), found)
    assert found.differences == []
    assert set(found.ways) == {"planned"}


async def test_conditions_come_and_go(pair: Pair, people: list[Person]) -> None:
    document = """query($f: OrderFilter, $s: OrderSort, $n: Int, $a: String) {
        orders(filter: $f, sort: $s, first: $n, after: $a) { totalCount nodes { orderNo } pageInfo { endCursor } } }"""
    conditions = [None, {}, {"mode": "STOCK"}, {"status": ["SHIPPED"]}, {"status": ["SHIPPED", "DRAFT"]}]
    conditions += [{"status": []}, {"selectableForAsn": True}, {"selectableForAsn": False}]
    found = Found()
    for condition, sort, size in itertools.product(conditions, ("NEWEST", "REFERENCE", None), (1, None)):
        values = {"f": condition, "s": sort, "n": size}
        given = {name: value for name, value in values.items() if value is not None or name == "f"}
        for person in (people[0], people[3], people[8]):
            await pair.ask(person, Question(document, given), found)
    assert found.differences == []
    assert set(found.ways) == {"planned"}
