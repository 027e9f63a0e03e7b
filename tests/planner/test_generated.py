"""Documents nobody wrote: both ways answer them alike.

A number makes a document (``drawn.py``), so a failure says which, and shows it as small as it still differs.
``EXGO_DRAWN=1000-9000`` asks those numbers instead of the first few hundred.
"""

from __future__ import annotations

import os

import pytest
import pytest_asyncio
from graphql import GraphQLObjectType, get_named_type

from tests.planner.agreement import Found, Pair
from tests.planner.documents import Document
from tests.planner.drawn import asked_by, askings, complete
from tests.planner.known import Known
from tests.planner.minimal import minimised
from tests.stage import Person

USUAL = "0-200"
LEAST_PLANNED = 0.7
"""Of those that ran: the others are anonymous, ask for errors, or have aliases that PostgreSQL would cut."""


@pytest.fixture(scope="module")
def numbers() -> range:
    begin, _, end = os.environ.get("EXGO_DRAWN", USUAL).partition("-")
    return range(int(begin), int(end))


@pytest.fixture(scope="module")
def documents(
    numbers: range, pair: Pair, known: Known, people: list[Person]
) -> list[tuple[int, Person, Document]]:
    return complete(numbers, pair.schema, known, people)


@pytest_asyncio.fixture(scope="module")
async def found(
    pair: Pair,
    known: Known,
    people: list[Person],
    documents: list[tuple[int, Person, Document]],
) -> Found:
    """What came of asking all of them; it ends with the first that goes wrong."""
    found = Found()
    for number, person, document in documents:
        for who, question in askings(number, person, document, known, people):
            if await pair.ask(who, question, found):
                small = await minimised(pair, who, document, question)
                pytest.fail(f"{number}: {small}", pytrace=False)
    return found


def test_both_ways_agree(found: Found, numbers: range) -> None:
    assert found.asked >= len(numbers)
    assert found.differences == []


def test_none_is_a_fault(found: Found) -> None:
    assert found.faulty == []
    assert found.failed == []


def test_most_are_planned(found: Found) -> None:
    """Or the comparison would be of the loaders with themselves."""
    assert found.share > LEAST_PLANNED
    assert found.ways["refused"] < found.asked / 10
    assert found.bytes / found.asked > 1000


def test_every_field_is_asked_for(pair: Pair, documents: list[tuple[int, Person, Document]]) -> None:
    asked = {field for _, _, document in documents for field in asked_by(document)}
    fields = {(kind, name) for kind in _kinds(pair) for name in pair.schema.type_map[kind].fields}  # type: ignore[attr-defined]
    assert {field for field in fields - asked if field[0] != "Viewer"} == set()


def _kinds(pair: Pair) -> set[str]:
    """The object types that a query can lead to."""
    found: set[str] = set()
    waiting = ["Query", *(t.name for t in pair.schema.get_possible_types(pair.schema.type_map["Node"]))]  # type: ignore[arg-type]
    while waiting:
        kind = pair.schema.type_map[waiting.pop()]
        if isinstance(kind, GraphQLObjectType) and kind.name not in found:
            found.add(kind.name)
            waiting += [get_named_type(of.type).name for of in kind.fields.values()]
    return found


def test_every_spelling_is_among_them(documents: list[tuple[int, Person, Document]]) -> None:
    texts = [document.question().document for _, _, document in documents]
    for spelling in (
        "...F1",
        "... on Node",
        "... {",
        "@include(if: $",
        "@skip(if: true)",
        "query Beside",
        "last: ",
        "before: ",
        "after: ",
        "filter: {",
        "sort: ",
        "nodes(ids: [",
    ):
        assert sum(spelling in text for text in texts) >= 5, spelling
