"""ASNs, their lines and orders, the trucks they ride on, and what was received of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exgo_gql.db.base import Base, Dated, Owned, coded, decimal, limited, of_merchant, own_key, states, within
from exgo_gql.domain.asns import LIMITS, LINE_LIMITS, VEHICLE_LIMITS, AsnStatus, AsnType
from exgo_gql.domain.machines import Mode


class Vehicle(Owned, Dated, Base):
    """One trip of one truck, of one merchant, to one warehouse (ASN-2)."""

    __tablename__ = "vehicles"
    __table_args__ = (
        of_merchant(),
        own_key(),
        coded("warehouse_code", "warehouses"),
        UniqueConstraint("merchant_id", "id", "warehouse_code"),
        Index(None, "merchant_id", "created_at", "id"),
        Index(None, "created_at", "id"),
        *limited(VEHICLE_LIMITS),
    )
    warehouse_code: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1")
    plate: Mapped[str]
    driver: Mapped[str | None]
    phone: Mapped[str | None]
    expected_arrival_date: Mapped[dt.date | None]
    arrived_at: Mapped[dt.datetime | None]


class Asn(Owned, Dated, Base):
    """An advance shipping notice (入库预报). The one column for its vehicle makes a second one impossible."""

    __tablename__ = "asns"
    __table_args__ = (
        of_merchant(),
        own_key(),
        UniqueConstraint("merchant_id", "id", "warehouse_code", "currency_code", "mode"),
        coded("warehouse_code", "warehouses"),
        coded("currency_code", "currencies"),
        # The warehouse stands in the key: a vehicle that goes elsewhere cannot be set.
        ForeignKeyConstraint(
            ["merchant_id", "vehicle_id", "warehouse_code"],
            ["vehicles.merchant_id", "vehicles.id", "vehicles.warehouse_code"],
            name="fk_asns_vehicle",
        ),
        UniqueConstraint("receiving_no"),
        Index(
            "ux_asns_living_reference",
            "merchant_id",
            "reference_no",
            unique=True,
            postgresql_where="status <> 'DELETED'",
        ),
        Index(None, "merchant_id", "mode", "created_at", "id"),
        Index(None, "merchant_id", "mode", "status", "created_at", "id"),
        Index(None, "merchant_id", "created_at", "id"),
        Index(None, "merchant_id", "updated_at", "id"),
        Index(None, "merchant_id", "reference_no", "id"),
        Index(None, "merchant_id", "vehicle_id", "id"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "reference_no", "id"),
        Index(None, "status", "created_at", "id"),
        *limited(LIMITS),
        CheckConstraint(
            "status not in ('IN_TRANSIT', 'RECEIVING', 'RECEIVED') or vehicle_id is not null",
            name="vehicle_set",
        ),
        CheckConstraint("version >= 1", name="version"),
    )
    receiving_no: Mapped[str]
    reference_no: Mapped[str]
    mode: Mapped[Mode] = mapped_column(states(Mode, "mode"))
    type: Mapped[AsnType] = mapped_column(states(AsnType, "type"))
    status: Mapped[AsnStatus] = mapped_column(states(AsnStatus, "status"))
    version: Mapped[int] = mapped_column(server_default="1")
    warehouse_code: Mapped[str]
    currency_code: Mapped[str]
    expected_arrival_date: Mapped[dt.date]
    packages: Mapped[int]
    gross_weight_kg: Mapped[Decimal | None] = mapped_column(decimal(3, 9))
    volume_cbm: Mapped[Decimal | None] = mapped_column(decimal(3, 7))
    wrapping: Mapped[str | None]
    carrier: Mapped[str | None]
    carrier_tracking_no: Mapped[str | None]
    bill_of_lading: Mapped[str | None]
    contact: Mapped[str]
    phone: Mapped[str]
    remarks: Mapped[str | None]
    vehicle_id: Mapped[UUID | None]
    rejection_reason: Mapped[str | None]
    confirmed_at: Mapped[dt.datetime | None]
    approved_at: Mapped[dt.datetime | None]
    dispatched_at: Mapped[dt.datetime | None]
    arrived_at: Mapped[dt.datetime | None]
    received_at: Mapped[dt.datetime | None]


class AsnLine(Owned, Base):
    """A product announced, with what was received of it so far. Consolidation lines are one per product."""

    __tablename__ = "asn_lines"
    __table_args__ = (
        of_merchant(),
        own_key(),
        within("asn_id", "asns"),
        within("product_id", "products"),
        UniqueConstraint("merchant_id", "asn_id", "position"),
        Index(None, "merchant_id", "product_id", "asn_id"),
        *limited(LINE_LIMITS),
        CheckConstraint("good_qty >= 0 and damaged_qty >= 0", name="received_not_negative"),
        CheckConstraint("good_qty + damaged_qty <= qty", name="received_within_expected"),
        CheckConstraint("excess_qty >= 0", name="excess_not_negative"),
    )
    asn_id: Mapped[UUID]
    product_id: Mapped[UUID]
    position: Mapped[int]
    qty: Mapped[int]
    carton_no: Mapped[str | None]
    unit_price: Mapped[Decimal | None] = mapped_column(decimal(4))
    amount: Mapped[Decimal] = mapped_column(decimal(4, 14))
    good_qty: Mapped[int] = mapped_column(server_default="0")
    damaged_qty: Mapped[int] = mapped_column(server_default="0")
    excess_qty: Mapped[int] = mapped_column(server_default="0")


class AsnOrder(Owned, Base):
    """An order's link to an ASN: ended, never removed; at most one of an order is not ended.

    While it lives, warehouse, currency and mode stand in both keys, so that linked documents always share them;
    an ended link names neither warehouse nor currency, so that its documents go their own ways.
    """

    __tablename__ = "asn_orders"
    __table_args__ = (
        of_merchant(),
        own_key(),
        within("asn_id", "asns"),
        within("order_id", "orders"),
        ForeignKeyConstraint(
            ["merchant_id", "asn_id", "warehouse_code", "currency_code", "mode"],
            ["asns.merchant_id", "asns.id", "asns.warehouse_code", "asns.currency_code", "asns.mode"],
            name="fk_asn_orders_shared_with_asn",
        ),
        ForeignKeyConstraint(
            ["merchant_id", "order_id", "warehouse_code", "currency_code", "mode"],
            [
                "orders.merchant_id",
                "orders.id",
                "orders.warehouse_code",
                "orders.currency_code",
                "orders.mode",
            ],
            name="fk_asn_orders_shared_with_order",
        ),
        Index(
            "ux_asn_orders_live", "merchant_id", "order_id", unique=True, postgresql_where="ended_at is null"
        ),
        Index(None, "merchant_id", "asn_id", "order_id"),
        Index(None, "merchant_id", "order_id", "linked_at"),
        CheckConstraint("mode = 'CONSOLIDATION'", name="consolidation"),
        CheckConstraint(
            "num_nonnulls(warehouse_code, currency_code) = case when ended_at is null then 2 else 0 end",
            name="shared_while_live",
        ),
    )
    asn_id: Mapped[UUID]
    order_id: Mapped[UUID]
    warehouse_code: Mapped[str | None]
    currency_code: Mapped[str | None]
    mode: Mapped[Mode] = mapped_column(states(Mode, "mode"), default=Mode.CONSOLIDATION)
    linked_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class ReceiptBatch(Owned, Base):
    """One count of what came (收货批次). A batch is not edited."""

    __tablename__ = "receipt_batches"
    __table_args__ = (
        of_merchant(),
        own_key(),
        within("asn_id", "asns"),
        UniqueConstraint("batch_no"),
        UniqueConstraint("merchant_id", "asn_id", "number"),
        Index(None, "merchant_id", "asn_id", "at", "id"),
    )
    asn_id: Mapped[UUID]
    number: Mapped[int]
    batch_no: Mapped[str]
    at: Mapped[dt.datetime]
    operator_id: Mapped[UUID | None]
    note: Mapped[str | None]


class ReceiptLine(Owned, Base):
    """What one batch counted of one ASN line (and, in CONSOLIDATION, of one order's parcel)."""

    __tablename__ = "receipt_lines"
    __table_args__ = (
        of_merchant(),
        own_key(),
        within("batch_id", "receipt_batches"),
        within("asn_line_id", "asn_lines"),
        within("product_id", "products"),
        within("order_id", "orders"),
        Index(None, "merchant_id", "batch_id", "position"),
        Index(None, "merchant_id", "asn_line_id"),
        Index(None, "merchant_id", "order_id", postgresql_where="order_id is not null"),
        CheckConstraint("good_qty >= 0 and damaged_qty >= 0 and excess_qty >= 0", name="not_negative"),
        CheckConstraint("good_qty + damaged_qty + excess_qty > 0", name="something"),
        CheckConstraint("put_away_qty between 0 and good_qty", name="put_away_within_good"),
    )
    batch_id: Mapped[UUID]
    asn_line_id: Mapped[UUID]
    product_id: Mapped[UUID]
    order_id: Mapped[UUID | None]
    position: Mapped[int]
    good_qty: Mapped[int]
    damaged_qty: Mapped[int]
    excess_qty: Mapped[int]
    put_away_qty: Mapped[int] = mapped_column(server_default="0")
    location: Mapped[str | None]
    lot: Mapped[str | None]
    expiry_date: Mapped[dt.date | None]


class PutAway(Owned, Base):
    """Good pieces of a batch line laid on their shelf (上架). Appended, never changed."""

    __tablename__ = "put_aways"
    __table_args__ = (
        of_merchant(),
        own_key(),
        within("receipt_line_id", "receipt_lines"),
        Index(None, "merchant_id", "receipt_line_id", "at", "id"),
        CheckConstraint("qty > 0", name="qty_positive"),
    )
    receipt_line_id: Mapped[UUID]
    qty: Mapped[int]
    location: Mapped[str]
    at: Mapped[dt.datetime]
    operator_id: Mapped[UUID | None]
