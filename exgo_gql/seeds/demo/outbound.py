"""Orders of the demonstration: to whom, with what, and the way of a parcel once it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from exgo_gql.db.orders import Order
from exgo_gql.domain.machines import Mode
from exgo_gql.domain.orders import OrderStatus, OrderType, TrackingStatus
from exgo_gql.seeds.demo.people import Company
from exgo_gql.seeds.demo.play import Play, Scene
from exgo_gql.seeds.tables import read
from exgo_gql.services import order_steps, orders

Goods = Sequence[tuple[str, int]]
"""SKUs with pieces."""

MAIN: dict[str, tuple[str, ...]] = {
    "yueda": (
        "YD-MW-20L",
        "YD-MW-25G",
        "YD-HOOD-60",
        "YD-CLK-WD",
        "YD-CLK-AL",
        "YD-BOX-5",
        "YD-TAB-12",
        "YD-KNF-6",
        "YD-MIX-5",
        "YD-STD-01",
        "YD-HOOK-10",
        "YD-SET-KITCHEN",
        "YD-SET-KNIFE",
    ),
    "qinghe": ("QH-POT-20", "QH-POT-35", "QH-BOX-3", "QH-TAB-24", "QH-ORG-2", "QH-ROPE-10", "QH-SET-PICNIC"),
    "ruichu": ("RC-GRD-32", "RC-SLC-10", "RC-MIX-20", "RC-HEAT-30", "RC-WH-AN", "RC-GEAR-1"),
}
"""What each merchant sells every day."""

RECIPIENTS = read("demo_recipients")

_TRANSPORT = {
    "EXPRESS": ("云程国际 CloudWay", "CW{}", "直飞航班已起飞 / Departed on a direct flight"),
    "AIR": ("蓝桥物流 BlueBridge", "BB{}CN", "航班已起飞 / Departed by air"),
    "POST": ("邮政小包 PostLine", "LP{}CN", "国际邮件已交航 / Handed to the airline"),
    "RAIL": ("中欧驿达 RailEx", "RX{}", "班列已发车 / Departed by rail"),
    "SEA": ("海屿货运 IsleCargo", "IC{}", "船舶已离港 / Sailed"),
    "ROAD": ("陆港通 LandLink", "LL{}", "卡车已出境 / Crossed the border by road"),
}
"""Of each transport method: the carrier, how its numbers look, what it says on leaving the country."""

_ROUTES = {
    "DE": ("EXPRESS", "RAIL", "AIR"),
    "PL": ("RAIL",),
    "FR": ("EXPRESS", "AIR"),
    "RU": ("RAIL", "ROAD"),
    "JP": ("EXPRESS", "SEA"),
    "KR": ("EXPRESS", "SEA"),
    "TH": ("ROAD", "AIR"),
    "MY": ("SEA", "AIR"),
}
_ANYWHERE = ("EXPRESS", "AIR", "POST")
_PORTS = {"NB01": "宁波", "HZ01": "杭州", "ZZ01": "郑州", "SZ01": "深圳", "CQ01": "重庆"}
_HEAVY_KG = 25
_REMARKS = ("请勿开箱验货后再封箱。", "礼品订单，不放价格单。", "客户要求周末派送。")


def goods(play: Play, company: Company) -> Goods:
    """What somebody may order: mostly one product, seldom three."""
    count = play.random.choices((1, 2, 3), (6, 3, 1))[0]
    chosen = play.random.sample(MAIN[company.key], count)
    return [(sku, play.random.choices((1, 2, 3), (7, 2, 1))[0]) for sku in chosen]


async def create(
    play: Play,
    company: Company,
    mode: Mode,
    chosen: Goods,
    *,
    warehouse: str | None = None,
    kind: OrderType = OrderType.STANDARD,
    label: str | None = None,
    relabel: bool = False,
) -> Order:
    """An order of a random recipient, as a draft. ``label`` is what a parcel arrives with."""
    values = order_values(play, company, chosen) | {
        "type": kind,
        "warehouse_code": warehouse or company.facts.warehouse,
        "inbound_tracking_no": label,
        "relabel": relabel,
    }
    by = play.operator(company)
    return await play.act(
        by, partial(orders.create, mode=mode, values=values, lines=lines(play, company, chosen))
    )


def order_values(play: Play, company: Company, chosen: Goods) -> dict[str, Any]:
    """Recipient, transport and payment."""
    to = play.random.choice(RECIPIENTS)
    weight = sum(
        ((play.products[company.key, sku].gross_weight_kg or Decimal(1)) * qty for sku, qty in chosen),
        Decimal(0),
    )
    rare = play.random.random()
    prefix = to["platform"][:3].upper() if to["platform"].isascii() else "WEB"
    return {
        "reference_no": f"{prefix}-{play.random.randint(10**9, 10**10 - 1)}",
        "transport_method_code": play.random.choice(_ROUTES.get(to["country"], _ANYWHERE)),
        "platform": to["platform"],
        "recipient_name": to["name"],
        "recipient_company": to["company"] or None,
        "recipient_country_code": to["country"],
        "recipient_province": to["province"],
        "recipient_city": to["city"],
        "recipient_district": to["district"] or None,
        "recipient_address1": to["address1"],
        "recipient_address2": to["address2"] or None,
        "recipient_postcode": to["postcode"],
        "recipient_phone": to["phone"],
        "recipient_email": to["email"],
        "gross_weight_kg": weight,
        "payment_no": f"PAY{play.random.randint(10**11, 10**12 - 1)}",
        "insurance": Decimal("2.50") if rare < 0.1 else None,  # noqa: PLR2004  # one in ten
        "remarks": play.random.choice(_REMARKS) if rare > 0.9 else None,  # noqa: PLR2004  # one in ten
    }


def lines(play: Play, company: Company, chosen: Goods) -> list[dict[str, Any]]:
    """Order lines at a retail price above the sales price."""
    made = []
    for sku, qty in chosen:
        product = play.products[company.key, sku]
        price = (product.sales_price or Decimal(10)) * Decimal(play.random.choice(("1.25", "1.35", "1.5")))
        made.append({"product_id": product.id, "qty": qty, "unit_price": price.quantize(Decimal("0.01"))})
    return made


async def leave(play: Play, order: Order, until: OrderStatus) -> Scene:
    """The parcel leaves the warehouse, and is followed until it is signed for."""
    method = order.transport_method_code or "AIR"
    carrier, numbers, departed = _TRANSPORT[method]
    shipping: dict[str, Any] = {
        "carrier": carrier,
        "tracking_no": numbers.format(play.random.randint(10**9, 10**10 - 1)),
        "new_label_no": f"NL{play.random.randint(10**9, 10**10 - 1)}" if order.relabel else None,
    }
    boxes = _boxes(play, order.gross_weight_kg or Decimal(1))
    ship = partial(order_steps.ship, id_=order.id, values=shipping, parcels=boxes)
    order = await play.act(play.cast.warehouse, ship)
    if until is OrderStatus.SHIPPED and play.random.random() < 0.3:  # noqa: PLR2004  # some carriers tell nothing yet
        return
    async for moment in _follow(play, order, departed, until):
        yield moment


async def _follow(play: Play, order: Order, departed: str, until: OrderStatus) -> Scene:
    home = _PORTS[order.warehouse_code]
    abroad = f"{order.recipient_city}, {order.recipient_country_code}"
    stations: list[tuple[float, TrackingStatus, str, str]] = [
        (5, TrackingStatus.ACCEPTED, home, "承运商已揽收 / Accepted by the carrier"),
        (16, TrackingStatus.IN_TRANSIT, home, departed),
        (50, TrackingStatus.CUSTOMS, str(order.recipient_country_code), "目的国清关中 / In customs"),
        (30, TrackingStatus.OUT_FOR_DELIVERY, abroad, "派送中 / Out for delivery"),
    ]
    if play.random.random() < 0.45:  # noqa: PLR2004  # some carriers tell of little
        taken, flown, cleared, delivering = stations
        stations = [taken, (flown[0] + cleared[0] + delivering[0], *delivering[1:])]
    if play.random.random() < 0.12:  # noqa: PLR2004  # now and then nobody is at home
        stations.append(
            (7, TrackingStatus.FAILED, abroad, "收件人不在，改日再投 / Nobody at home, will try again")
        )
        stations.append((20, TrackingStatus.OUT_FOR_DELIVERY, abroad, "再次派送 / Out for delivery again"))
    if until is OrderStatus.SHIPPED:
        stations = stations[: play.random.randint(1, len(stations))]
    for hours, status, place, text in stations:
        yield play.after(hours)
        await _track(play, order.id, status, place, text)
    if until is OrderStatus.SIGNED:
        yield play.after(5)
        if play.random.random() < 0.2:  # noqa: PLR2004  # the warehouse notes some signatures by hand
            await play.act(play.cast.warehouse, partial(order_steps.sign, id_=order.id))
        else:
            await _track(play, order.id, TrackingStatus.DELIVERED, abroad, "已签收 / Delivered, signed for")


async def _track(play: Play, order_id: UUID, status: TrackingStatus, place: str, text: str) -> None:
    # A carrier's scan reaches us some minutes after it was made.
    values = {"status": status, "place": place, "text": text, "at": play.before(minutes=20)}
    await play.act(play.cast.warehouse, partial(order_steps.track, id_=order_id, values=values))


def _boxes(play: Play, weight: Decimal) -> list[dict[str, Any]]:
    count = 1 + int(weight // _HEAVY_KG)
    each = (weight * Decimal(f"{play.random.uniform(1.01, 1.08):.3f}") / count).quantize(Decimal("0.001"))
    sizes = {name: Decimal(play.random.randint(12, 60)) for name in ("length_cm", "width_cm", "height_cm")}
    return [{"weight_kg": max(each, Decimal("0.05")), **sizes} for _ in range(count)]
