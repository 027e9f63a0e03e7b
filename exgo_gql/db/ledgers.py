"""What every mutation leaves behind: the operation log, the outbox with its deliveries, kept outcomes."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from exgo_gql.db.base import Base, Owned, of_merchant, own_key, states, within
from exgo_gql.domain.actors import Role
from exgo_gql.domain.events import Topic
from exgo_gql.domain.log import ActorKind

_SUBJECTS = "num_nonnulls(product_id, asn_id, order_id, vehicle_id) <= 1"


class LogEntry(Owned, Base):
    """One row of the operation log (OPS-3): append-only, by grants and by triggers."""

    __tablename__ = "operation_logs"
    __table_args__ = (
        of_merchant(),
        own_key(),
        within("product_id", "products"),
        within("asn_id", "asns"),
        within("order_id", "orders"),
        within("vehicle_id", "vehicles"),
        CheckConstraint(_SUBJECTS, name="one_subject"),
        Index(None, "merchant_id", "product_id", "at", "id", postgresql_where="product_id is not null"),
        Index(None, "merchant_id", "asn_id", "at", "id", postgresql_where="asn_id is not null"),
        Index(None, "merchant_id", "order_id", "at", "id", postgresql_where="order_id is not null"),
    )
    product_id: Mapped[UUID | None]
    asn_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    vehicle_id: Mapped[UUID | None]
    action: Mapped[str]
    at: Mapped[dt.datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(states(ActorKind, "actor_kind"))
    actor_id: Mapped[UUID | None]
    actor_role: Mapped[Role | None] = mapped_column(states(Role, "actor_role"))
    actor_name: Mapped[str]
    address: Mapped[str | None]
    request_id: Mapped[str | None]
    state_before: Mapped[str | None]
    state_after: Mapped[str | None]
    version: Mapped[int | None]
    changes: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    reason: Mapped[str | None]


class OutboxMessage(Base):
    """Something that happened, written in the transaction that made it happen (rule 13)."""

    __tablename__ = "outbox"
    __table_args__ = (
        of_merchant(),
        UniqueConstraint("merchant_id", "id"),
        Index(None, "merchant_id", "at", "id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, server_default=func.uuidv7())
    merchant_id: Mapped[UUID]
    event: Mapped[str]
    subject_id: Mapped[UUID]
    state: Mapped[str | None]
    version: Mapped[int | None]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    at: Mapped[dt.datetime]


class Delivery(Base):
    """A message on its way to one consumer: attempts are counted before each try (rule 13)."""

    __tablename__ = "deliveries"
    __table_args__ = (
        of_merchant(),
        ForeignKeyConstraint(["merchant_id", "message_id"], ["outbox.merchant_id", "outbox.id"]),
        UniqueConstraint("dedup_key"),
        CheckConstraint("done_at is null or dead_at is null", name="one_end"),
        Index(None, "topic", "created_at", postgresql_where="done_at is null"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, server_default=func.uuidv7())
    merchant_id: Mapped[UUID]
    message_id: Mapped[UUID]
    topic: Mapped[Topic] = mapped_column(states(Topic, "topic"))
    dedup_key: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(server_default="0")
    done_at: Mapped[dt.datetime | None]
    dead_at: Mapped[dt.datetime | None]
    last_error: Mapped[str | None]


class KeptOutcome(Base):
    """What a mutation under an idempotency key came to (rule 12). ``merchant_id`` is null for staff."""

    __tablename__ = "kept_outcomes"
    __table_args__ = (
        ForeignKeyConstraint(["merchant_id"], ["merchants.id"]),
        UniqueConstraint("caller_id", "key"),
        CheckConstraint("octet_length(key) between 1 and 400", name="key_length"),
        Index(None, "created_at"),
    )
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    merchant_id: Mapped[UUID | None]
    caller_id: Mapped[UUID]
    key: Mapped[str]
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    outcome_id: Mapped[UUID | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
