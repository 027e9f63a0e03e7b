"""The vocabulary of declarations: Strawberry fields that say where they come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, StrEnum
from typing import Any, Self, TypeVar, cast, overload

import strawberry
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import UNRESOLVED, StrawberryField

from exgo_gql.auth.viewer import Forbidden
from exgo_gql.loaders.arguments import arguments
from exgo_gql.loaders.sources import (
    TYPES,
    Anything,
    Column,
    Computed,
    Relation,
    Shape,
    Source,
    Through,
    computed_of,
)

T = TypeVar("T")

PAGE_ARGUMENTS: dict[str, tuple[Any, str]] = {
    "first": (int | None, "How many from the beginning, at most 100; 20 if nothing is said."),
    "after": (str | None, "Begin after this item: the `endCursor` of the page before."),
    "last": (int | None, "How many from the end, at most 100."),
    "before": (str | None, "End before this item: the `startCursor` of the page after."),
}


class DeclaredField(StrawberryField):
    """A Strawberry field with a source. Its annotation may name types of files that are not imported yet."""

    source: Source
    may: str | None = None
    """The permission that this field needs; a relation needs its target's beside it."""

    def __copy__(self) -> Self:
        # Strawberry rebuilds fields of generic and inherited types from a fixed list of attributes.
        new = super().__copy__()
        new.source, new.may = self.source, self.may
        return new

    def resolve_type(self, **kwargs: Any) -> Any:
        resolved = super().resolve_type(**kwargs)
        annotation = self.type_annotation
        if resolved is UNRESOLVED and annotation is not None and annotation.namespace is not None:
            # A name imported under TYPE_CHECKING only: look it up among the declared types. While the class is
            # being made there is no namespace yet, and Strawberry must find none, or it will not set its own.
            annotation.namespace = {**TYPES, **annotation.namespace}
            resolved = super().resolve_type(**kwargs)
        return resolved

    @property
    def is_basic_field(self) -> bool:
        # Basic: Strawberry calls get_result without info and skips its wrappers.
        return isinstance(self.source, Column) and self.may is None

    @property
    def permissions(self) -> frozenset[str]:
        """All that a viewer must hold to select this field."""
        wanted = {self.may} if self.may else set()
        if isinstance(self.source, Relation):
            wanted.add(self.source.target.may)
        return frozenset(wanted)

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:  # noqa: ARG002  # Strawberry's
        match self.source:
            case Column(read=None, name=name) if self.may is None:
                return source[name]
            case Column(read=read, name=name) if self.may is None and read is not None:
                return read(source[name])
        context = info.context
        for permission in self.permissions:
            if not context.viewer.may(permission):
                raise Forbidden(permission)
        match self.source:
            case Column(read=read, name=name):
                return source[name] if read is None else read(source[name])
            case Computed() as computed:
                return context.loaders.compute(computed, source)
            case Relation() as relation:
                return context.loaders.load(relation, source, arguments(relation, kwargs))
            case Anything(many=several) as anything:
                loaders = context.loaders
                named = arguments(anything, kwargs).ids
                return loaders.all_named(named) if several else loaders.named(named[0])


def _field(source: Source, description: str, may: str | None = None, /, **args: tuple[Any, str]) -> Any:
    if may:
        description = f"{description} Needs the permission `{may}`."
    field = DeclaredField(description=description)
    field.source, field.may = source, may
    field.arguments = [
        StrawberryArgument(name, None, StrawberryAnnotation(type_), description=text)
        for name, (type_, text) in args.items()
    ]
    return field


@overload
def column(of: InstrumentedAttribute[T], *, description: str, may: str | None = None) -> T: ...
@overload
def column(of: ColumnElement[T], *, description: str, may: str | None = None) -> T: ...
@overload
def column(*, description: str, may: str | None = None) -> Any: ...
def column(of: Any = None, *, description: str, may: str | None = None) -> Any:
    """A column of the same name, the column given, or an SQL expression over the row's columns."""
    return _field(Column(of), description, may)


def computed(of: Callable[..., T], *, description: str, may: str | None = None) -> T:
    """The value of a pure function; the names of its parameters are the columns and facts it needs."""
    field: T = _field(computed_of(of), description, may)
    return field


