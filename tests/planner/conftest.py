"""The demonstration, read both ways: quiet data in which every document stands in every state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from exgo_gql.auth.passwords import Passwords
from exgo_gql.seeds.demo import seed_demo
from tests.api.test_operations import FLOWS, HOME, Walker, walker
from tests.planner.agreement import Pair, elsewhere, open_pair
from tests.planner.known import Known, know
from tests.stage import Company, Fresh, Person, Stage

PEOPLE = (
    "owner@yueda.example",
    "operator@yueda.example",
    "viewer@yueda.example",
    "support@exgo.example",
    "customs@exgo.example",
    "warehouse@exgo.example",
    "finance@exgo.example",
    "admin@exgo.example",
    "owner@qinghe.example",
)


TIE = "update {} set created_at = date_trunc('day', created_at), updated_at = date_trunc('day', updated_at)"
"""So that rows are of equal rank in the orders of lists."""


@dataclass
class Demonstration:
    """A database that nobody changes any more."""

    fresh: Fresh
    company: Company
    """Whose people walked through the saved operations."""
    kept: dict[str, Any]
    """What they would send as variables."""


@pytest_asyncio.fixture(scope="package")
async def demonstration(new_database: Callable[..., Awaitable[Fresh]]) -> Demonstration:
    """The demonstration's month, and every saved operation walked through after it."""
    fresh = await new_database()
    passwords = Passwords()
    async with fresh.owner() as owner:
        await seed_demo(fresh.database, owner, passwords)
        for table in ("merchants", "products", "asns", "orders", "vehicles"):
            await owner.execute(TIE.format(table))
    passwords.close()
    async with Stage.open(fresh) as stage:
        walking: Walker = await walker(stage)
        for flow in FLOWS:
            await walking.walk(flow)
        return Demonstration(fresh, walking.companies[HOME], walking.kept)


@pytest_asyncio.fixture(scope="package")
async def pair(demonstration: Demonstration) -> AsyncIterator[Pair]:
    async with open_pair(demonstration.fresh) as pair:
        yield pair


@pytest_asyncio.fixture(scope="package")
async def people(pair: Pair) -> list[Person]:
    """Every role, somebody of another merchant, and nobody."""
    return [*[await pair.person(email) for email in PEOPLE], pair.planned.anonymous]


@pytest_asyncio.fixture(scope="package")
async def walkers(pair: Pair, demonstration: Demonstration, people: list[Person]) -> list[Person]:
    """Those who own what the saved operations are about, then everybody else."""
    company = demonstration.company
    own = [elsewhere(one, pair.planned) for one in (company.owner, company.operator, company.viewer)]
    return own + people


@pytest_asyncio.fixture(scope="package")
async def known(pair: Pair, people: list[Person]) -> Known:
    """As the first merchant and support are told."""
    tellers = [elsewhere(person, pair.loaded) for person in (people[0], people[3])]
    return await know(pair.loaded.admin, tellers, pair.schema)
