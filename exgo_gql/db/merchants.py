"""Merchants (the tenants), people and their sessions."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from exgo_gql.db.base import Base, Dated, coded, own_key, states
from exgo_gql.domain.actors import MERCHANT_ROLES, Role
from exgo_gql.domain.merchants import MerchantStatus, SessionKind
from exgo_gql.domain.refusals import Language


class Merchant(Dated, Base):
    """A company (企业): the tenant. Its own id is what other tables call ``merchant_id``."""

    __tablename__ = "merchants"
    __table_args__ = (coded("currency_code", "currencies"), {"info": {"tenant": "id"}})
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, server_default=func.uuidv7())
    company_name: Mapped[str]
    company_name_en: Mapped[str | None]
    credit_code: Mapped[str | None] = mapped_column(unique=True)
    customs_code: Mapped[str | None]
    currency_code: Mapped[str]
    status: Mapped[MerchantStatus] = mapped_column(states(MerchantStatus, "status"))


_MERCHANT_ROLES = ", ".join(f"'{role}'" for role in sorted(MERCHANT_ROLES))


class User(Dated, Base):
    """Somebody who can log in: of a merchant, or of the house (no merchant)."""

    __tablename__ = "users"
    __table_args__ = (
        ForeignKeyConstraint(["merchant_id"], ["merchants.id"]),
        own_key(),
        CheckConstraint(
            f"(role in ({_MERCHANT_ROLES})) = (merchant_id is not null)", name="role_of_merchant"
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, server_default=func.uuidv7())
    merchant_id: Mapped[UUID | None]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(states(Role, "role"))
    language: Mapped[Language] = mapped_column(states(Language, "language"), server_default="ZH")
    password_hash: Mapped[str]
    disabled_at: Mapped[dt.datetime | None]


class Session(Base):
    """A log-in, known by the SHA-256 of its token. Ended, never removed."""

    __tablename__ = "sessions"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["users.id"]),
        # The plain key holds for staff, whose merchant is null; this one keeps a merchant to its own users.
        ForeignKeyConstraint(
            ["merchant_id", "user_id"], ["users.merchant_id", "users.id"], name="fk_sessions_own_user"
        ),
        UniqueConstraint("token_hash"),
        Index(None, "user_id", "created_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, server_default=func.uuidv7())
    merchant_id: Mapped[UUID | None]
    user_id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[SessionKind] = mapped_column(states(SessionKind, "kind"))
    address: Mapped[str | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
