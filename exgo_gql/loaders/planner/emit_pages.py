"""Connections and counts as SQL.

A page is read once: its rows, one more than asked for where somebody wants to know whether there is more; then
they are gathered into arrays; then the connection's JSON is cut from those.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from exgo_gql.loaders.pages import Keyset
from exgo_gql.loaders.planner.records import as_row
from exgo_gql.loaders.planner.selection import (
    Branch,
    Cursor,
    Edges,
    Info,
    Object,
    Page,
    Tally,
    Total,
    Typename,
)
from exgo_gql.loaders.values import quote, quote_text

if TYPE_CHECKING:
    from exgo_gql.loaders.planner.emit import Emitter


def page(emitter: Emitter, branch: Branch, page: Page, owner: str) -> str:
    """The JSON of a connection."""
    return _Page(emitter, branch, page, owner).written()


class _Page:
    def __init__(self, emitter: Emitter, branch: Branch, page: Page, owner: str) -> None:
        form = emitter.form(branch.slot)
        self.emitter, self.branch, self.page, self.owner = emitter, branch, page, owner
        self.keyset: Keyset = branch.relation.keysets[form.sort]
        self.beyond, self.backward = form.window
        self.source, self.alias = emitter.source(page.target)
        self.lists: list[str] = []
        """Names of the records that each row of the page is read as: of nodes, of edges."""
        self.laterals: list[str] = []
        self.more = self.keyed = False
        """Whether one row more is to be read, and whether cursors of the page's ends are wanted."""
        of = emitter.of(branch.slot)
        self.size = (
            emitter.binds.add(lambda request: window.size if (window := of(request).window) else 0) + "::int"
        )
        self.key = emitter.binds.add(lambda request: window.key if (window := of(request).window) else None)

    def written(self) -> str:
        """All parts, from the page's rows if any part needs them."""
        parts = [(key, self.part(part)) for key, part in self.page.fields]
        columns = ", ".join(f"{sql} as {quote(key)}" for key, sql in parts)
        if not (self.lists or self.more or self.keyed):
            return as_row(columns)
        return as_row(f"{columns} from ({self.gathered()}) a")

    def part(self, part: Typename | Object | Edges | Info | Total) -> str:
        match part:
            case Typename():
                return quote_text(part.name)
            case Total():
                return self.total()
            case Info():
                return self.info(part)
            case Object():
                return self.sliced(self.node(part))
            case Edges():
                return self.sliced(self.edge(part))

    def node(self, content: Object) -> str:
        return self.record(self.emitter.columns(content.fields, content.target, self.alias))

    def edge(self, edges: Edges) -> str:
        fields = []
        for key, part in edges.fields:
            match part:
                case Typename():
                    sql = quote_text(part.name)
                case Cursor():
                    sql = self.keyset.cursor(self.keyset.columns(self.alias))
                case Object():
                    sql = self.node(part)
            fields.append(f"{sql} as {quote(key)}")
        return self.record(", ".join(fields))

    def record(self, columns: str) -> str:
        """A record made of a row of the page. Joined, not selected: PostgreSQL takes it into the page's own plan."""
        name = quote(f"~{len(self.laterals)}")
        self.laterals.append(f" cross join lateral (select {columns}) {name}")
        return name

    def sliced(self, record: str) -> str:
        """The JSON list of what each row of the page is read as."""
        self.lists.append(record)
        return f"coalesce(array_to_json(a.j{len(self.lists) - 1}[{self.first}:{self.last}]), '[]')"

    @property
    def first(self) -> str:
        """Where the page begins among the rows that were read: backward, one more comes before it."""
        return f"greatest(a.n - {self.size}, 0) + 1" if self.backward else "1"

    @property
    def last(self) -> str:
        return "a.n" if self.backward else f"least(a.n, {self.size})"

    def info(self, info: Info) -> str:
        written: dict[str, Callable[[], str]] = {
            "hasNextPage": lambda: self.there_is_more(ahead=True),
            "hasPreviousPage": lambda: self.there_is_more(ahead=False),
            "startCursor": lambda: self.end_cursor(self.first),
            "endCursor": lambda: self.end_cursor(self.last),
        }
        fields = [
            f"{quote_text(name.name) if isinstance(name, Typename) else written[name]()} as {quote(key)}"
            for key, name in info.fields
        ]
        return as_row(", ".join(fields))

    def there_is_more(self, *, ahead: bool) -> str:
        """Whether something lies beyond an end: what was read tells of the one, the cursor of the other."""
        if ahead == self.backward:
            return "true" if self.beyond else "false"
        self.more = True
        return f"a.n > {self.size}"

    def end_cursor(self, place: str) -> str:
        self.keyed = True
        key = [f"a.k{number}[{place}]" for number in range(len(self.keyset.sorts))]
        return f"case when {self.last} >= {self.first} then {self.keyset.cursor(key)} end"

    def gathered(self) -> str:
        """The rows of the page as arrays in the order of the list, and how many were read."""
        arrays = [f"array_agg(row_to_json({name})) as j{number}" for number, name in enumerate(self.lists)]
        keys = self.keyset.columns(self.alias) if self.keyed else []
        arrays += [f"array_agg({column}) as k{number}" for number, column in enumerate(keys)]
        rows = f"({self.read()}) {self.alias}{''.join(self.laterals)}"
        return f"select {', '.join([*arrays, 'count(*)::int as n'])} from {rows}"

    def read(self) -> str:
        where = self.emitter.matching(self.branch, self.owner, self.alias)
        if self.beyond:
            where += f" and {self.keyset.beyond(self.alias, self.key, backward=self.backward)}"
        order = self.keyset.order_by(self.alias, backward=self.backward)
        limit = f"{self.size} + 1" if self.more else self.size
        rows = f"select {self.alias}.* from {self.source} where {where} order by {order} limit {limit}"
        return f"select b.* from ({rows}) b order by {self.keyset.order_by('b')}" if self.backward else rows

    def total(self) -> str:
        source, alias = self.emitter.source(self.page.target)
        return (
            f"(select count(*) from {source} where {self.emitter.matching(self.branch, self.owner, alias)})"
        )


def tally(emitter: Emitter, branch: Branch, tally: Tally) -> str:
    """How many rows of each state: the states in their order, those without rows too."""
    relation = branch.relation
    assert relation.group is not None  # counts() demands it
    source, alias = emitter.source(relation.target)
    by = f"{alias}.{quote(relation.group.key)}"
    grouped = (
        f"select {by} as value, count(*) as n from {source}"
        f" where {emitter.matching(branch, '', alias)} group by 1"
    )
    states = ", ".join(quote_text(name) for name in relation.group.type.python_type.__members__)
    sql = {"status": "m.value", "count": "coalesce(g.n, 0)"}
    columns = ", ".join(
        f"{quote_text(name.name) if isinstance(name, Typename) else sql[name]} as {quote(key)}"
        for key, name in tally.fields
    )
    return (
        f"(select json_agg({as_row(columns)} order by m.n)"
        f" from unnest(array[{states}]) with ordinality m(value, n) left join ({grouped}) g on g.value = m.value)"
    )
