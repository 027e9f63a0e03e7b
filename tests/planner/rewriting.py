"""The same questions in the spellings that clients use: fragments, variables, ``@include`` and ``@skip``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_nullable_type,
)

from exgo_gql.loaders.ids import decode
from tests.planner.documents import Declared, Document, Field, Group, Part, Question, Switch, Variable
from tests.planner.known import Known

_ON_ANY = {"id", "__typename"}
"""What can be selected on the interface of everything with an id."""


@dataclass
class Rewriter:
    """Rewrites one document in place."""

    schema: GraphQLSchema
    chance: Random
    count: int = 0
    wrapped: dict[str, list[Group]] = field(default_factory=dict)
    """Named fragments by type."""

    def rewrite(self, document: Document) -> None:
        """Everything that applies, each to some places."""
        chance = self.chance
        steps: list[tuple[float, Callable[[Document], None]]] = [
            (0.25, self._typenames),
            (0.6, self._wrap),
            (0.35, self._switch),
            (0.6, self._hoist),
            (0.3, self._name),
        ]
        for share, step in steps:
            if chance.random() < share:
                step(document)

    def _fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def _typenames(self, document: Document) -> None:
        for _, parts in list(document.sets()):
            parts.insert(self.chance.randint(0, len(parts)), Field("__typename"))

    def _name(self, document: Document) -> None:
        document.name = self.chance.choice(("Page", "page_1", "A" * 70, "query", "_"))
        if self.chance.random() < 0.3:
            document.beside = "\nquery Beside { __typename }"

    # -- fragments -------------------------------------------------------------------------------------

    def _wrap(self, document: Document) -> None:
        share = self.chance.choice((0.2, 0.5, 0.9))
        for kind, parts in list(document.sets()):
            if self.chance.random() < share:
                begin = self.chance.randint(0, len(parts) - 1)
                end = self.chance.randint(begin + 1, len(parts))
                parts[begin:end] = [self._group(kind, parts[begin:end])]
            if self.chance.random() < 0.2:
                self._spread_again(kind, parts)

    def _group(self, kind: str, parts: list[Part]) -> Group:
        chance, of = self.chance, self.schema.type_map[kind]
        names = {part.name for part in parts if isinstance(part, Field)}
        simple = names <= _ON_ANY and all(isinstance(part, Field) for part in parts)
        is_node = isinstance(of, GraphQLObjectType) and bool(of.interfaces)
        on: str | None = kind
        if is_node and simple and chance.random() < 0.5:
            on = "Node"
        way = chance.random()
        if way < 0.15:
            return Group(None, parts)
        group = Group(on, parts)
        if way < 0.6 and on is not None:
            group.name = self._fresh("F")
            self.wrapped.setdefault(on, []).append(group)
        if is_node and on == kind and chance.random() < 0.15:
            return Group("Node", [group])
        if chance.random() < 0.1:
            return Group(kind, [group])
        return group

    def _spread_again(self, kind: str, parts: list[Part]) -> None:
        """Use a fragment of this type here too, unless its keys are taken."""
        if isinstance(self.schema.type_map[kind], GraphQLInterfaceType):
            return
        keys = set(_keys(parts))
        for group in self.wrapped.get(kind, ()):
            if not keys & set(_keys(group.inner)) and not _holds(group.inner, parts):
                parts.append(Group(group.on, group.inner, group.name))
                return

    # -- @include and @skip ----------------------------------------------------------------------------

    def _switch(self, document: Document) -> None:
        share = self.chance.choice((0.03, 0.1, 0.3))
        names: list[str] = []
        for part in document.parts():
            if self.chance.random() < share:
                part.switches = [self._switch_of(document, names)]
                if self.chance.random() < 0.15:
                    other = "skip" if part.switches[0].name == "include" else "include"
                    part.switches.append(Switch(other, self._condition(document, names)))

    def _switch_of(self, document: Document, names: list[str]) -> Switch:
        return Switch(self.chance.choice(("include", "skip")), self._condition(document, names))

    def _condition(self, document: Document, names: list[str]) -> bool | Variable:
        chance = self.chance
        if chance.random() < 0.4:
            return chance.random() < 0.5
        if names and (len(names) >= 4 or chance.random() < 0.5):
            return Variable(chance.choice(names))
        name = self._fresh("if")
        names.append(name)
        default = chance.random() < 0.5
        if chance.random() < 0.4:
            type_ = chance.choice(("Boolean!", "Boolean"))
            document.declared[name] = Declared(type_, default)
            if chance.random() < 0.4:
                document.values[name] = not default
        else:
            document.declared[name] = Declared("Boolean!")
            document.values[name] = default
        return Variable(name)

    # -- variables -------------------------------------------------------------------------------------

    def _hoist(self, document: Document) -> None:
        share = self.chance.choice((0.2, 0.6, 1.0))
        for given in document.given():
            has_default = given.of.default_value is not ... and "Undefined" not in repr(
                given.of.default_value
            )
            given.value = self._hoisted(document, given.value, given.of.type, share, optional=not has_default)

    def _hoisted(self, document: Document, value: Any, type_: Any, share: float, *, optional: bool) -> Any:
        if isinstance(value, Variable):
            return value
        if self.chance.random() < share:
            return self._variable(document, value, type_, optional=optional)
        kind = get_nullable_type(type_)
        if isinstance(value, dict) and isinstance(kind, GraphQLInputObjectType):
            return {
                name: self._hoisted(document, each, kind.fields[name].type, share / 2, optional=True)
                for name, each in value.items()
            }
        if isinstance(value, list) and isinstance(kind, GraphQLList):
            return [self._hoisted(document, each, kind.of_type, share / 4, optional=False) for each in value]
        return value

    def _variable(self, document: Document, value: Any, type_: Any, *, optional: bool) -> Variable:
        """A variable in place of a value: given, by default, null or absent."""
        chance, name, written = self.chance, self._fresh("v"), str(type_)
        nullable = not isinstance(type_, GraphQLNonNull)
        declared, given = Declared(written), chance.random()
        if nullable and value is not None and given < 0.3:
            declared.type = f"{written}!"
        elif value is not None and given < 0.5:
            declared.default = value
            declared.type = written if nullable or chance.random() < 0.5 else written.removesuffix("!")
        document.declared[name] = declared
        way = chance.random()
        if declared.default is not ...:
            if way < 0.3:
                document.values[name] = value
            elif way < 0.4 and nullable:
                document.values[name] = None
        elif nullable and optional and not declared.type.endswith("!") and way < 0.25:
            if way < 0.1:
                document.values[name] = None
        else:
            document.values[name] = value
        if chance.random() < 0.005:
            document.values[name] = chance.choice((3.5, "x", [], {}, True, 2**40, None))
        return Variable(name)


def _keys(parts: list[Part]) -> list[str]:
    found = []
    for part in parts:
        found += [part.key] if isinstance(part, Field) else _keys(part.inner)
    return found


def _holds(parts: list[Part], wanted: list[Part]) -> bool:
    """Whether a selection set is inside these parts: a fragment must not spread itself."""
    if parts is wanted:
        return True
    return any(part.inner is not None and _holds(part.inner, wanted) for part in parts)


def varied(question: Question, known: Known, chance: Random) -> Question:
    """The same document with other values: what one plan serves, and what it must not."""
    values = {name: _other(value, known, chance) for name, value in question.variables.items()}
    return replace(question, variables=values)


def _other(value: Any, known: Known, chance: Random) -> Any:
    if isinstance(value, bool):
        return value is (chance.random() < 0.4)
    if isinstance(value, int):
        return chance.choice((0, 1, 2, 5))
    if isinstance(value, dict):
        kept = {name: _other(each, known, chance) for name, each in value.items() if chance.random() < 0.7}
        return kept if chance.random() < 0.9 else None
    if isinstance(value, list):
        return [_other(each, known, chance) for each in value if chance.random() < 0.6]
    if isinstance(value, str) and decode(value) is not None:
        found = known.ids[chance.choice(list(known.ids))]
        return chance.choice(found)[0] if found else value
    return value if chance.random() < 0.9 else None
