"""Filters of lists, declared as inputs whose fields say which condition they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, TypeVar, cast, dataclass_transform

import strawberry
from sqlalchemy import Column, Table
from sqlalchemy.orm import InstrumentedAttribute

from exgo_gql.db import models
from exgo_gql.loaders.scope import Binds, visible
from exgo_gql.loaders.values import for_driver, quote, sql_type

F = TypeVar("F", bound="type[Filters]")


class Kind(StrEnum):
    """What of a filter's value changes the SQL text: a spelling that an index answers in order."""

    ANY = "any"
    SINGLE = "single"
    """A list of one."""
    TRUE = "true"


def kind_of(value: Any) -> Kind:
    """The kind of a value."""
    if value is True:
        return Kind.TRUE
    return Kind.SINGLE if isinstance(value, list) and len(value) == 1 else Kind.ANY


@dataclass(frozen=True)
class Writing:
    """What a condition is written with: the alias of the row, whose rows, the binds, its own value's mark."""

    alias: str
    whole: bool
    binds: Binds
    value: str
    kind: Kind = Kind.ANY

    def column(self, column: Column[Any]) -> str:
        return f"{self.alias}.{quote(column.name)}"

    def table(self, table: Table) -> str:
        return visible(table, self.whole, self.binds)


Condition = Callable[[Writing], str]


class Filters:
    """A base for the inputs that filter lists. A field left out, or null, filters nothing."""

    conditions: ClassVar[dict[str, Condition]]

    def given(self) -> dict[str, Any]:
        """The values that filter, by field, in the declared order: as the driver binds them."""
        values = ((name, getattr(self, name)) for name in self.conditions)
        return {name: for_driver(value) for name, value in values if value is not None}


_CONDITION = "exgo condition"


def filters(description: str) -> Callable[[F], F]:
    """Make an input of filters from a class of conditions."""

    @dataclass_transform(field_specifiers=(where,))
    def wrap(cls: F) -> F:
        made = strawberry.input(description=description)(cls)
        definition = made.__strawberry_definition__  # type: ignore[attr-defined]  # Strawberry sets it
        made.conditions = {field.python_name: field.metadata[_CONDITION] for field in definition.fields}
        return made

    return wrap


def where(condition: Condition, *, description: str) -> Any:
    """A field that filters by a condition."""
    return strawberry.field(default=None, description=description, metadata={_CONDITION: condition})


def _column(attribute: InstrumentedAttribute[Any]) -> Column[Any]:
    column: Any = attribute.__clause_element__()
    return cast("Column[Any]", column)


def equals(attribute: InstrumentedAttribute[Any]) -> Condition:
    """The column is this value."""
    column = _column(attribute)
    return lambda w: f"{w.column(column)} = {w.value}::{sql_type(column.type)}"


def among(attribute: InstrumentedAttribute[Any]) -> Condition:
    """The column is one of these values. Of one alone it is equal, which keeps the order of an index."""
    column = _column(attribute)

    def written(w: Writing) -> str:
        values = f"({w.value}::{sql_type(column.type)}[])"
        return f"{w.column(column)} = " + (f"{values}[1]" if w.kind is Kind.SINGLE else f"any{values}")

    return written


def at_least(attribute: InstrumentedAttribute[Any]) -> Condition:
    """From here on, this one included."""
    column = _column(attribute)
    return lambda w: f"{w.column(column)} >= {w.value}::{sql_type(column.type)}"


def below(attribute: InstrumentedAttribute[Any]) -> Condition:
    """Up to here, this one excluded: ranges of instants are half open."""
    column = _column(attribute)
    return lambda w: f"{w.column(column)} < {w.value}::{sql_type(column.type)}"


def after(attribute: InstrumentedAttribute[Any]) -> Condition:
    """Strictly later than this."""
    column = _column(attribute)
    return lambda w: f"{w.column(column)} > {w.value}::{sql_type(column.type)}"


def begins(attribute: InstrumentedAttribute[Any]) -> Condition:
    """The text begins so. Spelt as a range, which a B-tree under row-level security answers."""
    column = _column(attribute)
    highest = "chr(1114111)"
    return lambda w: (
        f"{w.column(column)} >= {w.value}::text and {w.column(column)} < {w.value}::text || {highest}"
    )


def name_contains() -> Condition:
    """A part of either name of a product: by its grams, an indexed ``=``, then checked letter by letter."""
    grams = cast("Table", models.products.ProductGram.__table__)

    def written(w: Writing) -> str:
        pieces = f"search_grams({w.value}::text)"
        return (
            f"{w.alias}.id in (select g.product_id from {w.table(grams)} g where g.gram = any({pieces})"
            f" group by g.product_id having count(*) = cardinality({pieces}))"
            f" and name_has({w.alias}.name_zh, {w.alias}.name_en, {w.value}::text)"
        )

    return written


def in_category() -> Condition:
    """The category, or any below it."""

    def written(w: Writing) -> str:
        return (
            f"{w.alias}.category_code = any(array(select c.code from categories c join categories top"
            f" on c.path = top.path or starts_with(c.path, top.path || '/') where top.code = {w.value}::text))"
        )

    return written


def selectable() -> Condition:
    """Exactly the confirmed consolidation orders that are in no live ASN (ORD-8).

    The link is looked for one order at a time, which NOT EXISTS leaves to the planner: it may read all links.
    """
    links = cast("Table", models.asns.AsnOrder.__table__)

    def written(w: Writing) -> str:
        rule = (
            f"{w.alias}.mode = 'CONSOLIDATION' and {w.alias}.status = 'CONFIRMED' and ("
            f"select l.order_id from {w.table(links)} l where l.merchant_id = {w.alias}.merchant_id"
            f" and l.order_id = {w.alias}.id and l.ended_at is null limit 1) is null"
        )
        return rule if w.kind is Kind.TRUE else f"not ({rule})"

    return written
