"""Values for arguments: mostly real, sometimes of another merchant, unknown or broken."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_nullable_type,
)

from exgo_gql.loaders.ids import encode
from tests.planner.documents import Given, Word
from tests.planner.known import Known

BROKEN_IDS = ("", "x", "UHJvZHVjdDox", "Product:1", "产品", encode("Nobody", UUID(int=1)), "=" * 60)
BROKEN_CURSORS = ("", "x", "W10=", "WyJhIl0=", "WzEsMiwzXQ==")
TEXTS = ("", "%", "_", "'", '"', "\\", "产品", "a" * 70, "\U0001f4e6", "\u2028")
SPELLINGS = ("2026-11-01T00:00:00Z", "2026-10-25T08:00:00.5+08:00", "2026-11-10T12:00:00.123456Z")


@dataclass
class Arguments:
    """Draws values for one document of one person."""

    known: Known
    chance: Random
    merchant_id: UUID | None

    def window(self, of: Any, kind: str, name: str, most: int, sort: str) -> dict[str, Given]:
        """Which part of a connection: ``most`` is how many rows there is room for."""
        chance = self.chance
        sizes = [size for size in (0, 1, 1, 2, 2, 3, 5, 10, 25, 100) if size <= most] or [1]
        size = chance.choice(sizes)
        if chance.random() < 0.01:
            size = chance.choice((101, -1, 2**31 - 1))
        given: dict[str, Any] = {}
        way = chance.random()
        if way < 0.5:
            given["first"] = size
        elif way < 0.65:
            given |= {"first": size, "after": self._cursor(kind, name, sort)}
        elif way < 0.75:
            given["last"] = size
        elif way < 0.9:
            given |= {"last": size, "before": self._cursor(kind, name, sort)}
        elif way < 0.93 and most >= 20:
            given[chance.choice(("after", "before"))] = self._cursor(kind, name, sort)
        elif way < 0.94:
            given |= {"first": size, "last": size}
        elif way < 0.95:
            given |= {"first": size, "before": self._cursor(kind, name, sort)}
        elif most < 20:
            given["first"] = size
        items = list(given.items())
        chance.shuffle(items)
        return {key: Given(value, of.args[key]) for key, value in items}

    def _cursor(self, kind: str, name: str, sort: str) -> Any:
        if self.chance.random() < 0.03:
            return self.chance.choice((*BROKEN_CURSORS, None))
        if self.chance.random() < 0.03:
            return self.chance.choice(self._cursors())
        return self.chance.choice(self.known.cursors.get((kind, name, sort)) or BROKEN_CURSORS)

    def id(self, type_name: str | None) -> str:
        """An id of a type, or of any."""
        chance = self.chance
        if chance.random() < 0.04:
            return chance.choice(BROKEN_IDS)
        name = type_name or chance.choice([name for name, rows in self.known.ids.items() if rows])
        if chance.random() < 0.05:
            name = chance.choice(list(self.known.ids))
        if chance.random() < 0.05 or not self.known.ids[name]:
            return encode(name, UUID(int=chance.getrandbits(128)))
        if chance.random() < 0.1:
            return chance.choice(self.known.ids[name])[0]
        own = [id_ for id_, whose in self.known.ids[name] if whose in {None, self.merchant_id}]
        return chance.choice(own) if own else chance.choice(self.known.ids[name])[0]

    def value(self, name: str, type_: GraphQLInputType, target: str | None = None) -> Any:
        """A value for an argument or a condition of this name; ``target`` is the type that an id is of."""
        chance = self.chance
        if not isinstance(type_, GraphQLNonNull) and chance.random() < 0.04:
            return None
        kind: Any = get_nullable_type(type_)
        if isinstance(kind, GraphQLList):
            if chance.random() < 0.1:
                return self.value(name.removesuffix("In"), kind.of_type, target)  # one stands for a list
            sizes = (0, 1, 1, 2, 3, 6) if name != "ids" else (0, 1, 3, 8, 8)
            values = [
                self.value(name.removesuffix("In"), kind.of_type, target) for _ in range(chance.choice(sizes))
            ]
            return values + values[:1] * (chance.random() < 0.2)
        if isinstance(kind, GraphQLInputObjectType):
            return self._conditions(kind)
        if isinstance(kind, GraphQLEnumType):
            return Word(chance.choice(list(kind.values)))
        return self._scalar(name, kind.name, target)

    def _conditions(self, kind: GraphQLInputObjectType) -> dict[str, Any]:
        count = self.chance.choice((0, 1, 1, 1, 2, 2, 3))
        names = self.chance.sample(list(kind.fields), min(count, len(kind.fields)))
        return {name: self.value(name, kind.fields[name].type) for name in names}

    def _scalar(self, name: str, kind: str, target: str | None) -> Any:
        chance = self.chance
        if kind == "ID":
            return self.id(target)
        if kind == "Boolean":
            return chance.random() < 0.7
        if kind == "DateTime":
            return chance.choice((*SPELLINGS, *(text.replace(" ", "T") for text in self._instants())))
        if kind == "Int":
            return chance.choice((0, 1, 2, 7))
        if chance.random() < 0.06:
            return chance.choice(TEXTS)
        return chance.choice(self.known.texts.get(name) or self._cursors())

    def _cursors(self) -> list[str]:
        return [cursor for some in self.known.cursors.values() for cursor in some]

    def _instants(self) -> list[str]:
        """PostgreSQL writes ``+00``; the API wants an offset with minutes."""
        return [f"{text}:00" if text[-3] in "+-" else text for text in self.known.instants]
