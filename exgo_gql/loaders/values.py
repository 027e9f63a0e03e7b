"""One spelling of a value on every path: how the driver's value becomes Python, how both become JSON."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Column, Table, select
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    ColumnElement,
    ExpressionClauseList,
    Grouping,
)
from sqlalchemy.sql.util import ClauseAdapter
from sqlalchemy.types import TypeEngine

DIALECT = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects are not typed


def quote(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """A name of ours as SQL's text. What clients send is never written, always bound."""
    return "'" + text.replace("'", "''") + "'"


def sql_type(type_: TypeEngine[Any]) -> str:
    """A type as SQL writes it. States are text (see ``db.base.states``)."""
    if is_enum(type_):
        return "TEXT"
    return type_.compile(DIALECT)


def is_enum(type_: TypeEngine[Any]) -> bool:
    """Whether the column holds the names of a Python enum."""
    return issubclass(python_type(type_), enum.Enum)


def python_type(type_: TypeEngine[Any]) -> type:
    """The Python type of a column's values; ``object`` where it has no single one (JSON)."""
    try:
        return type_.python_type
    except NotImplementedError:
        return object


def expression(of: ColumnElement[Any], table: Table, alias: str) -> str:
    """A column, or an SQL expression over a row, written for one alias of its table."""
    if isinstance(of, Column):
        return f"{alias}.{quote(of.name)}"
    return _template(of, table).replace('"~"', alias)


@cache
def _template(of: ColumnElement[Any], table: Table) -> str:
    # SQLAlchemy's compiler takes 0.2 ms an expression: once, with a mark where the alias goes. Compiled inside a
    # SELECT from that alias: by itself, a sub-select would not be tied to the row, but list the table again.
    row = table.alias("~")
    moved: ColumnElement[Any] = ClauseAdapter(row).traverse(of)
    whole = select(moved.label("~~")).select_from(row)
    text = str(whole.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
    written = text.removeprefix("SELECT ").rpartition(' AS "~~" \nFROM ')[0]
    assert written  # how SQLAlchemy writes a SELECT
    return f"({written})"


def reader(type_: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What the driver's value lacks to be Python's: states come as their names."""
    if not is_enum(type_):
        return None
    members = python_type(type_).__members__  # type: ignore[attr-defined]  # an enum has members
    return lambda value: None if value is None else members[value]


def for_driver(value: Any) -> Any:
    """A Python value as the driver binds it: members of enums by their names."""
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, list):
        return [for_driver(item) for item in value]
    return value


def may_be_null(of: ColumnElement[Any]) -> bool:
    """Whether an expression of a row might be null. Of what is no arithmetic on columns, nobody knows."""
    if isinstance(of, Column):
        return bool(of.nullable)
    if isinstance(of, BinaryExpression | ExpressionClauseList | Grouping):
        return any(may_be_null(cast("ColumnElement[Any]", part)) for part in of.get_children())
    return not isinstance(of, BindParameter) or of.value is None


def as_need(type_: TypeEngine[Any], sql: str) -> str:
    """SQL whose JSON ``from_need`` reads back as the driver would have: a decimal keeps its places."""
    return f"{sql}::text" if issubclass(python_type(type_), Decimal) else sql


def from_need(type_: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """From the JSON of ``as_need`` to Python's value, where they differ."""
    if (read := reader(type_)) is not None:
        return read
    python = python_type(type_)
    for kind, made in _FROM_TEXT.items():
        if issubclass(python, kind):
            return lambda value: None if value is None else made(value)
    return None


_FROM_TEXT: dict[type, Callable[[str], Any]] = {
    Decimal: Decimal,
    dt.datetime: dt.datetime.fromisoformat,
    dt.date: dt.date.fromisoformat,
    UUID: UUID,
}


def as_json(type_: TypeEngine[Any], sql: str) -> str:
    """SQL whose JSON is exactly what our scalars write of the Python value: for the planner."""
    return f"trim_scale({sql})::text" if issubclass(python_type(type_), Decimal) else sql


def spell_decimal(value: Decimal) -> str:
    """As ``trim_scale(…)::text``: plain digits, no zeros at the end."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def spell_instant(value: dt.datetime) -> str:
    """As PostgreSQL writes it in JSON: UTC, no zeros at the end of the fraction."""
    whole, dot, rest = value.astimezone(dt.UTC).isoformat().partition(".")
    return f"{whole}.{rest[:6].rstrip('0')}+00:00" if dot else whole
