"""Orders as the SDL shows them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import strawberry

from exgo_gql.db import asns, ledgers, products
from exgo_gql.db import orders as rows
from exgo_gql.db.facts import LIVE_RECEIVING_NO, asked
from exgo_gql.domain.codes import Code
from exgo_gql.domain.machines import ActionState, Mode
from exgo_gql.domain.orders import ORDER, OrderStatus, OrderType, Shortfall, TrackingSource, TrackingStatus
from exgo_gql.domain.refusals import Language
from exgo_gql.loaders.fields import Sorts, column, computed, linked, many, one, pages
from exgo_gql.loaders.filters import (
    Filters,
    after,
    among,
    at_least,
    begins,
    below,
    equals,
    filters,
    selectable,
    where,
)
from exgo_gql.loaders.nodes import Node, Row, node
from exgo_gql.loaders.pages import Connection

if TYPE_CHECKING:
    from exgo_gql.schema.actions import LogEntry
    from exgo_gql.schema.asns import Asn
    from exgo_gql.schema.merchants import Merchant
    from exgo_gql.schema.products import CustomsFiling, Product
    from exgo_gql.schema.reference import Country, Currency, TransportMethod, Warehouse


@filters("Which orders to list.")
class OrderFilter(Filters):
    """The search conditions of the manual's order lists, and what integrators need (ORD-7, ORD-8, API-11)."""

    mode: Mode | None = where(equals(rows.Order.mode), description="集货 or 备货.")
    status: list[OrderStatus] | None = where(among(rows.Order.status), description="One of these states.")
    order_no: str | None = where(begins(rows.Order.order_no), description="How the order number begins.")
    reference_no: str | None = where(begins(rows.Order.reference_no), description="How the reference begins.")
    reference_no_in: list[str] | None = where(
        among(rows.Order.reference_no), description="One of these references."
    )
    type: OrderType | None = where(equals(rows.Order.type), description="This type alone.")
    transport_method_code: str | None = where(
        equals(rows.Order.transport_method_code), description="This way of travelling alone."
    )
    warehouse_code: str | None = where(equals(rows.Order.warehouse_code), description="This warehouse alone.")
    recipient_country_code: str | None = where(
        equals(rows.Order.recipient_country_code), description="To this country alone."
    )
    tracking_no: str | None = where(equals(rows.Order.tracking_no), description="With this tracking number.")
    selectable_for_asn: bool | None = where(
        selectable(),
        description="True: exactly the CONFIRMED consolidation orders that are in no live ASN; false: all others.",
    )
    created_from: dt.datetime | None = where(
        at_least(rows.Order.created_at), description="Made then or later."
    )
    created_to: dt.datetime | None = where(below(rows.Order.created_at), description="Made before then.")
    updated_after: dt.datetime | None = where(after(rows.Order.updated_at), description="Changed after then.")


ORDER_SORTS = Sorts(
    "OrderSort",
    "The orders of orders.",
    NEWEST=("Newest first.", rows.Order.created_at.desc()),
    OLDEST=("Oldest first.", rows.Order.created_at),
    REFERENCE=("By the merchant's reference.", rows.Order.reference_no),
    UPDATED=("Last changed first.", rows.Order.updated_at.desc()),
)


