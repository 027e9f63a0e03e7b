"""What the benchmark measures is the same page, whoever answers it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from benchmarks import pages
from benchmarks.floor.app import Floor
from benchmarks.load import body_of
from exgo_gql.db.urls import driver_dsn
from exgo_gql.domain.actors import Role
from exgo_gql.seeds.scale import seed_scale
from tests.stage import Fresh, Person, Stage

SIZES = {"merchants": 2, "products": 200, "orders": 1500, "asns": 300, "logs": 6000}
COMPARED = 3


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def filled(new_database: Callable[..., Awaitable[Fresh]]) -> Fresh:
    """A database with a little of what benchmarks read."""
    fresh = await new_database()
    async with fresh.owner() as owner:
        await seed_scale(owner, **SIZES, report=lambda _said: None)
    return fresh


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def asked(filled: Fresh) -> dict[str, pages.Page]:
    """The pages of the largest merchant."""
    connection = await asyncpg.connect(driver_dsn(filled.url))
    largest = await connection.fetchval("select merchant_id from orders group by 1 order by count(*) desc")
    found = await pages.read(connection, largest)
    await connection.close()
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owner(filled: Fresh) -> AsyncIterator[Person]:
    """Somebody of that merchant."""
    async with Stage.open(filled) as stage:
        largest = await stage.admin.fetchval(
            "select merchant_id from orders group by 1 order by count(*) desc limit 1"
        )
        yield await stage.person(Role.OWNER, largest)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def floor(filled: Fresh, owner: Person) -> AsyncIterator[httpx.AsyncClient]:
    """The statements without anything around them."""
    assert owner.merchant_id is not None
    bare = Floor(driver_dsn(filled.url), owner.merchant_id)
    await bare.open()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(bare), base_url="http://floor.test") as client:
        yield client
    await bare.close()


async def _of_floor(floor: httpx.AsyncClient, page: pages.Page, variables: Any) -> Any:
    answer = await floor.post("/", content=body_of(page.document, page.operation, variables))
    return answer.json()["data"]


@pytest.mark.parametrize("name", pages.NAMES)
async def test_the_floor_answers_what_the_application_answers(
    name: str, asked: dict[str, pages.Page], owner: Person, floor: httpx.AsyncClient
) -> None:
    page = asked[name]
    assert len(page.variables) >= COMPARED
    for variables in page.variables[:COMPARED]:
        ours = pages.without_computed(await owner.ask(page.document, dict(variables)))
        assert ours == pages.without_computed(await _of_floor(floor, page, variables))


@pytest.mark.parametrize("name", pages.NAMES)
async def test_a_page_is_planned_as_one_statement(
    name: str, asked: dict[str, pages.Page], owner: Person
) -> None:
    page = asked[name]
    body = body_of(page.document, page.operation, page.variables[0], extensions={"execution": True})
    answer = await owner.stage.http.post(
        "/graphql",
        content=body,
        headers={"content-type": "application/json", "authorization": f"Bearer {owner.token}"},
    )
    extensions = answer.json()["extensions"]
    assert (extensions["execution"], extensions["statements"]) == ("planned", 1)


async def test_without_computed_fields_a_document_asks_for_columns_alone(
    asked: dict[str, pages.Page], owner: Person
) -> None:
    page = asked["order"]
    assert not any(name in page.plain_document for name in pages.COMPUTED)
    answer = await owner.ask(page.plain_document, dict(page.variables[0]))
    whole = await owner.ask(page.document, dict(page.variables[0]))
    assert answer == pages.without_computed(whole)
