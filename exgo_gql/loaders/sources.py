"""Sources: what a field can come from. Readers (batch loaders, planner) know these and nothing else."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from exgo_gql.loaders.pages import Keyset, Window

if TYPE_CHECKING:
    from exgo_gql.loaders.nodes import Row

GIVEN = frozenset({"parts", "language", "staff"})
"""What a computed field can ask of the request instead of the row: the parts that the viewer plays, the
language of messages, and whether the viewer is staff."""


TYPES: dict[str, type[Row]] = {}
"""Every declared type, by name."""

NODES: dict[str, type[Row]] = {}
"""Those of them that have a global id."""


class DeclarationError(TypeError):
    """A declaration that cannot mean anything; raised at import or by ``link``, never while serving."""


@dataclass(eq=False)
class Column:
    """A column of the type's own row, or an SQL expression over it."""

    of: ColumnElement[Any] | None
    name: str = ""
    read: Callable[[Any], Any] | None = None
    """From the driver's value to Python's, where they differ."""


@dataclass(eq=False)
class Computed:
    """A pure function; its parameters name the columns and facts of the row that it needs."""

    of: Callable[..., Any]
    needs: tuple[str, ...] = ()

    def __call__(self, value: Callable[[str], Any], given: Mapping[str, Any]) -> Any:
        return self.of(**{name: given[name] if name in GIVEN else value(name) for name in self.needs})


def computed_of(function: Callable[..., Any]) -> Computed:
    """Read the needs of a function from its signature."""
    return Computed(function, tuple(inspect.signature(function).parameters))


class Shape(StrEnum):
    """What a relation gives."""

    ONE = "one"
    MANY = "many"
    PAGES = "pages"
    COUNTS = "counts"


@dataclass(frozen=True)
class Through:
    """A table of links between owner and target, and the condition that a link must meet."""

    row: type[DeclarativeBase]
    live: ColumnElement[Any] | None
    pairs: tuple[tuple[str, str], ...] = ()
    """(column of the link, column of the target)."""

    @property
    def table(self) -> Table:
        table = self.row.__table__
        assert isinstance(table, Table)
        return table


@dataclass(eq=False)
class Relation:
    """Rows of another type: by a foreign key, through links, or (on a root) by a key or all of them.

    Declared with what the field says; ``link`` fills in what follows from the tables.
    """

    shape: Shape
    via: InstrumentedAttribute[Any] | None = None
    through: Through | None = None
    order_by: tuple[Any, ...] = ()
    limit: int | None = None
    filters: type[Any] | None = None
    sorts: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    keys: tuple[InstrumentedAttribute[Any], ...] = ()
    """Columns that a root looks up by, beside the id."""
    living: ColumnElement[Any] | None = None
    """Which rows a look-up by such a column considers."""
    group: InstrumentedAttribute[Any] | None = None
    """What COUNTS counts by."""

    name: str = ""
    target: type[Row] = None  # type: ignore[assignment]  # link() sets it before anything reads it
    pairs: tuple[tuple[str, str], ...] = ()
    """(column of the owner, column of the target or, ``through``, of the link)."""
    keysets: Mapping[str, Keyset] = field(default_factory=dict)
    result: type[Any] | None = None
    """The Python type that a COUNTS row becomes."""


@dataclass(frozen=True)
class Anything:
    """Rows of whatever type their global ids name: one, or, ``many``, one for each id of a list."""

    many: bool


Source = Column | Computed | Relation | Anything


class Arguments(NamedTuple):
    """What a relation's GraphQL arguments come to; made by the same code on every path."""

    window: Window | None = None
    sort: str = ""
    filters: Mapping[str, Any] = {}
    key: tuple[str, Any] | None = None
    """A root's look-up: the column and the value."""
    ids: tuple[tuple[type[Row], UUID] | None, ...] = ()
    """What global ids name; ``None`` for an id that is none of ours."""


NOTHING = Arguments()
