"""Documents from the schema: selections of any shape, within the limits, with arguments that find something."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

from exgo_gql.loaders.ids import decode
from tests.planner.arguments import Arguments
from tests.planner.documents import Document, Field, Given, Group, Part

COMPUTED = {"availableActions", "warnings", "exceptions"}
"""What depends on the viewer or the language: asked for more often than its share."""
RARE_ROOTS = {"viewer"}
LISTS = 10
"""What the limits count a plain list as."""
ROOM = (3, 8, 8, 15, 15, 30, 30, 60, 120, 240)
"""How many fields a document has, about."""
DEEPEST = 14
MOST_OBJECTS = 600
"""So that lists of lists of pages stay below the cost that is allowed."""
ODD_ALIASES = (
    "id",
    "nodes",
    "key",
    "value",
    "n",
    "x",
    "order",
    "select",
    "data",
    "total",
    "_",
    "cursor",
    "r",
)


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]


@dataclass
class Generator:
    """Makes one document."""

    schema: GraphQLSchema
    arguments: Arguments
    chance: Random
    room: int = 0
    aliases: int = 0
    deepest: int = DEEPEST
    named: list[str] = field(default_factory=list)
    """The types of the ids that were just chosen."""
    too_long: bool = False
    """Whether aliases may be longer than a name in PostgreSQL."""

    def document(self) -> Document:
        """A query of one root or several."""
        chance = self.chance
        self.room = chance.choice(ROOM)
        self.deepest = chance.choice((3, 4, 5, 6, 8, DEEPEST))
        self.too_long = chance.random() < 0.1
        assert self.schema.query_type is not None
        roots: list[Part] = []
        taken: set[str] = set()
        for _ in range(chance.choice((1, 1, 1, 1, 2, 3, 5))):
            of = self.schema.query_type.fields
            names = [name for name in of if name not in RARE_ROOTS or chance.random() < 0.15]
            weights = [4 if name in {"node", "nodes"} or "first" in of[name].args else 1 for name in names]
            [name] = chance.choices(names, weights)
            if root := self._field(taken, "Query", name, of[name], 1, 1):
                roots.append(root)
        if chance.random() < 0.05:
            roots.append(Field("__typename"))
        return Document(roots or [Field("__typename")])

    def _selection(self, kind: Any, depth: int, weight: int, taken: set[str] | None = None) -> list[Part]:
        """What is asked of an object of which the answer may hold ``weight``; ``taken`` are its keys so far."""
        chance, taken = self.chance, set() if taken is None else taken
        if isinstance(kind, GraphQLInterfaceType):
            return self._of_any(kind, depth, weight, taken)
        leaves = [name for name, of in kind.fields.items() if is_leaf_type(get_named_type(of.type))]
        deeper = [name for name in kind.fields if name not in leaves]
        if kind.name.endswith(("Connection", "Edge")):
            count = len(kind.fields)
        else:
            count = min(chance.choice((1, 2, 3, 4, 8, 20)), max(self.room, 1))
        names = chance.sample(leaves, min(len(leaves), chance.randint(0, count)))
        if depth < self.deepest and self.room > 0:
            names += chance.sample(deeper, min(len(deeper), chance.choice((0, 1, 1, 2, 2, 3, 5))))
            names += [name for name in deeper if name in COMPUTED and chance.random() < 0.2]
        names = list(dict.fromkeys(names))
        chance.shuffle(names)
        parts: list[Part] = []
        for name in names:
            if part := self._field(taken, kind.name, name, kind.fields[name], depth, weight):
                parts.append(part)
                if chance.random() < 0.06:
                    parts.append(self._again(part, depth, weight))
        if not parts or chance.random() < 0.15:
            parts.insert(chance.randint(0, len(parts)), Field("__typename"))
        return parts

    def _of_any(self, kind: GraphQLInterfaceType, depth: int, weight: int, taken: set[str]) -> list[Part]:
        """Of some types; mostly of those that the ids are of."""
        chance = self.chance
        parts: list[Part] = [Field("__typename")] if chance.random() < 0.7 else []
        if chance.random() < 0.6:
            parts.append(Field("id"))
        types = {one.name: one for one in self.schema.get_possible_types(kind)}
        names = chance.sample(list(types), chance.choice((0, 0, 1, 3)))
        names += [name for name in self.named if name in types and chance.random() < 0.8]
        parts += [
            Group(name, self._selection(types[name], depth, weight, taken)) for name in dict.fromkeys(names)
        ]
        chance.shuffle(parts)
        return parts or [Field("id")]

    def _field(
        self, taken: set[str], parent: str, name: str, of: GraphQLField, depth: int, weight: int
    ) -> Field | None:
        """A field under a key that nothing else has; ``None`` if there is no room for it."""
        kind: Any = get_named_type(of.type)
        key = self._key(taken, name)
        if key is None:
            return None
        self.room -= 1
        alias = None if key == name else key
        taken.add(key)
        if is_leaf_type(kind):
            return Field(name, alias=alias)
        given, size = self._given(parent, name, of, MOST_OBJECTS // max(weight, 1))
        if weight * size > MOST_OBJECTS:
            return None
        inner = self._selection(kind, depth + 1, weight * max(size, 1))
        return Field(name, inner, kind.name, alias, given)

    def _key(self, taken: set[str], name: str) -> str | None:
        chance = self.chance
        if name in taken or chance.random() < 0.07:
            if self.aliases >= 28:
                return None
            self.aliases += 1
            key = f"{name}_{self.aliases}".ljust(chance.choice((6, 6, 6, 62, 63)), "x")
            if self.too_long and chance.random() < 0.4:
                key = f"{name.ljust(66, 'y')}_{self.aliases}"  # alike up to where PostgreSQL cuts names
            if chance.random() < 0.2:
                key = chance.choice(ODD_ALIASES)
            return None if key in taken else key
        return name

    def _given(self, parent: str, name: str, of: GraphQLField, most: int) -> tuple[dict[str, Given], int]:
        """Arguments, and how many objects they can lead to."""
        chance, given, size = self.chance, {}, 1
        if "filter" in of.args and chance.random() < 0.4:
            given["filter"] = Given(self.arguments.value("filter", of.args["filter"].type), of.args["filter"])
        sort = ""
        if "sort" in of.args:
            values = list(get_named_type(of.args["sort"].type).values)  # type: ignore[union-attr]
            sort = values[0]
            if chance.random() < 0.5:
                given["sort"] = Given(self.arguments.value("sort", of.args["sort"].type), of.args["sort"])
                sort = str(given["sort"].value or sort)
        if "first" in of.args:
            window = self.arguments.window(of, parent, name, min(most, 100), sort)
            sizes = [window[key].value for key in ("first", "last") if key in window]
            size = max([20] if not sizes else [each for each in sizes if each <= 100] or [1])
            given = {**given, **window} if chance.random() < 0.5 else {**window, **given}
        elif parent == "Query":
            given, size = self._looked_up(name, of), (10 if "ids" in of.args else 1)
        elif str(of.type).startswith("["):
            size = LISTS
        return given, size

    def _looked_up(self, name: str, of: GraphQLField) -> dict[str, Given]:
        """A root's keys: one of them, seldom none or two."""
        chance, names = self.chance, list(of.args)
        if not names:
            return {}
        chosen = [chance.choice(names)]
        if chance.random() < 0.02:
            chosen = names[: chance.choice((0, 2))]
        target = get_named_type(of.type).name
        given: dict[str, Given] = {}
        for key in dict.fromkeys([*chosen, *(key for key in names if str(of.args[key].type).endswith("!"))]):
            kind = None if target == "Node" else target
            given[key] = Given(self.arguments.value(key, of.args[key].type, kind), of.args[key])
        self.named = [
            found[0]
            for one in given.values()
            for id_ in _texts(one.value)
            if (found := decode(id_)) is not None
        ]
        return given

    def _again(self, part: Field, depth: int, weight: int) -> Field:
        """The same field once more, with some of what it selects and something else."""
        if part.inner is None:
            return part.again(None)
        some = [each.again(each.inner) for each in part.inner if isinstance(each, Field)]
        chosen: list[Part] = list(self.chance.sample(some, min(len(some), self.chance.randint(0, 3))))
        kind: Any = self.schema.type_map[part.kind]
        keys = {each.key for each in part.inner if isinstance(each, Field)}
        if isinstance(kind, GraphQLObjectType):
            chosen += [
                Field(name)
                for name, of in kind.fields.items()
                if is_leaf_type(get_named_type(of.type)) and name not in keys and self.chance.random() < 0.1
            ]
        return part.again(chosen or [Field("__typename")])
