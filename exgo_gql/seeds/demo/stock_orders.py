"""Orders from stock: the everyday ones of three weeks, and some that show one state or one mishap each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from exgo_gql.db.orders import Order
from exgo_gql.domain.machines import Mode
from exgo_gql.domain.orders import OrderStatus, OrderType
from exgo_gql.seeds.demo import outbound
from exgo_gql.seeds.demo.outbound import Goods
from exgo_gql.seeds.demo.play import DAYS, Play, Scene, day
from exgo_gql.services import order_steps, orders


class Rest(StrEnum):
    """Where an order is left: its states, with the three stages that lie within SUBMITTED."""

    DRAFT = "DRAFT"
    DELETED = "DELETED"
    CONFIRMED = "CONFIRMED"
    EXCEPTION = "EXCEPTION"
    SUBMITTED = "SUBMITTED"
    REVIEWED = "REVIEWED"
    PICKED = "PICKED"
    SHIPPED = "SHIPPED"
    SIGNED = "SIGNED"


class Detour(StrEnum):
    """What happens to some on the way."""

    NONE = "NONE"
    EDITED = "EDITED"
    TO_DRAFT = "TO_DRAFT"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class Plan:
    """One order: whose, from which day, how far it comes."""

    company: str
    day: int
    until: Rest
    goods: Goods | None = None
    detour: Detour = Detour.NONE
    kind: OrderType = OrderType.STANDARD
    warehouse: str | None = None
    hurry: float = 1.0
    """Hours between confirming and submitting."""


TOO_MANY = 900

PLANS: tuple[Plan, ...] = (
    Plan("yueda", 28, Rest.DRAFT),
    Plan("yueda", 29, Rest.DRAFT, kind=OrderType.TRANSFER),
    Plan("yueda", 26, Rest.DRAFT, detour=Detour.TO_DRAFT),
    Plan("yueda", 22, Rest.DELETED),
    Plan("yueda", 28, Rest.CONFIRMED, (("YD-MW-20L", 2), ("YD-BOX-5", 4))),
    Plan("yueda", 29, Rest.CONFIRMED, (("YD-SET-KITCHEN", 1),)),
    Plan("yueda", 28, Rest.SUBMITTED, (("YD-HOOD-60", 1),)),
    Plan("yueda", 29, Rest.SUBMITTED, (("YD-CLK-WD", 2), ("YD-CLK-AL", 2))),
    Plan("yueda", 28, Rest.REVIEWED, (("YD-KNF-6", 3),)),
    Plan("yueda", 29, Rest.REVIEWED, (("YD-SET-KNIFE", 2),)),
    Plan("yueda", 28, Rest.PICKED, (("YD-MIX-5", 1),)),
    Plan("yueda", 25, Rest.SHIPPED),
    Plan("yueda", 26, Rest.SHIPPED),
    Plan("yueda", 27, Rest.SHIPPED, kind=OrderType.RETURN),
    # Ordered before its goods were on the shelf: submitted again by itself once they are.
    Plan("yueda", 6, Rest.SIGNED, (("YD-HEAT-15", 12),)),
    Plan("yueda", 12, Rest.SIGNED, detour=Detour.REJECTED),
    Plan("yueda", 15, Rest.SIGNED, detour=Detour.EDITED),
    Plan("yueda", 18, Rest.SIGNED, (("YD-GRD-15", 1),), warehouse="SZ01"),
    # Still short when the month ends: one SKU, two SKUs, and a product that was disabled meanwhile.
    Plan("yueda", 27, Rest.EXCEPTION, (("YD-HOOD-90", TOO_MANY),)),
    Plan("yueda", 28, Rest.EXCEPTION, (("YD-FRG-50", TOO_MANY), ("YD-MW-25G", TOO_MANY), ("YD-BOX-5", 1))),
    Plan("yueda", 19, Rest.EXCEPTION, (("YD-CLK-OLD", 1),), hurry=48),
    Plan("qinghe", 28, Rest.DRAFT),
    Plan("qinghe", 29, Rest.CONFIRMED),
    Plan("qinghe", 27, Rest.EXCEPTION, (("QH-ALU-40", 20),)),
    Plan("qinghe", 29, Rest.SUBMITTED, (("QH-SET-PICNIC", 2),)),
    Plan("ruichu", 28, Rest.CONFIRMED),
    Plan("ruichu", 27, Rest.PICKED, (("RC-WH-AN", 40),)),
    Plan("ruichu", 29, Rest.DRAFT, (("RC-MIX-20", 1),)),
)

FIRST_SALE = 7
A_DAY = {"yueda": 1.4, "qinghe": 0.4, "ruichu": 0.35}
"""Everyday orders of each merchant, on average."""

_REJECTION = "收件人姓名与付款人不一致，请核对后重新提交。"


def enter_all(play: Play) -> None:
    """The orders that are planned, and everyday ones from the first sale on."""
    for plan in PLANS:
        play.enter(day(plan.day, play.random.uniform(9, 11)), _StockOrder(play, plan).scene())
    for company, rate in A_DAY.items():
        for number in range(round((DAYS - FIRST_SALE) * rate)):
            at = FIRST_SALE + number / rate
            everyday = Plan(company, int(at), Rest.SIGNED)
            play.enter(day(int(at), play.random.uniform(9, 17)), _StockOrder(play, everyday).scene())


class _StockOrder:
    """One order on its way, from create to signature."""

    def __init__(self, play: Play, plan: Plan) -> None:
        self.play, self.plan = play, plan
        self.company = play.cast.companies[plan.company]
        self.order: Order

    async def scene(self) -> Scene:
        """All of it, until where the plan leaves it."""
        play, plan = self.play, self.plan
        chosen = plan.goods or outbound.goods(play, self.company)
        self.order = await outbound.create(
            play, self.company, Mode.STOCK, chosen, warehouse=plan.warehouse, kind=plan.kind
        )
        if plan.until is Rest.DELETED:
            yield play.office(4)
            await play.act(self.company.operator, partial(orders.delete, id_=self.order.id))
        for rest, step in _STEPS:
            if plan.until in (Rest.DRAFT, Rest.DELETED) and plan.detour is Detour.NONE:
                return
            async for moment in step(self):
                yield moment
            if plan.until.value in (rest.value, self.order.status.value):
                return

    async def confirm(self) -> Scene:
        play, who = self.play, self.company.operator
        yield play.office(0.4)
        if self.plan.detour is Detour.EDITED:
            await self._edit({"recipient_phone": "+1 206-555-0188", "remarks": "收件人更换电话。"})
            yield play.office(0.5)
        self.order = await play.act(who, partial(orders.confirm, id_=self.order.id))
        if self.plan.detour is Detour.TO_DRAFT:
            yield play.office(2)
            self.order = await play.act(who, partial(orders.to_draft, id_=self.order.id))
            await self._edit({"remarks": "客户要求修改地址，待回复。"})

    async def submit(self) -> Scene:
        play = self.play
        yield play.office(self.plan.hurry)
        self.order = await play.act(self.company.operator, partial(order_steps.submit, id_=self.order.id))
        while self.order.status is OrderStatus.EXCEPTION and self.plan.until is not Rest.EXCEPTION:
            yield play.after(2)
            self.order = await play.current(self.order)

    async def review(self) -> Scene:
        play, id_ = self.play, self.order.id
        if self.plan.detour is Detour.REJECTED:
            yield play.office(3)
            self.order = await play.act(
                play.cast.customs, partial(order_steps.reject, id_=id_, reason=_REJECTION)
            )
            yield play.office(2)
            await self._edit({"remarks": "付款人已更正，附付款凭证。"})
            self.order = await play.act(self.company.operator, partial(orders.confirm, id_=id_))
            async for moment in self.submit():
                yield moment
        if play.by_hand():
            yield play.office(3)
            self.order = await play.act(play.cast.customs, partial(order_steps.approve, id_=id_))
        else:
            yield play.after(0.02)
            await play.answer(self.order)

    async def pick(self) -> Scene:
        yield self.play.office(3)
        pick = partial(order_steps.pick, id_=self.order.id)
        self.order = await self.play.act(self.play.cast.warehouse, pick)

    async def leave(self) -> Scene:
        yield self.play.office(2)
        until = OrderStatus(self.plan.until.value)
        async for moment in outbound.leave(self.play, self.order, until):
            yield moment

    async def _edit(self, values: dict[str, str]) -> None:
        update = partial(
            orders.update, id_=self.order.id, version=self.order.version, values=values, lines=None
        )
        self.order = await self.play.act(self.company.operator, update)


_STEPS: tuple[tuple[Rest, Callable[[_StockOrder], Scene]], ...] = (
    (Rest.CONFIRMED, _StockOrder.confirm),
    (Rest.SUBMITTED, _StockOrder.submit),
    (Rest.REVIEWED, _StockOrder.review),
    (Rest.PICKED, _StockOrder.pick),
    (Rest.SIGNED, _StockOrder.leave),
)
