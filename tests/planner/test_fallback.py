"""Where a planned run fails, the loaders answer in its place; and errors are theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest_asyncio
from structlog.testing import capture_logs

from exgo_gql.db.roles import DatabaseRole
from exgo_gql.db.urls import driver_dsn
from tests import scenes
from tests.planner.agreement import Pair, elsewhere, open_pair
from tests.stage import Fresh, Person

PAGE = "{ products { nodes { sku availableActions { action } orders { nodes { orderNo } } } } }"
ONLY_PLANS = "function pg_catalog.row_to_json(record)"
"""What planned statements call and loaders do not."""


@pytest_asyncio.fixture(scope="module")
async def pair(new_database: Callable[..., Awaitable[Fresh]]) -> AsyncIterator[Pair]:
    async with open_pair(await new_database()) as pair:
        yield pair


@pytest_asyncio.fixture(scope="module")
async def person(pair: Pair) -> Person:
    company = await pair.loaded.company()
    await scenes.draft(company)
    return elsewhere(company.viewer, pair.planned)


@pytest_asyncio.fixture
async def superuser(pair: Pair) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_dsn(pair.planned.fresh.url))
    yield connection
    await connection.close()


async def told(person: Person, query: str = PAGE) -> tuple[str, dict[str, Any]]:
    """How a query was answered, and what."""
    body = {"query": query, "extensions": {"execution": True}}
    headers = {"authorization": f"Bearer {person.token}", "accept-language": "en"}
    answer: dict[str, Any] = (await person.stage.http.post("/graphql", json=body, headers=headers)).json()
    extensions = answer.pop("extensions")
    for error in answer.get("errors", ()):
        error["extensions"].pop("requestId", None)
    return extensions["execution"], answer


async def test_a_statement_that_is_refused(pair: Pair, person: Person, superuser: asyncpg.Connection) -> None:
    way, expected = await told(person)
    assert way == "planned"
    await superuser.execute(f"revoke execute on {ONLY_PLANS} from public")
    try:
        with capture_logs() as entries:
            assert await told(person) == ("loaded", expected)
        assert [entry["event"] for entry in entries if entry["log_level"] == "warning"] == ["planner:failed"]
    finally:
        await superuser.execute(f"grant execute on {ONLY_PLANS} to public")
    assert await told(person) == ("planned", expected)


async def test_errors_are_the_loaders(pair: Pair, person: Person, superuser: asyncpg.Connection) -> None:
    """Both ways fail: what is told, and where, is what it would be without the planner."""
    role = DatabaseRole.MERCHANT
    await superuser.execute(f"revoke select on orders from {role}")
    try:
        with capture_logs() as entries:
            way, answer = await told(person)
            assert way == "loaded"
            assert answer == (await told(elsewhere(person, pair.loaded)))[1]
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "INTERNAL"
        assert error["path"] == ["products", "nodes", 0, "orders"]
        assert {entry["event"] for entry in entries} >= {"planner:failed"}
    finally:
        await superuser.execute(f"grant select on orders to {role}")


async def test_a_plan_that_keeps_failing_is_not_tried_for_ever(
    pair: Pair, person: Person, superuser: asyncpg.Connection
) -> None:
    query = PAGE.replace("sku", "sku nameZh")
    await superuser.execute(f"revoke execute on {ONLY_PLANS} from public")
    try:
        with capture_logs() as entries:
            for _ in range(20):
                assert (await told(person, query))[0] == "loaded"
        failures = [entry for entry in entries if entry["event"] == "planner:failed"]
        assert 0 < len(failures) < 10
    finally:
        await superuser.execute(f"grant execute on {ONLY_PLANS} to public")