def one(
    via: InstrumentedAttribute[Any] | None = None, *, through: Through | None = None, description: str
) -> Any:
    """The row that a foreign key points at; ``via`` names a column of the key where there are several."""
    return _field(Relation(Shape.ONE, via, through), description)


def many(
    via: InstrumentedAttribute[Any] | None = None,
    *,
    order_by: Any,
    description: str,
    limit: int | None = None,
) -> Any:
    """All rows that point here, for bounded parts of a document; with ``limit`` the first so many."""
    return _field(Relation(Shape.MANY, via, order_by=_tuple(order_by), limit=limit), description)


def pages(
    via: InstrumentedAttribute[Any] | None = None,
    *,
    through: Through | None = None,
    order_by: Any = None,
    sorts: Sorts | None = None,
    filters: type[Any] | None = None,
    description: str,
) -> Any:
    """A Relay connection over the rows that point here; on a root, over all that the viewer may see."""
    choices = sorts.orders if sorts else {"": _tuple(order_by)}
    relation = Relation(Shape.PAGES, via, through, filters=filters, sorts=choices)
    return _field(
        relation, description, None, **PAGE_ARGUMENTS, **_filter_argument(filters), **_sort_argument(sorts)
    )


def lookup(
    *keys: InstrumentedAttribute[Any], living: ColumnElement[Any] | None = None, description: str
) -> Any:
    """A root field: the row of this id or of one of these numbers, or null. An unknown one, and another
    tenant's, answer alike. Where a number is unique per merchant only, staff get the newest.
    """
    args: dict[str, tuple[Any, str]] = {"id": (strawberry.ID | None, "As `id` gave it.")}
    args |= {key.key: (str | None, f"Instead of the id: the `{_camel(key.key)}`.") for key in keys}
    return _field(Relation(Shape.ONE, keys=keys, living=living), description, None, **args)


def anything(*, description: str) -> Any:
    """A root field: the row that a global id names, whatever its type."""
    args = {"id": (strawberry.ID, "As `id` gave it.")}
    return _field(Anything(many=False), description, None, **args)


def all_of_anything(*, description: str) -> Any:
    """A root field: the rows that global ids name, in their order."""
    args = {"ids": (list[strawberry.ID], "As `id` gave them, of any types.")}
    return _field(Anything(many=True), description, None, **args)


def counts(by: InstrumentedAttribute[Any], *, filters: type[Any] | None = None, description: str) -> Any:
    """A root field: how many rows of each state, of those that the filter lets through."""
    relation = Relation(Shape.COUNTS, group=by, filters=filters)
    return _field(relation, description, None, **_filter_argument(filters))


def linked(row: type[DeclarativeBase], live: ColumnElement[Any] | None = None) -> Through:
    """Links between two types, kept in a table of their own; ``live`` says which of them count."""
    return Through(row, live)


class Sorts:
    """The orders that a list can be read in: an enum for GraphQL, and columns for SQL. The first is the default."""

    def __init__(self, name: str, description: str, **orders: tuple[str, Any]) -> None:
        self.orders = {key: _tuple(by) for key, (_, by) in orders.items()}
        members = StrEnum(name, {key: key for key in orders})  # type: ignore[misc]  # its members are declared
        self.enum: type[Enum] = strawberry.enum(cast("type[Enum]", members), description=description)
        definition: Any = self.enum.__strawberry_definition__  # type: ignore[attr-defined]  # Strawberry sets it
        for member in definition.values:
            member.description = orders[member.name][0]

    @property
    def default(self) -> str:
        return next(iter(self.orders))


def _filter_argument(filters: type[Any] | None) -> Mapping[str, tuple[Any, str]]:
    return {"filter": (filters | None, "Only these; all conditions must hold.")} if filters else {}


def _sort_argument(sorts: Sorts | None) -> Mapping[str, tuple[Any, str]]:
    if sorts is None:
        return {}
    return {"sort": (sorts.enum | None, f"In this order; `{sorts.default}` if nothing is said.")}


def _tuple(order_by: Any) -> tuple[Any, ...]:
    return order_by if isinstance(order_by, tuple) else (order_by,)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
