"""What the readers' tests share: a company with twenty of everything, and counting what a question costs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio
from graphql import GraphQLSchema

from exgo_gql.app import schema
from tests import scenes
from tests.stage import Company, Person, Stage

INTROSPECTION = ("SELECT", "WITH")
"""What the driver asks about types that a new connection meets for the first time; ours begin in small letters."""

OVERHEAD = ("begin", "commit", "select * from session_viewer", *INTROSPECTION)
"""What every request runs beside its statements: its transaction, and who asks."""


def statements_of(stage: Stage) -> list[str]:
    """The statements that were run to answer, since the counters were set to zero."""
    return [sql for sql in stage.statements if not sql.lstrip().startswith(OVERHEAD)]


@dataclass
class Rich:
    """A company with twenty products in stock, twenty orders, twenty ASNs."""

    company: Company
    products: list[dict[str, Any]]
    stocked: dict[str, Any]
    """The ASN that brought the products."""
    orders: list[dict[str, Any]]
    asns: list[dict[str, Any]]
    parcels: dict[str, Any]
    """The consolidation ASN, its first parcel counted."""


async def together(acts: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Run acts, five at a time."""
    gate = asyncio.Semaphore(5)

    async def one(act: Coroutine[Any, Any, Any]) -> Any:
        async with gate:
            return await act

    return await asyncio.gather(*map(one, acts))


@pytest_asyncio.fixture(scope="session")
async def rich(shared: Stage) -> Rich:
    """The company that pages are read of; nobody changes it."""
    company = await shared.company()
    await scenes.learn_category(shared)
    products = await together([scenes.filed(company) for _ in range(20)])
    products.sort(key=lambda product: product["sku"])
    stocked = await scenes.stocked(company, *((product["id"], 50) for product in products))
    lines = [(product["id"], 1) for product in products]
    orders = await together(
        [scenes.order(company, *lines[at : at + 3], lines[0], until="SUBMITTED") for at in range(17)]
    )
    for order in orders[:2]:
        await shared.customs.do("orderApprove", {"id": order["id"]})
        await shared.warehouse.do("orderPick", {"id": order["id"]})
        boxes = [{"weightKg": "1.5"}, {"weightKg": "2"}]
        shipping = {"id": order["id"], "carrier": "DHL", "trackingNo": scenes.number("JD"), "parcels": boxes}
        await shared.warehouse.do("orderShip", shipping)
        for status in ("ACCEPTED", "CUSTOMS"):
            at = f"2026-11-{20 + len(status)}T08:00:00Z"
            await shared.warehouse.do("orderTrack", {"id": order["id"], "at": at, "status": status})
    sent = await together([scenes.order(company, lines[0], lines[1], mode="CONSOLIDATION") for _ in range(3)])
    parcels = await scenes.asn(company, until="RECEIVING", order_ids=[order["id"] for order in sent])
    first = [{"inboundTrackingNo": sent[0]["inboundTrackingNo"]}]
    await shared.warehouse.do("asnBookBatch", {"id": parcels["id"], "parcels": first})
    asns = await together([scenes.asn(company, *lines[:3]) for _ in range(18)])
    return Rich(company, products, stocked, [*orders, *sent], [*asns, stocked, parcels], parcels)


@pytest.fixture(scope="session")
def sdl() -> GraphQLSchema:
    """The schema that the application serves."""
    return schema()._schema


Asked = Callable[..., Awaitable[tuple[Any, int]]]


@pytest_asyncio.fixture(scope="session")
async def loading(shared: Stage) -> AsyncIterator[Stage]:
    """The shared database behind an application that plans nothing."""
    async with Stage.open(shared.fresh, planner=False) as stage:
        yield stage


@pytest.fixture
def asked(loading: Stage) -> Asked:
    """Ask the loaders, and count: the data and how many statements it took."""

    async def ask(who: Person, query: str, variables: dict[str, Any] | None = None) -> tuple[Any, int]:
        loading.statements.clear()
        data = await replace(who, stage=loading).ask(query, variables)
        return data, len(statements_of(loading))

    return ask
