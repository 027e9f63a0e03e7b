"""Batch loaders, made from the declarations: one statement per relation, arguments and level."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from strawberry.dataloader import DataLoader

from exgo_gql.auth.viewer import Forbidden, Viewer
from exgo_gql.db.pools import Database
from exgo_gql.domain.refusals import Language
from exgo_gql.loaders.nodes import Row, value
from exgo_gql.loaders.pages import page
from exgo_gql.loaders.scope import Statement
from exgo_gql.loaders.sources import NOTHING, Arguments, Computed, Relation, Shape
from exgo_gql.loaders.statements import Request, by_ids, form, statement


def given(viewer: Viewer, language: Language) -> Mapping[str, Any]:
    """What computed fields can ask of a request (``GIVEN``)."""
    return {"parts": viewer.parts, "language": language, "staff": viewer.is_staff}


class Loaders:
    """The loaders of one request. Nothing is shared between viewers (rule 5)."""

    def __init__(self, database: Database, viewer: Viewer, language: Language) -> None:
        self._database, self._viewer = database, viewer
        self._given = given(viewer, language)
        self._loaders: dict[Any, DataLoader[Any, Any]] = {}
        self.statements = 0
        """How many statements have been run for this request."""

    @property
    def _whole(self) -> bool:
        return self._viewer.merchant_id is None

    def load(self, relation: Relation, source: Any, args: Arguments) -> Awaitable[Any] | None:
        """What a relation gives for one owner; ``None`` where its key is null."""
        key = tuple(source[mine] for mine, _ in relation.pairs)
        if None in key or (args.key is not None and args.key[1] is None):
            return None
        if relation.shape is Shape.COUNTS:
            return self._counts(relation, args)
        loader = self._loader((relation, _frozen(args)), lambda keys: self._rows(relation, args, keys))
        return _share(loader, key)

    def row(self, target: type[Row], id_: UUID) -> Awaitable[Any]:
        """The row of a type with this uuid, or ``None``."""
        return _share(self._loader((target, ()), lambda keys: self._by_ids(target, (), keys)), (id_,))

    async def named(self, name: tuple[type[Row], UUID] | None) -> Any:
        """The row that a global id names, or ``None``. Raises ``Forbidden`` without the permission of its type."""
        if name is None:
            return None
        target, id_ = name
        if not self._viewer.may(target.may):
            raise Forbidden(target.may)
        return await self.row(target, id_)

    async def all_named(self, names: tuple[tuple[type[Row], UUID] | None, ...]) -> list[Any]:
        """The rows that global ids name, in their order. Raises ``Forbidden``."""
        return await asyncio.gather(*(self.named(name) for name in names))

    def compute(self, computed: Computed, source: Any) -> Any:
        """A computed field of one row; facts that it needs are fetched for all rows of the level at once."""
        target = type(source)
        missing = tuple(name for name in computed.needs if name in target.facts)
        if not missing:
            return computed(lambda name: value(source, name), self._given)
        return self._compute_with(computed, source, target, missing)

    async def _compute_with(
        self, computed: Computed, source: Any, target: type[Row], missing: tuple[str, ...]
    ) -> Any:
        loader = self._loader((target, missing), lambda keys: self._by_ids(target, missing, keys))
        facts = await _share(loader, (source["id"],))
        return computed(
            lambda name: (facts[name] if facts else None) if name in target.facts else value(source, name),
            self._given,
        )

    def _loader(self, which: Any, batch: Callable[[list[Any]], Awaitable[list[Any]]]) -> DataLoader[Any, Any]:
        found = self._loaders.get(which)
        if found is None:
            found = self._loaders[which] = DataLoader(load_fn=batch)
        return found

    async def _fetch(self, made: Statement, request: Request, record: type[Row] | None) -> list[Any]:
        async with self._database.reading(self._viewer.scope) as connection:
            rows: list[Any] = await connection.fetch(made.sql, *made.bound(request), record_class=record)
        self.statements += 1
        return rows

    def _request(self, keys: list[tuple[Any, ...]], args: Arguments) -> Request:
        return Request(self._viewer.merchant_id, keys, args)

    async def _rows(self, relation: Relation, args: Arguments, keys: list[tuple[Any, ...]]) -> list[Any]:
        made = statement(relation, form(args, whole=self._whole, counting=False))
        rows = await self._fetch(made, self._request(keys, args), relation.target)
        found: list[list[Any]] = [[] for _ in keys]
        for row in rows:
            found[row["~key"] - 1].append(row)
        if relation.shape is Shape.MANY:
            return found
        if relation.shape is Shape.ONE:
            return [one[0] if one else None for one in found]
        assert args.window is not None  # arguments() gives pages a window
        return [
            page(part, args.window, self._total(relation, args, key))
            for key, part in zip(keys, found, strict=True)
        ]

    def _total(
        self, relation: Relation, args: Arguments, key: tuple[Any, ...]
    ) -> Callable[[], Awaitable[int]]:
        counted = Arguments(filters=args.filters)

        async def count(keys: list[tuple[Any, ...]]) -> list[int]:
            made = statement(relation, form(counted, whole=self._whole, counting=True))
            rows = await self._fetch(made, self._request(keys, counted), None)
            return [row["n"] for row in sorted(rows, key=lambda row: row["~key"])]

        return lambda: _share(self._loader((relation, "total", _frozen(counted)), count), key)

    async def _counts(self, relation: Relation, args: Arguments) -> list[Any]:
        made = statement(relation, form(args, whole=self._whole, counting=True))
        rows = await self._fetch(made, self._request([()], args), None)
        assert relation.group is not None  # counts() demands it
        assert relation.result is not None  # link() found it
        members = relation.group.type.python_type.__members__
        counted = {row["value"]: row["n"] for row in rows}
        return [
            relation.result(status=member, count=counted.get(name, 0)) for name, member in members.items()
        ]

    async def _by_ids(
        self, target: type[Row], names: tuple[str, ...], keys: list[tuple[Any, ...]]
    ) -> list[Any]:
        made = by_ids(target, names, whole=self._whole)  # type: ignore[arg-type]  # asyncpg-stubs hide __hash__ of a type
        rows = await self._fetch(made, self._request(keys, NOTHING), None if names else target)
        found = {row["~key"]: row for row in rows}
        return [found.get(number) for number in range(1, len(keys) + 1)]


def _share(loader: DataLoader[Any, Any], key: Any) -> asyncio.Future[Any]:
    """What a key gives. Where a field fails, graphql-core cancels what its siblings wait for; others may be waiting
    for the same key, so none gets the loader's own future.
    """
    return asyncio.shield(loader.load(key))


def _frozen(args: Arguments) -> Any:
    window = args.window
    return (
        args.sort,
        (window.size, tuple(window.key or ()), window.backward) if window else None,
        tuple((name, tuple(v) if isinstance(v, list) else v) for name, v in args.filters.items()),
        args.key,
    )
