"""Orders, their lines, parcels and tracking events."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from exgo_gql.db.base import Base, Dated, Owned, coded, decimal, limited, of_merchant, own_key, states, within
from exgo_gql.domain.machines import Mode
from exgo_gql.domain.orders import (
    LIMITS,
    LINE_LIMITS,
    LIVE,
    MODE_STATES,
    OrderStatus,
    OrderType,
    TrackingSource,
    TrackingStatus,
)

_LEGAL = " or ".join(
    f"(mode = '{mode}' and status in ({', '.join(repr(str(s)) for s in legal)}))"
    for mode, legal in MODE_STATES.items()
)
_LIVE = ", ".join(repr(str(s)) for s in LIVE)


class Order(Owned, Dated, Base):
    """An order (订单): a parcel to be sent abroad."""

    __tablename__ = "orders"
    __table_args__ = (
        of_merchant(),
        own_key(),
        UniqueConstraint("merchant_id", "id", "warehouse_code", "currency_code", "mode"),
        coded("warehouse_code", "warehouses"),
        coded("currency_code", "currencies"),
        coded("transport_method_code", "transport_methods"),
        coded("recipient_country_code", "countries"),
        UniqueConstraint("order_no"),
        Index(
            "ux_orders_living_reference",
            "merchant_id",
            "reference_no",
            unique=True,
            postgresql_where="status <> 'DELETED'",
        ),
        Index(
            "ux_orders_live_inbound_tracking",
            "merchant_id",
            "inbound_tracking_no",
            unique=True,
            postgresql_where=f"status in ({_LIVE})",
        ),
        Index(None, "merchant_id", "mode", "created_at", "id"),
        Index(None, "merchant_id", "mode", "status", "created_at", "id"),
        Index(None, "merchant_id", "created_at", "id"),
        Index(None, "merchant_id", "updated_at", "id"),
        Index(None, "merchant_id", "reference_no", "id"),
        Index(None, "merchant_id", "tracking_no", "id", postgresql_where="tracking_no is not null"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "reference_no", "id"),
        Index(None, "status", "created_at", "id"),
        Index(
            None,
            "merchant_id",
            "warehouse_code",
            "exception_at",
            "id",
            postgresql_where="status = 'EXCEPTION'",
        ),
        *limited(LIMITS),
        CheckConstraint(_LEGAL, name="status_of_mode"),
        CheckConstraint("(status = 'EXCEPTION') = (exception is not null)", name="exception_told"),
        CheckConstraint(
            "mode = 'CONSOLIDATION' or (not relabel and inbound_tracking_no is null)", name="parcels_only"
        ),
        CheckConstraint("new_label_no is null or relabel", name="label_of_relabel"),
        CheckConstraint("version >= 1", name="version"),
    )
    order_no: Mapped[str]
    reference_no: Mapped[str]
    mode: Mapped[Mode] = mapped_column(states(Mode, "mode"))
    type: Mapped[OrderType] = mapped_column(states(OrderType, "type"))
    status: Mapped[OrderStatus] = mapped_column(states(OrderStatus, "status"))
    version: Mapped[int] = mapped_column(server_default="1")
    warehouse_code: Mapped[str]
    currency_code: Mapped[str]
    transport_method_code: Mapped[str | None]
    inbound_tracking_no: Mapped[str | None]
    relabel: Mapped[bool] = mapped_column(server_default="false")
    new_label_no: Mapped[str | None]
    platform: Mapped[str | None]
    recipient_name: Mapped[str | None]
    recipient_company: Mapped[str | None]
    recipient_country_code: Mapped[str | None]
    recipient_province: Mapped[str | None]
    recipient_city: Mapped[str | None]
    recipient_district: Mapped[str | None]
    recipient_address1: Mapped[str | None]
    recipient_address2: Mapped[str | None]
    recipient_postcode: Mapped[str | None]
    recipient_phone: Mapped[str | None]
    recipient_email: Mapped[str | None]
    recipient_identity_no: Mapped[str | None]
    gross_weight_kg: Mapped[Decimal | None] = mapped_column(decimal(3, 7))
    payment_no: Mapped[str | None]
    insurance: Mapped[Decimal | None] = mapped_column(decimal(2))
    remarks: Mapped[str | None]
    exception: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    exception_at: Mapped[dt.datetime | None]
    rejection_reason: Mapped[str | None]
    confirmed_at: Mapped[dt.datetime | None]
    submitted_at: Mapped[dt.datetime | None]
    reviewed_at: Mapped[dt.datetime | None]
    picked_at: Mapped[dt.datetime | None]
    released_at: Mapped[dt.datetime | None]
    release_refusal: Mapped[str | None]
    carrier: Mapped[str | None]
    tracking_no: Mapped[str | None]
    shipped_weight_kg: Mapped[Decimal | None] = mapped_column(decimal(3, 7))
    shipped_at: Mapped[dt.datetime | None]
    signed_at: Mapped[dt.datetime | None]

    # What the table of states asks.

    @property
    def reviewed(self) -> bool:
        return self.reviewed_at is not None

    @property
    def picked(self) -> bool:
        return self.picked_at is not None

    @property
    def released(self) -> bool:
        return self.released_at is not None


class OrderLine(Owned, Base):
    """A product ordered. A combo stands here as itself; its parts are what is reserved and shipped."""

    __tablename__ = "order_lines"
    __table_args__ = (
        of_merchant(),
        own_key(),
        within("order_id", "orders"),
        within("product_id", "products"),
        UniqueConstraint("merchant_id", "order_id", "position"),
        Index(None, "merchant_id", "product_id", "order_id"),
        *limited(LINE_LIMITS),
    )
    order_id: Mapped[UUID]
    product_id: Mapped[UUID]
    position: Mapped[int]
    qty: Mapped[int]
    unit_price: Mapped[Decimal] = mapped_column(decimal(4))
    amount: Mapped[Decimal] = mapped_column(decimal(4, 14))


class Parcel(Owned, Base):
    """One box of a shipped order."""

    __tablename__ = "parcels"
    __table_args__ = (
        of_merchant(),
        own_key(),
        within("order_id", "orders"),
        UniqueConstraint("merchant_id", "order_id", "position"),
        CheckConstraint("weight_kg > 0", name="weight_positive"),
    )
    order_id: Mapped[UUID]
    position: Mapped[int]
    weight_kg: Mapped[Decimal] = mapped_column(decimal(3, 7))
    length_cm: Mapped[Decimal | None] = mapped_column(decimal(2, 5))
    width_cm: Mapped[Decimal | None] = mapped_column(decimal(2, 5))
    height_cm: Mapped[Decimal | None] = mapped_column(decimal(2, 5))


class TrackingEvent(Owned, Base):
    """Where a parcel was, and when (ORD-10). A repeated event is stored once."""

    __tablename__ = "tracking_events"
    __table_args__ = (
        of_merchant(),
        own_key(),
        within("order_id", "orders"),
        Index(None, "merchant_id", "order_id", "at", "id"),
        Index(
            "ux_tracking_events_source_id",
            "merchant_id",
            "order_id",
            "source",
            "source_id",
            unique=True,
            postgresql_where="source_id is not null",
        ),
        Index(
            "ux_tracking_events_sameness",
            "merchant_id",
            "order_id",
            "source",
            "at",
            "status",
            "place",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )
    order_id: Mapped[UUID]
    at: Mapped[dt.datetime]
    status: Mapped[TrackingStatus] = mapped_column(states(TrackingStatus, "status"))
    place: Mapped[str | None]
    text: Mapped[str | None]
    source: Mapped[TrackingSource] = mapped_column(states(TrackingSource, "source"))
    source_id: Mapped[str | None]
    created_at: Mapped[dt.datetime]
