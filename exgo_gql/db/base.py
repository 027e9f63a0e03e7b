"""What all mapped classes share: names of constraints, column types, the columns of a tenant's table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Enum,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Numeric,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from uuid_utils.compat import uuid7

from exgo_gql.domain.fields import Limit, Number, Whole
from exgo_gql.domain.fields import Text as TextLimit

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The registry of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy reads it from the class
        str: Text,
        dt.datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(none_as_null=True),
        list[Any]: JSONB(none_as_null=True),
    }


def states(kind: type[StrEnum], name: str) -> Enum:
    """Text with a named CHECK. Never a PostgreSQL ENUM: its ``=`` is not leakproof, so under row-level
    security it cannot be an index condition (reliability, rule 2).
    """
    return Enum(kind, name=name, native_enum=False, create_constraint=True, length=20)


def decimal(places: int, digits: int = 10) -> Numeric[Decimal]:
    """An exact decimal with so many digits before and places after the point."""
    return Numeric(digits + places, places)


class Owned:
    """The columns of every table that belongs to a merchant: a tenant table."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, server_default=func.uuidv7())
    merchant_id: Mapped[UUID]


class Dated:
    """When a row was made, and when it last changed. ``updated_at`` is set by the services' clock."""

    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


def own_key() -> UniqueConstraint:
    """What the composite foreign keys of other tenant tables point at (reliability, rule 1)."""
    return UniqueConstraint("merchant_id", "id")


def of_merchant() -> ForeignKeyConstraint:
    """The tenant itself."""
    return ForeignKeyConstraint(["merchant_id"], ["merchants.id"])


def within(column: str, table: str) -> ForeignKeyConstraint:
    """A reference between tenant tables: composite, so that no merchant can point at another's row."""
    return ForeignKeyConstraint(["merchant_id", column], [f"{table}.merchant_id", f"{table}.id"])


def coded(column: str, table: str) -> ForeignKeyConstraint:
    """A reference to reference data, by its code."""
    return ForeignKeyConstraint([column], [f"{table}.code"])


def limited(limits: Mapping[str, Limit], only: Iterable[str] | None = None) -> list[CheckConstraint]:
    """The limits of single values as named constraints: the same declarations that the mutations ask."""
    checks = []
    for name, limit in limits.items():
        if only is not None and name not in only:
            continue
        match limit:
            case TextLimit():
                rule = f"char_length({name}) between {limit.least} and {limit.most}"
            case Number():
                rule = f"{name} between {limit.least} and {limit.most}"
            case Whole():
                rule = f"{name} between {limit.least} and {limit.most}"
            case _:
                raise TypeError(limit)
        checks.append(CheckConstraint(rule, name=f"{name}_limit"))
    return checks


__all__ = [
    "Base",
    "CheckConstraint",
    "Dated",
    "Index",
    "Owned",
    "UniqueConstraint",
    "coded",
    "decimal",
    "limited",
    "of_merchant",
    "own_key",
    "states",
    "within",
]
