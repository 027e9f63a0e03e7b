"""The play: scenes that run beside each other in one fixed month, in the order of its clock.

A scene is an async generator. It acts through the services, then yields the moment at which it goes on. What
lies after the last evening of the month never happens: so documents are left wherever they stand by then.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import heapq
import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from exgo_gql.auth.viewer import Viewer, system
from exgo_gql.db.asns import Vehicle
from exgo_gql.db.base import Base
from exgo_gql.db.ledgers import OutboxMessage
from exgo_gql.db.pools import Database
from exgo_gql.db.products import Product
from exgo_gql.domain.actors import Actor, Role
from exgo_gql.domain.customs import sandbox_decision
from exgo_gql.domain.events import Topic
from exgo_gql.domain.numbers import SHANGHAI
from exgo_gql.domain.refusals import Refused
from exgo_gql.seeds.demo.people import Cast, Company
from exgo_gql.services import customs, filings, order_steps
from exgo_gql.services.work import Origin, Work, transact

T = TypeVar("T")
E = TypeVar("E", bound=Base)
Scene = AsyncGenerator[dt.datetime, None]

ANCHOR = dt.date(2026, 11, 20)
"""The last day of the month that is shown."""
DAYS = 30
CURTAIN = dt.datetime.combine(ANCHOR, dt.time(18), SHANGHAI)
OPENS, CLOSES = dt.time(8, 30), dt.time(18)
_SUNDAY = 6
_BY_HAND = 0.25
"""The share of filings that customs staff decide themselves; the gateway answers the others."""

_ADDRESSES = {
    Role.OWNER: "203.0.113.18",
    Role.OPERATOR: "203.0.113.24",
    Role.CUSTOMS: "198.51.100.7",
    Role.WAREHOUSE: "198.51.100.31",
}
"""Addresses that belong to nobody (RFC 5737)."""


def day(number: int, hour: float = 9.0) -> dt.datetime:
    """A moment of the month: day 0 is its first, day 30 its last."""
    start = dt.datetime.combine(ANCHOR - dt.timedelta(days=DAYS), dt.time(), SHANGHAI)
    return start + dt.timedelta(days=number, hours=hour)


class Play:
    """The clock, the chance, everybody, and what was made so far."""

    def __init__(self, database: Database, cast: Cast) -> None:
        self.cast = cast
        self.random = Random(20261120)  # noqa: S311  # the same month every time, not a secret
        """The chance of the scene that is on: each has its own, so that none changes what happens in another."""
        self.now = day(0)
        self.products: dict[tuple[str, str], Product] = {}
        """By company and SKU."""
        self.vehicles: dict[tuple[str, str], Vehicle] = {}
        """By company and name of the trip."""
        self._database = database
        self._waiting: list[tuple[dt.datetime, int, Scene, Random]] = []
        self._numbers = itertools.count()

    # -- the clock ----------------------------------------------------------------------------------------

    def enter(self, at: dt.datetime, scene: Scene) -> None:
        """Let a scene begin at a moment."""
        self._await(at, scene, Random(self.random.getrandbits(64)))  # noqa: S311  # as above

    async def run(self) -> None:
        """Play all scenes to their end or the month's, whichever comes first."""
        while self._waiting:
            at, _, scene, self.random = heapq.heappop(self._waiting)
            if at >= CURTAIN:
                await scene.aclose()
                continue
            self.now = max(self.now, at)
            try:
                self._await(await anext(scene), scene, self.random)
            except StopAsyncIteration:
                continue

    def _await(self, at: dt.datetime, scene: Scene, chance: Random) -> None:
        heapq.heappush(self._waiting, (at, next(self._numbers), scene, chance))

    def after(self, hours: float) -> dt.datetime:
        """About so many hours from now, day or night."""
        return self.now + dt.timedelta(hours=hours * self.random.uniform(0.85, 1.2))

    def before(self, *, minutes: int) -> dt.datetime:
        """Up to so many minutes ago."""
        return self.now - dt.timedelta(minutes=self.random.randint(1, minutes))

    def office(self, hours: float) -> dt.datetime:
        """About so many hours from now, when people are at work."""
        local = self.after(hours).astimezone(SHANGHAI)
        if local.time() >= CLOSES:
            local = _morning(local + dt.timedelta(days=1))
        elif local.time() < OPENS:
            local = _morning(local)
        else:
            return local if local.weekday() != _SUNDAY else local + dt.timedelta(days=1)
        if local.weekday() == _SUNDAY:
            local += dt.timedelta(days=1)
        return local + dt.timedelta(minutes=self.random.randint(0, 120))

    # -- acting -------------------------------------------------------------------------------------------

    async def act(self, viewer: Viewer, act: Callable[[Work], Awaitable[T]]) -> T:
        """One step of somebody, through a service, a few seconds after the last one.

        What it hands to the worker is done here at once, and its deliveries are written as done: so no
        worker, now or later, changes what the scenes made of the documents.
        """
        waiting: list[UUID] = []

        async def whole(work: Work) -> T:
            result = await act(work)
            await work.flush()
            waiting[:] = await _settle(work)
            return result

        self.now += dt.timedelta(seconds=self.random.randint(4, 40))
        result = await self._transact(viewer, whole)
        for order_id in waiting:
            # No chance in it: how often orders look again must not change what happens elsewhere.
            with contextlib.suppress(Refused):
                self.now += dt.timedelta(seconds=1)
                await self._transact(system(), _alone(partial(order_steps.submit, id_=order_id)))
        return result

    async def _transact(self, viewer: Viewer, act: Callable[[Work], Awaitable[T]]) -> T:
        address = _ADDRESSES.get(viewer.role) if viewer.role else None
        return await transact(self._database, viewer, Origin(address), act, now=lambda: self.now)

    async def answer(self, row: Any) -> None:
        """The gateway's answer to an open filing, by the rules of the sandbox."""

        async def answered(work: Work) -> None:
            filing = await filings.open_filing(work, row)
            assert filing is not None  # nobody decides it but the scene
            decision = sandbox_decision(str(filing.id), filing.number)
            assert decision is not None  # no number of the demonstration is lost
            await customs.answer(work, filing, decision)

        await self.act(system(Actor.CUSTOMS), answered)

    async def current(self, row: E) -> E:
        """A document as it stands by now: others may have taken it further."""
        model: Any = type(row)

        async def found(work: Work) -> E:
            return (await work.find_all(model, model.id == row.id))[0]  # type: ignore[attr-defined, no-any-return]

        return await transact(self._database, system(), Origin(), found)

    def by_hand(self) -> bool:
        """Whether customs staff decide this filing themselves."""
        return self.random.random() < _BY_HAND

    def operator(self, company: Company) -> Viewer:
        """Whoever of a merchant is at work: now and then the owner."""
        return company.owner if self.random.random() < 0.2 else company.operator  # noqa: PLR2004  # a habit


async def _settle(work: Work) -> list[UUID]:
    """Write the deliveries of a step as done; the orders in EXCEPTION that look again after it (ORD-5)."""
    waiting: list[UUID] = []
    for delivery in work.deliveries:
        delivery.created_at = delivery.done_at = work.now
        delivery.attempts = 1
        work.add(delivery)
        message = await work.session.get_one(OutboxMessage, delivery.message_id)
        if delivery.topic is Topic.CUSTOMS:
            await customs.mark_sent(work, UUID(message.payload["filing_id"]))
        elif "product_ids" in message.payload:
            products = [UUID(id_) for id_ in message.payload["product_ids"]]
            waiting = await order_steps.waiting(work, delivery.merchant_id, products)
    work.deliveries.clear()
    return waiting


def _alone(act: Callable[[Work], Awaitable[T]]) -> Callable[[Work], Awaitable[T]]:
    """An act whose deliveries are settled, and lead to nothing else."""

    async def whole(work: Work) -> T:
        result = await act(work)
        await work.flush()
        await _settle(work)
        return result

    return whole


def _morning(local: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(local.date(), OPENS, SHANGHAI)
