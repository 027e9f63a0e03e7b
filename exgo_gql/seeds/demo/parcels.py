"""Consolidation: orders first, then the ASN that brings their parcels, then each parcel's way out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from exgo_gql.db.orders import Order
from exgo_gql.domain.asns import AsnStatus
from exgo_gql.domain.machines import Mode
from exgo_gql.domain.orders import OrderStatus
from exgo_gql.seeds.demo import outbound
from exgo_gql.seeds.demo.inbound import Detour, Inbound, Journey
from exgo_gql.seeds.demo.people import Company
from exgo_gql.seeds.demo.play import Play, Scene, day
from exgo_gql.services import asn_contents, asn_steps, asns, order_steps, orders, receiving, stock
from exgo_gql.services.work import Work

RELEASED, REFUSED, WAITING = "RELEASED", "REFUSED", "WAITING"
"""How far a parcel in processing comes; SHIPPED and SIGNED go on from RELEASED."""
SHIPPED, SIGNED = OrderStatus.SHIPPED.value, OrderStatus.SIGNED.value

_REFUSAL = "申报价值偏低，请提供采购发票后再申请放行。"


@dataclass(frozen=True, slots=True)
class Convoy:
    """One ASN with its orders. ``ends`` has a word for each order: how far its parcel comes."""

    journey: Journey
    ends: tuple[str, ...]
    batches: tuple[int, ...] = ()
    """How many parcels each batch counts, in the order of ``ends``; those beyond are still to come."""
    half: bool = False
    """Whether half of the next parcel comes with the last batch."""
    all_at_once: bool = False
    """Whether customs release all parcels together."""
    relabel: frozenset[int] = frozenset()
    """Which of the orders get another carrier's label."""


_S = AsnStatus
_QUIET = (WAITING,)

CONVOYS: tuple[Convoy, ...] = (
    Convoy(
        Journey("yueda", "YD-JH-2610-01", 5, _S.RECEIVED, "NB01"),
        (SIGNED, SIGNED, SIGNED, SIGNED, SHIPPED),
        batches=(5,),
        all_at_once=True,
        relabel=frozenset({1}),
    ),
    Convoy(
        Journey("yueda", "YD-JH-2611-01", 13, _S.RECEIVED, "NB01", detour=Detour.REJECTED),
        (SIGNED, SIGNED, SHIPPED, SHIPPED, RELEASED),
        batches=(3, 2),
        relabel=frozenset({0, 2}),
    ),
    Convoy(
        Journey("yueda", "YD-JH-2611-02", 23, _S.RECEIVING, "NB01"),
        (SHIPPED, RELEASED, REFUSED, WAITING, WAITING, WAITING, WAITING),
        batches=(3, 1),
        half=True,
        relabel=frozenset({1, 5}),
    ),
    Convoy(Journey("yueda", "YD-JH-2611-03", 27, _S.IN_TRANSIT, "NB01"), _QUIET * 4),
    Convoy(Journey("yueda", "YD-JH-2611-04", 28, _S.APPROVED, "NB01"), _QUIET * 3, relabel=frozenset({2})),
    Convoy(Journey("yueda", "YD-JH-2611-05", 28, _S.PENDING_REVIEW, "NB01"), _QUIET * 3),
    Convoy(Journey("yueda", "YD-JH-2611-06", 29, _S.CONFIRMED, "NB01", detour=Detour.TAKEN_BACK), _QUIET * 2),
    Convoy(Journey("yueda", "YD-JH-2611-07", 29, _S.DRAFT, "NB01"), _QUIET * 3),
    Convoy(Journey("yueda", "YD-JH-2611-08", 19, _S.DELETED, "NB01"), _QUIET * 2),
    Convoy(
        Journey("qinghe", "QH-JH-2611-A", 11, _S.RECEIVED, "HZ01"), (SIGNED, SIGNED, SHIPPED), batches=(3,)
    ),
    Convoy(
        Journey("qinghe", "QH-JH-2611-B", 25, _S.RECEIVING, "HZ01"), (WAITING, WAITING, WAITING), batches=(1,)
    ),
    Convoy(Journey("ruichu", "RC-JH-1109", 17, _S.RECEIVED, "ZZ01"), (SIGNED, SHIPPED), batches=(2,)),
    Convoy(Journey("ruichu", "RC-JH-1117", 28, _S.APPROVED, "ZZ01"), _QUIET * 2),
)

LONE: tuple[tuple[str, int, OrderStatus], ...] = (
    ("yueda", 27, OrderStatus.DRAFT),
    ("yueda", 29, OrderStatus.DRAFT),
    ("yueda", 21, OrderStatus.DELETED),
    ("yueda", 28, OrderStatus.CONFIRMED),
    ("yueda", 29, OrderStatus.CONFIRMED),
    ("yueda", 29, OrderStatus.CONFIRMED),
    ("qinghe", 29, OrderStatus.CONFIRMED),
    ("ruichu", 29, OrderStatus.DRAFT),
)
"""Orders that no ASN has taken: whose, from which day, in which state."""


