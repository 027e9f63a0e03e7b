"""Every query document of the repository is answered alike both ways, whoever asks."""

from __future__ import annotations

from random import Random

import pytest

from exgo_gql.app import schema
from exgo_gql.web.graphiql import load
from tests.api.test_operations import filled
from tests.planner.agreement import Found, Pair
from tests.planner.arguments import Arguments
from tests.planner.conftest import Demonstration
from tests.planner.known import Known
from tests.planner.own import Own, asked_in_tests, measured, questions, saved, written
from tests.stage import Person

TIMES = 3
"""How often a document is asked whose variables nobody names."""
OF_USERS = [*saved(), *written(), *measured(schema()._schema)]
OF_TESTS = asked_in_tests(schema()._schema)

UNPLANNED = {
    "GraphiQL: Viewer": "`viewer` is who asks, and no row",
    "GraphiQL: OtherCompany": "it asks for `viewer`, too",
}
"""The documents that go to the loaders, and why."""


@pytest.fixture(scope="module")
def given(demonstration: Demonstration) -> dict[str, dict[str, object]]:
    """The variables of each saved operation, as the page would send them."""
    return {operation.document: {**filled(operation), **demonstration.kept} for operation in load()}


@pytest.mark.parametrize("own", OF_USERS, ids=str)
async def test_both_ways_agree(
    pair: Pair, known: Known, walkers: list[Person], given: dict[str, dict[str, object]], own: Own
) -> None:
    found = Found()
    for person in walkers:
        arguments = Arguments(known, Random(own.place), person.merchant_id)
        for question in questions(own, pair.schema, arguments, given.get(own.document, {}), TIMES):
            await pair.ask(person, question, found)
    assert found.differences == []
    assert found.faulty == found.failed == []


@pytest.mark.parametrize("own", OF_USERS, ids=str)
async def test_what_users_ask_is_planned(
    pair: Pair, known: Known, walkers: list[Person], given: dict[str, dict[str, object]], own: Own
) -> None:
    arguments = Arguments(known, Random(own.place), walkers[0].merchant_id)
    found = Found()
    for question in questions(own, pair.schema, arguments, given.get(own.document, {}), 1):
        await pair.ask(walkers[0], question, found)
    assert list(found.ways) == ["loaded" if own.place in UNPLANNED else "planned"]


def test_no_exception_is_of_a_document_that_is_gone() -> None:
    assert {own.place for own in OF_USERS} >= UNPLANNED.keys()


async def test_what_tests_ask(pair: Pair, known: Known, walkers: list[Person]) -> None:
    found = Found()
    for number, own in enumerate(OF_TESTS):
        for person in (walkers[0], walkers[3], walkers[number % len(walkers)]):
            arguments = Arguments(known, Random(number), person.merchant_id)
            for question in questions(own, pair.schema, arguments, {}, TIMES):
                await pair.ask(person, question, found)
    assert found.differences == []
    assert found.faulty == found.failed == []
    assert len(OF_TESTS) > 30
    assert found.share > 0.5