@strawberry.type(description="How many orders are in a state.")
class OrderCount:
    """One state's share of a list."""

    status: OrderStatus = strawberry.field(description="The state.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="One reason why an order is in EXCEPTION (异常).")
class OrderException:
    """What an order lacks."""

    code: Code = strawberry.field(description="`STOCK`: too little sellable; `PRODUCT`: no longer filed.")
    message: str = strawberry.field(description="For people.")
    sku: str = strawberry.field(description="The product.")
    requested: int | None = strawberry.field(description="Pieces wanted.")
    available: int | None = strawberry.field(description="Pieces sellable when it was tried.")


def _exceptions(exception: list[dict[str, Any]] | None, language: Language) -> list[OrderException]:
    shown = []
    for reason in exception or []:
        lacking = Shortfall(Code(reason["code"]), reason["sku"], reason["requested"], reason["available"])
        shown.append(
            OrderException(
                code=lacking.code,
                message=lacking.as_refusal().message(language),
                sku=lacking.sku,
                requested=lacking.requested,
                available=lacking.available,
            )
        )
    return shown


@node(
    rows.Order,
    may="order:read",
    facts=asked(
        ORDER,
        rows.Order,
        live_receiving_no=LIVE_RECEIVING_NO,
        reviewed=rows.Order.reviewed_at.is_not(None),
        picked=rows.Order.picked_at.is_not(None),
        released=rows.Order.released_at.is_not(None),
    ),
)
class Order(Node):
    """An order (订单): a parcel to be sent abroad."""

    __slots__ = ()
    order_no: str = column(description="Order number (订单号), made by the system.")
    reference_no: str = column(
        description="Transaction number (客户参考号), unique among the merchant's not deleted."
    )
    mode: Mode = column(description="集货: its parcel comes in first; 备货: from stock.")
    type: OrderType = column(description="What it is for.")
    status: OrderStatus = column(description="Where it stands.")
    version: int = column(description="Counts its changes: send it with an edit.")
    inbound_tracking_no: str | None = column(description="集货: the label that the parcel arrives with.")
    relabel: bool = column(description="集货: whether the parcel gets another label (换单).")
    new_label_no: str | None = column(description="The number of that label; needed before shipping.")
    platform: str | None = column(description="Where it was sold.")
    recipient_name: str | None = column(description="Who receives it.")
    recipient_company: str | None = column(description="At which company.")
    recipient_province: str | None = column(description="State or province.")
    recipient_city: str | None = column(description="City.")
    recipient_district: str | None = column(description="District.")
    recipient_address1: str | None = column(description="Street and number.")
    recipient_address2: str | None = column(description="Second line of the address.")
    recipient_postcode: str | None = column(description="Postcode.")
    recipient_phone: str | None = column(description="Phone of the recipient.")
    recipient_email: str | None = column(description="E-mail of the recipient.")
    recipient_identity_no: str | None = column(
        description="Identity or tax number, where the country asks for one."
    )
    gross_weight_kg: Decimal | None = column(description="Gross weight as announced, kg, 3 places.")
    payment_no: str | None = column(description="Payment number.")
    insurance: Decimal | None = column(description="Insured value, in the order's currency, 2 places.")
    remarks: str | None = column(description="The merchant's remarks.")
    rejection_reason: str | None = column(description="Why customs refused it last.")
    confirmed_at: dt.datetime | None = column(description="When it was confirmed last.")
    submitted_at: dt.datetime | None = column(description="When it was submitted last.")
    reviewed_at: dt.datetime | None = column(description="备货: when customs approved it.")
    picked_at: dt.datetime | None = column(description="备货: when it was picked (下架).")
    released_at: dt.datetime | None = column(description="集货: when customs released it (放行).")
    release_refusal: str | None = column(description="集货: why customs did not release it so far.")
    carrier: str | None = column(description="Who carries it abroad.")
    tracking_no: str | None = column(description="The carrier's number of it.")
    shipped_weight_kg: Decimal | None = column(description="Weight as shipped, kg, 3 places.")
    shipped_at: dt.datetime | None = column(description="When it left the warehouse.")
    signed_at: dt.datetime | None = column(description="When the recipient signed.")
    created_at: dt.datetime = column(description="When it was made.")
    updated_at: dt.datetime = column(description="When it last changed.")
    exceptions: list[OrderException] = computed(
        _exceptions, description="Why it is in EXCEPTION (异常); empty in any other state."
    )
    available_actions: list[ActionState] = computed(
        ORDER.asked_by(OrderStatus, moded=True),
        description="What you may do with it now, and why not the rest.",
    )
    merchant: Merchant = one(description="Whose it is.")
    warehouse: Warehouse = one(description="Which warehouse sends it.")
    currency: Currency = one(description="The currency of its prices.")
    transport_method: TransportMethod | None = one(description="How it travels (运输方式).")
    recipient_country: Country | None = one(rows.Order.recipient_country_code, description="Where it goes.")
    asn: Asn | None = one(
        through=linked(asns.AsnOrder, asns.AsnOrder.ended_at.is_(None)),
        description="集货: the ASN that brings its parcel.",
    )
    lines: list[OrderLine] = many(
        order_by=rows.OrderLine.position, description="What is sent, at most 100 lines."
    )
    parcels: list[Parcel] = many(order_by=rows.Parcel.position, description="The boxes it was shipped in.")
    tracking: Connection[TrackingEvent] = pages(
        order_by=rows.TrackingEvent.at, description="Where it was (跟踪信息), in order of time."
    )
    filings: Connection[CustomsFiling] = pages(
        order_by=products.CustomsFiling.queued_at.desc(), description="Reviews by customs, newest first."
    )
    log: Connection[LogEntry] = pages(
        order_by=ledgers.LogEntry.at.desc(), description="Operation log (操作日志), newest first."
    )


@node(rows.OrderLine, may="order:read")
class OrderLine(Node):
    """A product in an order. A combo stands here as itself; its parts are what is reserved and shipped."""

    __slots__ = ()
    position: int = column(description="Its place, from 1.")
    qty: int = column(description="Pieces.")
    unit_price: Decimal = column(description="Price of one piece, in the order's currency, 4 places.")
    amount: Decimal = column(description="Quantity × price with the currency's places, rounded half up.")
    product: Product = one(description="The product.")
    order: Order = one(description="The order.")


@node(rows.Parcel, may="order:read")
class Parcel(Row):
    """One box of a shipped order."""

    __slots__ = ()
    position: int = column(description="Its place, from 1.")
    weight_kg: Decimal = column(description="Weight, kg, 3 places.")
    length_cm: Decimal | None = column(description="Length of the box, cm.")
    width_cm: Decimal | None = column(description="Width of the box, cm.")
    height_cm: Decimal | None = column(description="Height of the box, cm.")


@node(rows.TrackingEvent, may="order:read")
class TrackingEvent(Node):
    """Where a parcel was, and when."""

    __slots__ = ()
    at: dt.datetime = column(description="When it happened.")
    status: TrackingStatus = column(description="What happened.")
    place: str | None = column(description="Where.")
    text: str | None = column(description="In the carrier's words.")
    source: TrackingSource = column(description="Who told of it.")
    source_id: str | None = column(description="The teller's own number of it.")
