"""The SQL of batch loading: keys go in as arrays, rows come out with the number of their key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from exgo_gql.loaders import values
from exgo_gql.loaders.filters import Kind, Writing, kind_of
from exgo_gql.loaders.nodes import Row
from exgo_gql.loaders.scope import Binds, Statement, visible
from exgo_gql.loaders.sources import Arguments, Column, Relation, Shape
from exgo_gql.loaders.values import quote


@dataclass(frozen=True)
class Request:
    """What the parameters of a statement are taken from."""

    merchant_id: UUID | None
    keys: list[tuple[Any, ...]]
    args: Arguments


@dataclass(frozen=True)
class Form:
    """All of a request that changes the SQL text. Requests of one form share a statement."""

    whole: bool
    counting: bool = False
    sort: str = ""
    window: tuple[bool, bool] = (False, False)
    filters: tuple[tuple[str, Kind], ...] = ()
    key: str = ""


def form(args: Arguments, *, whole: bool, counting: bool) -> Form:
    """The form of a request."""
    return Form(
        whole,
        counting,
        args.sort,
        args.window.shape if args.window and not counting else (False, False),
        tuple((name, kind_of(value)) for name, value in args.filters.items()),
        args.key[0] if args.key else "",
    )


def columns(target: type[Row], alias: str) -> list[str]:
    """Every column that a row of the type answers to: the table's own, and the declared expressions."""
    own = [f"{alias}.{quote(c.name)}" for c in target.table.c]
    for name, field in target.declared.items():
        source = field.source
        if isinstance(source, Column) and source.of is not None and name not in target.table.c:
            own.append(f"{values.expression(source.of, target.table, alias)} as {quote(name)}")
    return own


Of = Callable[[Any], Arguments]
"""Where in a request the arguments of a relation are."""


def conditions(relation: Relation, form: Form, alias: str, binds: Binds, of: Of) -> list[str]:
    """The filters of this form, in SQL."""
    if not form.filters:
        return []
    assert relation.filters is not None  # a form has filters only where the relation has
    made = relation.filters.conditions

    def written(name: str, kind: Kind) -> str:
        value = binds.add(lambda request: of(request).filters[name])
        return str(made[name](Writing(alias, form.whole, binds, value, kind)))

    return [f"({written(name, kind)})" for name, kind in form.filters]


def joined(relation: Relation, form: Form, alias: str, binds: Binds, key: list[str]) -> list[str]:
    """How a row belongs to its key: by a foreign key, or by a link that counts."""
    if relation.through is None:
        return [f"{alias}.{quote(theirs)} = {k}" for (_, theirs), k in zip(relation.pairs, key, strict=True)]
    link = relation.through
    ours = [f"l.{quote(theirs)} = {k}" for (_, theirs), k in zip(relation.pairs, key, strict=True)]
    live = [values.expression(link.live, link.table, "l")] if link.live is not None else []
    mine = ", ".join(f"{alias}.{quote(theirs)}" for _, theirs in link.pairs)
    links = ", ".join(f"l.{quote(mine)}" for mine, _ in link.pairs)
    source = visible(link.table, form.whole, binds)
    return [f"({mine}) in (select {links} from {source} l where {' and '.join([*ours, *live])})"]


def looked_up(relation: Relation, form: Form, alias: str, binds: Binds, of: Of) -> list[str]:
    """How a root finds its row: by a key that is given."""
    column = relation.target.table.c[form.key]
    value = binds.add(lambda request: key[1] if (key := of(request).key) else None)
    where = [f"{alias}.{quote(form.key)} = {value}::{values.sql_type(column.type)}"]
    if form.key != "id" and relation.living is not None:
        where.append(values.expression(relation.living, relation.target.table, alias))
    return where


def _args(request: Request) -> Arguments:
    return request.args


@lru_cache(maxsize=4096)
def statement(relation: Relation, form: Form) -> Statement:
    """The one statement that answers a relation for any number of keys."""
    binds, target = Binds(), relation.target
    table = target.table
    source = visible(table, form.whole, binds)
    if relation.pairs:
        types = [_key_type(relation, theirs) for _, theirs in relation.pairs]
        arrays = ", ".join(f"{binds.add(_key_part(i))}::{type_}[]" for i, type_ in enumerate(types))
        names = [f"k{i}" for i in range(len(types))]
        keys = f'unnest({arrays}) with ordinality as k({", ".join(names)}, "~key")'
        where = joined(relation, form, "t", binds, [f"k.{name}" for name in names])
    else:
        keys, where = '(values (1)) as k("~key")', []
    where += conditions(relation, form, "t", binds, _args)
    if form.key:
        where += looked_up(relation, form, "t", binds, _args)
    matching = " and ".join(where) or "true"
    if form.counting:
        if relation.shape is Shape.COUNTS:
            assert relation.group is not None  # counts() demands it
            by = f"t.{quote(relation.group.key)}"
            return binds.finish(
                f"select {by} as value, count(*) as n from {source} t where {matching} group by 1"
            )
        total = f"(select count(*) from {source} t where {matching}) as n"
        return binds.finish(f'select k."~key", {total} from {keys}')
    selected = columns(target, "t")
    keyset = relation.keysets.get(form.sort)
    backward = form.window[1]
    order, again, tail = "", "", ""
    if keyset is not None:
        order = f" order by {keyset.order_by('t', backward=backward)}"
        again = f", {keyset.order_by('x', backward=backward)}"
    if relation.shape is Shape.PAGES:
        assert keyset is not None  # link() gives pages a keyset for every sort
        selected.append(f'{keyset.cursor(keyset.columns("t"))} as "~cursor"')
        if form.window[0]:
            matching += " and " + keyset.beyond(
                "t", binds.add(lambda r: r.args.window.key), backward=backward
            )
        tail = f" limit {binds.add(lambda r: r.args.window.size + 1)}"
    elif relation.limit is not None:
        tail = f" limit {relation.limit}"
    elif form.key:
        tail = " order by t.id desc limit 1"
    body = f"select {', '.join(selected)} from {source} t where {matching}{order if tail else ''}{tail}"
    return binds.finish(
        f'select k."~key", x.* from {keys} cross join lateral ({body}) x order by k."~key"{again}'
    )


@lru_cache(maxsize=512)
def by_ids(target: type[Row], names: tuple[str, ...], *, whole: bool) -> Statement:
    """Rows of a type by their uuids; with ``names``, those facts of them instead."""
    binds = Binds()
    source = visible(target.table, whole, binds)
    keys = binds.add(lambda request: [key[0] for key in request.keys])
    selected = (
        [f"{values.expression(target.facts[name], target.table, 't')} as {quote(name)}" for name in names]
        if names
        else columns(target, "t")
    )
    return binds.finish(
        f'select k."~key", {", ".join(selected)} from unnest({keys}::uuid[]) with ordinality as k(id, "~key") '
        f"join {source} t on t.id = k.id"
    )


def _key_part(place: int) -> Callable[[Request], list[Any]]:
    return lambda request: [key[place] for key in request.keys]


def _key_type(relation: Relation, column: str) -> str:
    table = relation.through.table if relation.through is not None else relation.target.table
    return values.sql_type(table.c[column].type)
