"""What a document asks for, once each field's source is known: the tree between resolving and emitting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.sql.elements import ColumnElement

from exgo_gql.loaders.nodes import Row
from exgo_gql.loaders.planner.computed import Fill
from exgo_gql.loaders.sources import Anything, Arguments, Relation

NO_PERMISSIONS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Typename:
    """``__typename``: known before anything is read."""

    name: str


@dataclass(frozen=True, slots=True)
class GlobalId:
    """The global id of a row."""

    type_name: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A column, or an expression over a row."""

    of: ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Hole:
    """A computed field: the statement leaves what it needs in its place."""

    number: int
    needs: tuple[ColumnElement[Any], ...]


@dataclass(frozen=True, slots=True)
class Object:
    """The fields of a row that are asked for."""

    target: type[Row]
    fields: Fields


@dataclass(frozen=True, slots=True)
class Cursor:
    """The cursor of an edge."""


@dataclass(frozen=True, slots=True)
class Edges:
    """``edges`` of a connection."""

    fields: tuple[tuple[str, Typename | Cursor | Object], ...]


@dataclass(frozen=True, slots=True)
class Info:
    """``pageInfo``: response keys with the field that each is."""

    fields: tuple[tuple[str, Typename | str], ...]


@dataclass(frozen=True, slots=True)
class Total:
    """``totalCount``."""


@dataclass(frozen=True, slots=True)
class Page:
    """The parts of a connection that are asked for; an ``Object`` among them is ``nodes``."""

    target: type[Row]
    fields: tuple[tuple[str, Typename | Object | Edges | Info | Total], ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows by state: response keys with the name of the state's or the number's field."""

    fields: tuple[tuple[str, Typename | str], ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A relation and what is asked for below it."""

    relation: Relation
    slot: int
    content: Object | Page | Tally


@dataclass(frozen=True, slots=True)
class Named:
    """What global ids name: for each type that they may name, what is asked for of it."""

    anything: Anything
    slot: int
    objects: Mapping[str, Object]


Item = Typename | GlobalId | Cell | Hole | Branch | Named


@dataclass(frozen=True, slots=True)
class Field:
    """One response key, its source, and what a viewer must hold to see it."""

    key: str
    item: Item
    permissions: frozenset[str] = NO_PERMISSIONS


Fields = tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one field's arguments: ``fixed`` where no variable is in them."""

    source: Relation | Anything
    evaluate: Callable[[Any], Arguments]
    fixed: Arguments | None


@dataclass(frozen=True, slots=True)
class Outline:
    """A document with every source resolved, before its arguments are looked at."""

    fields: Fields
    slots: tuple[Slot, ...]
    fillings: tuple[Fill, ...]
    types: frozenset[str]
    """The types that global ids may name."""
    varying: tuple[int, ...]
    """The slots that variables are in."""
    global_ids: bool
    """Whether rows are asked for by global ids."""
