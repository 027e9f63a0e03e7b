"""The stock ledger: balances, kept by the database from appended movements (INV-1)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from exgo_gql.db.base import Base, Owned, coded, of_merchant, own_key, states, within
from exgo_gql.domain.log import ActorKind
from exgo_gql.domain.machines import Mode
from exgo_gql.domain.stock import Bucket


class Inventory(Owned, Base):
    """What a merchant has of a product in a warehouse, by bucket. Written by the ledger's trigger alone."""

    __tablename__ = "inventory"
    __table_args__ = (
        of_merchant(),
        own_key(),
        within("product_id", "products"),
        coded("warehouse_code", "warehouses"),
        UniqueConstraint("merchant_id", "product_id", "warehouse_code", "mode"),
        Index(None, "merchant_id", "product_id", "updated_at", "id"),
        Index(None, "merchant_id", "updated_at", "id"),
        Index(None, "updated_at", "id"),
        *(
            CheckConstraint(f"{bucket.lower()}_qty >= 0", name=f"{bucket.lower()}_not_negative")
            for bucket in Bucket
        ),
    )
    product_id: Mapped[UUID]
    warehouse_code: Mapped[str]
    mode: Mapped[Mode] = mapped_column(states(Mode, "mode"))
    on_the_way_qty: Mapped[int] = mapped_column(server_default="0")
    pending_qty: Mapped[int] = mapped_column(server_default="0")
    sellable_qty: Mapped[int] = mapped_column(server_default="0")
    unsellable_qty: Mapped[int] = mapped_column(server_default="0")
    reserved_qty: Mapped[int] = mapped_column(server_default="0")
    shipped_qty: Mapped[int] = mapped_column(server_default="0")
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class StockMovement(Owned, Base):
    """One appended row: so many pieces into (or, negative, out of) a bucket, and why."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        of_merchant(),
        own_key(),
        within("product_id", "products"),
        coded("warehouse_code", "warehouses"),
        within("asn_id", "asns"),
        within("batch_id", "receipt_batches"),
        within("order_id", "orders"),
        CheckConstraint("qty <> 0", name="qty_not_zero"),
        CheckConstraint("num_nonnulls(asn_id, order_id) >= 1", name="cause"),
        Index(None, "merchant_id", "product_id", "at", "id"),
        Index(None, "merchant_id", "order_id", "at", "id", postgresql_where="order_id is not null"),
        Index(None, "merchant_id", "asn_id", "at", "id", postgresql_where="asn_id is not null"),
    )
    product_id: Mapped[UUID]
    warehouse_code: Mapped[str]
    mode: Mapped[Mode] = mapped_column(states(Mode, "mode"))
    bucket: Mapped[Bucket] = mapped_column(states(Bucket, "bucket"))
    qty: Mapped[int]
    action: Mapped[str]
    asn_id: Mapped[UUID | None]
    batch_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    actor_kind: Mapped[ActorKind] = mapped_column(states(ActorKind, "actor_kind"))
    actor_id: Mapped[UUID | None]
    at: Mapped[dt.datetime]
