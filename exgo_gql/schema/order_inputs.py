"""Inputs of orders: described and limited by the fields they write."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import strawberry

from exgo_gql.domain.fields import REASON
from exgo_gql.domain.machines import Mode
from exgo_gql.domain.orders import (
    LIMITS,
    LINE_LIMITS,
    SHIP_LIMITS,
    TRACKING_LIMITS,
    OrderType,
    TrackingStatus,
)
from exgo_gql.schema.inputs import refers, writes
from exgo_gql.schema.orders import Order, OrderLine, Parcel, TrackingEvent

THE_ORDER = "The order."
WAREHOUSE = "Code of the warehouse (仓库) that sends it."
TRANSPORT = "Code of the transport method (运输方式); needed to confirm."
COUNTRY = "Two-letter code of the country it goes to; needed to confirm."
CURRENCY = "Code of the currency of its prices; the merchant's if nothing is said."


@writes(OrderLine, limits=LINE_LIMITS)
class OrderLineInput:
    """A product to send."""

    product_id: strawberry.ID = refers("Product", "A product that is not deleted, ordinary or combo.")
    qty: int
    unit_price: Decimal


@writes(Order, limits=LIMITS)
class OrderCreateInput:
    """A new order. What only a confirmed order needs may be left out of the draft."""

    mode: Mode
    reference_no: str
    type: OrderType
    warehouse_code: str = strawberry.field(description=WAREHOUSE)
    lines: list[OrderLineInput] = strawberry.field(description="What is sent, 1–100 lines.")
    currency_code: str | None = strawberry.field(description=CURRENCY, default=strawberry.UNSET)
    transport_method_code: str | None = strawberry.field(description=TRANSPORT, default=strawberry.UNSET)
    inbound_tracking_no: str | None
    relabel: bool = strawberry.field(
        description="集货: whether the parcel gets another label (换单).", default=False
    )
    new_label_no: str | None
    platform: str | None
    recipient_name: str | None
    recipient_company: str | None
    recipient_country_code: str | None = strawberry.field(description=COUNTRY, default=strawberry.UNSET)
    recipient_province: str | None
    recipient_city: str | None
    recipient_district: str | None
    recipient_address1: str | None
    recipient_address2: str | None
    recipient_postcode: str | None
    recipient_phone: str | None
    recipient_email: str | None
    recipient_identity_no: str | None
    gross_weight_kg: Decimal | None
    payment_no: str | None
    insurance: Decimal | None
    remarks: str | None


@writes(Order, limits=LIMITS)
class OrderUpdateInput:
    """Changes of a draft: absent stays, null empties; lines, where given, replace the old ones."""

    id: strawberry.ID = refers("Order", THE_ORDER)
    version: int
    reference_no: str | None
    type: OrderType | None
    warehouse_code: str | None = strawberry.field(description=WAREHOUSE, default=strawberry.UNSET)
    lines: list[OrderLineInput] | None = strawberry.field(
        description="What is sent, 1–100 lines.", default=strawberry.UNSET
    )
    currency_code: str | None = strawberry.field(description=CURRENCY, default=strawberry.UNSET)
    transport_method_code: str | None = strawberry.field(description=TRANSPORT, default=strawberry.UNSET)
    inbound_tracking_no: str | None
    relabel: bool | None
    new_label_no: str | None
    platform: str | None
    recipient_name: str | None
    recipient_company: str | None
    recipient_country_code: str | None = strawberry.field(description=COUNTRY, default=strawberry.UNSET)
    recipient_province: str | None
    recipient_city: str | None
    recipient_district: str | None
    recipient_address1: str | None
    recipient_address2: str | None
    recipient_postcode: str | None
    recipient_phone: str | None
    recipient_email: str | None
    recipient_identity_no: str | None
    gross_weight_kg: Decimal | None
    payment_no: str | None
    insurance: Decimal | None
    remarks: str | None


@strawberry.input(description="An order to take a step with.")
class OrderIdInput:
    """One order."""

    id: strawberry.ID = refers("Order", THE_ORDER)


@strawberry.input(description="An order that customs refuse.")
class OrderReasonInput:
    """One order, and why."""

    id: strawberry.ID = refers("Order", THE_ORDER)
    reason: str = strawberry.field(description=f"Why ({REASON.said}).")


@writes(Parcel, limits=SHIP_LIMITS)
class ParcelInput:
    """One box."""

    weight_kg: Decimal
    length_cm: Decimal | None
    width_cm: Decimal | None
    height_cm: Decimal | None


@writes(Order, limits=SHIP_LIMITS)
class OrderShipInput:
    """A parcel that leaves the warehouse (出货)."""

    id: strawberry.ID = refers("Order", THE_ORDER)
    carrier: str = strawberry.field(description=f"Who carries it abroad ({SHIP_LIMITS['carrier'].said}).")
    tracking_no: str = strawberry.field(
        description=f"The carrier's number of it ({SHIP_LIMITS['tracking_no'].said})."
    )
    new_label_no: str | None
    parcels: list[ParcelInput] = strawberry.field(description="Its boxes, at least one.")


@writes(TrackingEvent, limits=TRACKING_LIMITS)
class OrderTrackInput:
    """Where a shipped parcel is (跟踪信息)."""

    id: strawberry.ID = refers("Order", THE_ORDER)
    at: dt.datetime
    status: TrackingStatus
    place: str | None
    text: str | None
    source_id: str | None
