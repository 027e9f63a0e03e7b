"""Types that are rows: a declared type *is* the record class that asyncpg builds, with no entity between."""

from __future__ import annotations

import datetime as dt
import inspect
import types
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, Union, cast, get_args, get_origin

import strawberry
from sqlalchemy import Table
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from exgo_gql.loaders import ids, values
from exgo_gql.loaders.fields import DeclaredField
from exgo_gql.loaders.sources import GIVEN, NODES, TYPES, Column, Computed, DeclarationError

if TYPE_CHECKING:

    class Record:
        """asyncpg's record, restated: a base of type Any would silence every typo."""

        def __getitem__(self, name: str) -> Any: ...

else:
    from asyncpg import Record

R = TypeVar("R", bound="type[Row]")
_TAKEN = {"row", "table", "declared", "readers", "facts", "may"}


def _plain(cls: R) -> R:
    # asyncpg refuses record classes with an __init__; the other methods that dataclass adds read all fields.
    for name in ("__init__", "__repr__", "__eq__", "__hash__", "__replace__", "__match_args__"):
        if name in cls.__dict__:
            delattr(cls, name)
    return cls


class Row(Record):
    """A row of a mapped class, as GraphQL shows it."""

    __slots__ = ()
    row: ClassVar[type[DeclarativeBase]]
    table: ClassVar[Table]
    declared: ClassVar[dict[str, DeclaredField]]
    readers: ClassVar[dict[str, Callable[[Any], Any] | None]]
    """For each column that the driver's rows carry: from its value to Python's."""
    facts: ClassVar[Mapping[str, ColumnElement[Any]]]
    """Named expressions that computed fields may need and that are fetched only then."""
    may: ClassVar[str]
    """The permission to see such rows."""

    if not TYPE_CHECKING:  # rows answer by attribute, typed by the declaration; a typo stays a type error

        def __getattr__(self, name: str) -> Any:
            return value(self, name)


def value(row: Any, name: str) -> Any:
    """A column of a row as Python's value. Raises ``AttributeError`` for what is none."""
    try:
        read = type(row).readers[name]
    except KeyError:
        raise AttributeError(f"{type(row).__name__} has no column {name!r}") from None
    return row[name] if read is None else read(row[name])


def expression_of(target: type[Row], name: str) -> ColumnElement[Any]:
    """What a name that computed fields may need stands for: a fact, a declared expression, or a column."""
    if name in target.facts:
        return target.facts[name]
    field = target.declared.get(name)
    if field is not None and isinstance(field.source, Column) and field.source.of is not None:
        return field.source.of
    return target.table.c[name]


@_plain
@strawberry.interface(description="Anything with an id that is unique in the whole schema.")
class Node(Row):
    """A row with a global id."""

    __slots__ = ()

    @strawberry.field(name="id", description="Opaque: keep it, compare it, send it back; do not read it.")
    def global_id(self) -> strawberry.ID:
        return strawberry.ID(ids.encode(type(self).__name__, self["id"]))


def node(
    row: type[DeclarativeBase], *, may: str, facts: Mapping[str, ColumnElement[Any]] | None = None
) -> Callable[[R], R]:
    """Make a GraphQL type, and the record class of its rows, from a class of declared fields."""

    def wrap(cls: R) -> R:
        if TYPES.setdefault(cls.__name__, cls) is not cls:
            raise DeclarationError(f"two types are called {cls.__name__}")
        if clash := set(cls.__annotations__) & (set(dir(Record)) | _TAKEN):
            raise DeclarationError(f"{cls.__name__}: {sorted(clash)} are taken by the record")
        if issubclass(cls, Node):
            NODES[cls.__name__] = cls
        cls.row, cls.table = row, cast("Table", row.__table__)
        cls.facts, cls.may = dict(facts or {}), may
        _plain(strawberry.type(description=inspect.cleandoc(cls.__doc__ or ""))(cls))
        definition = cls.__strawberry_definition__  # type: ignore[attr-defined]  # Strawberry sets it
        cls.declared = {f.python_name: f for f in definition.fields if isinstance(f, DeclaredField)}
        cls.readers = {column.name: values.reader(column.type) for column in cls.table.c}
        for name, field in cls.declared.items():
            if isinstance(field.source, Column):
                _check_column(cls, name, field, field.source)
        cls.readers |= {name: values.reader(fact.type) for name, fact in cls.facts.items()}
        for name, field in cls.declared.items():
            if isinstance(field.source, Computed):
                _check_computed(cls, name, field.source)
        return cls

    return wrap


def _check_column(cls: type[Row], name: str, field: DeclaredField, source: Column) -> None:
    where = f"{cls.__name__}.{name}"
    column: Any = cls.table.c.get(name) if source.of is None else source.of
    if column is None:
        raise DeclarationError(f"{where}: {cls.table.name} has no such column")
    of = column.__clause_element__() if isinstance(column, InstrumentedAttribute) else column
    source.of, source.name, source.read = of, name, values.reader(of.type)
    cls.readers[name] = source.read
    if name in cls.table.c and cls.table.c[name] is not of:
        raise DeclarationError(f"{where} would hide the column {name} of {cls.table.name}")
    assert field.type_annotation is not None  # a field without one would not have become a field
    annotation = field.type_annotation.evaluate()
    plain, optional = unwrap(annotation)
    nullable = getattr(of, "nullable", None)
    if nullable is not None and nullable != optional:
        raise DeclarationError(
            f"{where}: the column is {'' if nullable else 'not '}nullable, the field says otherwise"
        )
    python = values.python_type(of.type)
    known = isinstance(plain, type) and (issubclass(plain, str | int | bool | Decimal | dt.date))
    if known and python is not object and not issubclass(python, plain):
        raise DeclarationError(f"{where}: {python.__name__} is not {plain.__name__}")


def _check_computed(cls: type[Row], name: str, source: Computed) -> None:
    for need in source.needs:
        if need not in GIVEN and need not in cls.readers:
            raise DeclarationError(f"{cls.__name__}.{name} needs {need!r}, which is no column or fact of it")


def unwrap(annotation: Any) -> tuple[Any, bool]:
    """The type without its ``| None``, and whether it had one."""
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [a for a in get_args(annotation) if a is not type(None)]
        return (inner[0] if len(inner) == 1 else annotation), len(inner) < len(get_args(annotation))
    return annotation, False
