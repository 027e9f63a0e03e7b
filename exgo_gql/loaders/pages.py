"""Relay connections over keyset pages: the types, the window that arguments ask for, cursors in SQL."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import orjson
import strawberry

from exgo_gql.loaders.values import quote

T = TypeVar("T")
MOST, USUAL = 100, 20


class BadPage(Exception):  # noqa: N818  # named for what the caller is told
    """Page arguments that make no sense: a top-level error."""

    extensions = {"code": "BAD_USER_INPUT"}  # noqa: RUF012  # graphql-core reads it from the class


class Sort(NamedTuple):
    """One column of an order, with its SQL type."""

    column: str
    type: str


def _instant(text: str) -> str:
    instant = dt.datetime.fromisoformat(text)
    return instant.replace(tzinfo=instant.tzinfo or dt.UTC).astimezone(dt.UTC).isoformat()


def _whole(text: str) -> str:
    number = int(text)
    if number.bit_length() > 31:  # noqa: PLR2004  # PostgreSQL's integer
        raise OverflowError(text)
    return str(number)


_SPELLERS: Mapping[str, Callable[[str], str]] = {
    "UUID": lambda text: str(UUID(text)),
    "INTEGER": _whole,
    "DATE": lambda text: dt.date.fromisoformat(text).isoformat(),
    "TIMESTAMP WITH TIME ZONE": _instant,
    "TEXT": str,
}
"""From the text in a cursor to PostgreSQL's spelling of it: Python reads more spellings than it does."""


@dataclass(frozen=True)
class Keyset:
    """The order of a page, in one direction. Its last column is the primary key, so no two rows tie."""

    sorts: tuple[Sort, ...]
    descending: bool

    def order_by(self, alias: str, *, backward: bool = False) -> str:
        """The columns of ORDER BY; ``backward`` reads the page from its far end."""
        direction = " desc" if self.descending != backward else ""
        return ", ".join(f"{column}{direction}" for column in self.columns(alias))

    def columns(self, alias: str) -> list[str]:
        """The key of a row."""
        return [f"{alias}.{quote(sort.column)}" for sort in self.sorts]

    def cursor(self, columns: list[str]) -> str:
        """SQL for the cursor of a key: JSON in base64."""
        key = ", ".join(columns)
        return rf"translate(encode(convert_to(json_build_array({key})::text, 'UTF8'), 'base64'), E'\n', '')"

    def beyond(self, alias: str, bind: str, *, backward: bool) -> str:
        """The rows after a cursor (before it, ``backward``): a row comparison, which an index answers."""
        mine = ", ".join(self.columns(alias))
        theirs = ", ".join(f"({bind}::text[])[{i + 1}]::{s.type}" for i, s in enumerate(self.sorts))
        return f"({mine}) {'<' if self.descending != backward else '>'} ({theirs})"

    def key(self, cursor: str, argument: str) -> list[str]:
        """The key in a cursor, checked. Raises ``BadPage``."""
        try:
            values = orjson.loads(base64.b64decode(cursor.encode("ascii"), validate=True))
            return [_key_part(sort, value) for sort, value in zip(self.sorts, values, strict=True)]
        except (ValueError, TypeError, OverflowError, binascii.Error, UnicodeError):
            raise BadPage(f"`{argument}` is not a cursor of this list.") from None


def _key_part(sort: Sort, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or "\x00" in str(value):
        raise ValueError(value)
    return _SPELLERS[sort.type](str(value))


class Window(NamedTuple):
    """Which part of a list is asked for: so many rows from one end, beyond a cursor."""

    size: int
    key: list[str] | None
    backward: bool

    @property
    def shape(self) -> tuple[bool, bool]:
        """What of it changes the SQL text."""
        return self.key is not None, self.backward


def window(keyset: Keyset, given: Mapping[str, Any]) -> Window:
    """Check ``first``, ``after``, ``last``, ``before``. Raises ``BadPage``."""
    first, last = given.get("first"), given.get("last")
    after, before = given.get("after"), given.get("before")
    backward = last is not None or (before is not None and first is None)
    if backward and (first is not None or after is not None):
        raise BadPage("A page goes one way: `first` with `after`, or `last` with `before`.")
    if not backward and before is not None:
        raise BadPage("A page goes one way: `first` with `after`, or `last` with `before`.")
    name, size = ("last", last) if backward else ("first", first)
    size = USUAL if size is None else size
    if not 0 <= size <= MOST:
        raise BadPage(f"`{name}` is between 0 and {MOST}.")
    cursor = before if backward else after
    key = keyset.key(cursor, "before" if backward else "after") if cursor is not None else None
    return Window(size, key, backward)


@strawberry.type(description="Where a page begins and ends.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(description="Whether more follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is something before this page.")
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first item; send it as `before`."
    )
    end_cursor: str | None = strawberry.field(description="The cursor of the last item; send it as `after`.")


@strawberry.type(description="An item and its place in the list.")
class Edge(Generic[T]):
    """One item of a page."""

    cursor: str = strawberry.field(description="The item's place in the list.")
    node: T = strawberry.field(description="The item.")


@strawberry.type(
    description="One page of a list. It is read forward by `first`/`after`, backward by `last`/`before`."
)
class Connection(Generic[T]):
    """A page, and the way to count the whole list."""

    edges: list[Edge[T]] = strawberry.field(description="The items with their cursors.")
    nodes: list[T] = strawberry.field(description="The items alone.")
    page_info: PageInfo = strawberry.field(description="Where this page begins and ends.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="How many items the whole list has; counted only when asked for.")
    async def total_count(self) -> int:
        return await self.count()


def page(rows: list[Any], asked: Window, count: Callable[[], Awaitable[int]]) -> Connection[Any]:
    """Cut the page from the rows fetched: one more than asked, to know whether there is more."""
    more, rows = len(rows) > asked.size, rows[: asked.size]
    if asked.backward:
        rows = rows[::-1]
    cursors = [row["~cursor"] for row in rows]
    edges: list[Edge[Any]] = [Edge(cursor=c, node=r) for c, r in zip(cursors, rows, strict=True)]
    came_from = asked.key is not None
    info = PageInfo(
        has_next_page=came_from if asked.backward else more,
        has_previous_page=more if asked.backward else came_from,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
    return Connection(edges=edges, nodes=rows, page_info=info, count=count)
