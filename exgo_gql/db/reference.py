"""Reference data: the same for all merchants, kept by the admin, named by codes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from exgo_gql.db.base import Base, coded, decimal, states
from exgo_gql.domain.reference import ElementKind


class Listed:
    """A code with its names. What is in use is retired, not deleted (OPS-2)."""

    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    retired: Mapped[bool] = mapped_column(server_default="false")


class Currency(Listed, Base):
    """ISO 4217."""

    __tablename__ = "currencies"
    places: Mapped[int]


class Country(Listed, Base):
    """ISO 3166-1, two letters."""

    __tablename__ = "countries"


class Warehouse(Listed, Base):
    """A bonded warehouse."""

    __tablename__ = "warehouses"
    address: Mapped[str]


class Category(Listed, Base):
    """A product category; categories form a tree. ``path`` holds the codes from the root, joined by ``/``."""

    __tablename__ = "categories"
    __table_args__ = (
        ForeignKeyConstraint(["parent_code"], ["categories.code"]),
        Index(None, "parent_code"),
        Index(None, "path"),
    )
    parent_code: Mapped[str | None]
    path: Mapped[str]


class Unit(Listed, Base):
    """A customs unit."""

    __tablename__ = "units"


class TransportMethod(Listed, Base):
    """How a parcel travels."""

    __tablename__ = "transport_methods"


class HsCode(Base):
    """A code of the customs tariff in one edition, ten digits."""

    __tablename__ = "hs_codes"
    __table_args__ = (
        coded("first_unit_code", "units"),
        coded("second_unit_code", "units"),
        UniqueConstraint("code", "edition"),
        CheckConstraint("code ~ '^[0-9]{10}$'", name="code_format"),
        CheckConstraint("valid_to >= valid_from", name="validity"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, server_default=func.uuidv7())
    code: Mapped[str]
    edition: Mapped[str]
    name_zh: Mapped[str]
    first_unit_code: Mapped[str]
    second_unit_code: Mapped[str | None]
    vat_rate: Mapped[Decimal | None] = mapped_column(decimal(4, 3))
    rebate_rate: Mapped[Decimal | None] = mapped_column(decimal(4, 3))
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]


class HsElement(Base):
    """A declaration element (申报要素) of an HS code, in its order."""

    __tablename__ = "hs_elements"
    __table_args__ = (
        ForeignKeyConstraint(["hs_code_id"], ["hs_codes.id"]),
        UniqueConstraint("hs_code_id", "position"),
        UniqueConstraint("hs_code_id", "name"),
        UniqueConstraint("hs_code_id", "id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, server_default=func.uuidv7())
    hs_code_id: Mapped[UUID]
    position: Mapped[int]
    name: Mapped[str]
    kind: Mapped[ElementKind] = mapped_column(states(ElementKind, "kind"))
    required: Mapped[bool]