def enter_all(play: Play) -> None:
    """Every convoy with its orders, and the orders that wait for one."""
    for number, convoy in enumerate(CONVOYS):
        play.enter(day(convoy.journey.day, 9 + number % 3 * 0.4), _Consolidation(play, convoy).scene())
    for company, begins, status in LONE:
        scene = _lone(play, play.cast.companies[company], status)
        play.enter(day(begins, play.random.uniform(10, 15)), scene)


async def _lone(play: Play, company: Company, status: OrderStatus) -> Scene:
    order = await _order(play, company, company.facts.warehouse)
    if status is OrderStatus.DRAFT:
        return
    yield play.office(1)
    step = orders.delete if status is OrderStatus.DELETED else orders.confirm
    await play.act(company.operator, partial(step, id_=order.id))


async def _order(play: Play, company: Company, warehouse: str, *, relabel: bool = False) -> Order:
    chosen = outbound.goods(play, company)
    label = f"SF{play.random.randint(10**11, 10**12 - 1)}"
    return await outbound.create(
        play, company, Mode.CONSOLIDATION, chosen, warehouse=warehouse, label=label, relabel=relabel
    )


class _Consolidation(Inbound):
    """One convoy, from its orders to the last parcel's way out."""

    def __init__(self, play: Play, convoy: Convoy) -> None:
        super().__init__(play, convoy.journey)
        self.convoy = convoy
        self.orders: list[Order] = []

    async def scene(self) -> Scene:
        """All of it, until where the plan leaves it."""
        play, who = self.play, self.company.operator
        for number in range(len(self.convoy.ends)):
            relabel = number in self.convoy.relabel
            order = await _order(play, self.company, self.journey.warehouse, relabel=relabel)
            yield play.office(0.2)
            self.orders.append(await play.act(who, partial(orders.confirm, id_=order.id)))
        yield play.office(1)
        await self._announce()
        async for moment in self.travel():
            yield moment
        arrived = 0
        for number, count in enumerate(self.convoy.batches):
            yield play.office(16 if number else 2)
            await self._count(arrived, count, last=number == len(self.convoy.batches) - 1)
            if not self.convoy.all_at_once:
                self._part(arrived, count)
            arrived += count
        if self.convoy.all_at_once:
            yield play.office(4)
            await self.by(play.cast.customs, asn_steps.release_orders)
            self._part(0, arrived)
        if self.journey.until is AsnStatus.RECEIVED:
            yield play.office(2)
            await self.by(play.cast.warehouse, asn_steps.complete)

    async def _announce(self) -> None:
        """First with all orders but one, then that one too, as people do."""
        ids = [order.id for order in self.orders]
        values = self.head(packages=len(ids))

        async def create(work: Work) -> Any:
            return await asns.create(work, Mode.CONSOLIDATION, values, [], ids[:-1])

        self.asn = await self.play.act(self.company.operator, create)
        await self.by(
            self.company.operator, asn_contents.add_orders, version=self.asn.version, order_ids=ids[-1:]
        )

    async def _count(self, first: int, count: int, *, last: bool) -> None:
        whole = self.orders[first : first + count]
        parcels: list[dict[str, Any]] = [{"inbound_tracking_no": o.inbound_tracking_no} for o in whole]
        rest = self.orders[first + count :]

        async def book(work: Work) -> Any:
            if last and self.convoy.half and rest:
                needs = (await stock.needs_of(work, [rest[0].id]))[rest[0].id]
                product, qty = next(iter(needs.items()))
                # Of a single piece one came damaged; of several, one is still to come.
                good = qty - 1
                counted = {"product_id": product, "good_qty": good, "damaged_qty": 0 if good else 1}
                parcels.append({"inbound_tracking_no": rest[0].inbound_tracking_no, "lines": [counted]})
            return await receiving.book_parcels(work, self.asn.id, None, parcels)

        self.asn = await self.play.act(self.play.cast.warehouse, book)

    def _part(self, first: int, count: int) -> None:
        """From here on each parcel has a way of its own."""
        for place in range(first, first + count):
            scene = self._out(self.orders[place], self.convoy.ends[place])
            self.play.enter(self.play.office(3), scene)

    async def _out(self, order: Order, end: str) -> Scene:
        play = self.play
        order = await play.current(order)
        if end == REFUSED:
            refuse = partial(order_steps.refuse_release, id_=order.id, reason=_REFUSAL)
            await play.act(play.cast.customs, refuse)
        if end in (REFUSED, WAITING):
            return
        if order.released_at is None:
            order = await play.act(play.cast.customs, partial(order_steps.release, id_=order.id))
        if end == RELEASED:
            return
        yield play.office(4)
        async for moment in outbound.leave(play, order, OrderStatus(end)):
            yield moment
