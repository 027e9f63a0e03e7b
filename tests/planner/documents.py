"""A document as a tree that can be rewritten, and its text."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLArgument


class Word(str):
    """An enum's value: written without quotes."""

    __slots__ = ()


@dataclass(frozen=True)
class Variable:
    """Stands where a value of this name goes."""

    name: str


@dataclass
class Given:
    """An argument's value, and what the schema says of the argument. Merged fields share one."""

    value: Any
    of: GraphQLArgument


@dataclass
class Switch:
    """``@include`` or ``@skip``."""

    name: str
    on: bool | Variable


@dataclass
class Field:
    """A field; ``inner`` is ``None`` for a leaf."""

    name: str
    inner: list[Part] | None = None
    kind: str = ""
    """The type of what is selected in it."""
    alias: str | None = None
    given: dict[str, Given] = field(default_factory=dict)
    switches: list[Switch] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What the answer calls it."""
        return self.alias or self.name

    def again(self, inner: list[Part] | None) -> Field:
        """The same field once more, to be merged with this one."""
        return Field(self.name, inner, self.kind, self.alias, self.given)


@dataclass
class Group:
    """Parts in an inline fragment, or, where it has a name, in a fragment of its own that is spread here."""

    on: str | None
    inner: list[Part]
    name: str | None = None
    switches: list[Switch] = field(default_factory=list)


Part = Field | Group


@dataclass
class Declared:
    """A variable of the operation."""

    type: str
    default: Any = ...
    """``...`` where it has none."""


@dataclass(frozen=True)
class Question:
    """What is sent."""

    document: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation: str | None = None
    language: str = "en"


@dataclass
class Document:
    """One query."""

    roots: list[Part]
    declared: dict[str, Declared] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    name: str | None = None
    beside: str = ""
    """Another operation in the same document."""

    def copy(self) -> Document:
        return copy.deepcopy(self)

    def sets(self) -> Iterator[tuple[str, list[Part]]]:
        """Every selection set with its type, the root's first; named fragments once, groups as their own."""
        yield from _sets("Query", self.roots, set())

    def parts(self) -> Iterator[Part]:
        for _, parts in self.sets():
            yield from parts

    def given(self) -> list[Given]:
        """Every argument once, however many merged fields share it."""
        found = {
            id(given): given
            for part in self.parts()
            if isinstance(part, Field)
            for given in part.given.values()
        }
        return list(found.values())

    def question(self) -> Question:
        """The text, and the values of the variables that it mentions."""
        fragments: dict[str, Group] = {}
        body = _selections(self.roots, fragments)
        for part in self.parts():
            if isinstance(part, Group) and part.name:
                fragments.setdefault(part.name, part)
        bodies = [f"fragment {g.name} on {g.on} {_selections(g.inner, {})}" for g in fragments.values()]
        text = "\n".join([body, *bodies])
        used = {name: of for name, of in self.declared.items() if _mentions(text, name)}
        heads = [
            f"${name}: {of.type}" + ("" if of.default is ... else f" = {literal(of.default)}")
            for name, of in used.items()
        ]
        head = f"query {self.name or ''}({', '.join(heads)}) " if heads else f"query {self.name or ''} "
        values = {name: as_json(value) for name, value in self.values.items() if name in used}
        return Question(head + text + self.beside, values, self.name)


def _mentions(text: str, name: str) -> bool:
    at = text.find(f"${name}")
    while at >= 0:
        after = text[at + len(name) + 1 : at + len(name) + 2]
        if not (after.isalnum() or after == "_"):
            return True
        at = text.find(f"${name}", at + 1)
    return False


def _sets(kind: str, parts: list[Part], seen: set[int]) -> Iterator[tuple[str, list[Part]]]:
    if id(parts) in seen:
        return
    seen.add(id(parts))
    yield kind, parts
    for part in parts:
        if isinstance(part, Group):
            yield from _sets(part.on or kind, part.inner, seen)
        elif part.inner is not None:
            yield from _sets(part.kind, part.inner, seen)


def literal(value: Any) -> str:
    """A value as it is written in a document."""
    match value:
        case Variable(name):
            return f"${name}"
        case Word():
            return str(value)
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case dict():
            return "{" + ", ".join(f"{name}: {literal(of)}" for name, of in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def as_json(value: Any) -> Any:
    """A value as it is sent beside a document."""
    match value:
        case Word():
            return str(value)
        case list():
            return [as_json(each) for each in value]
        case dict():
            return {name: as_json(each) for name, each in value.items()}
    return value


def _selections(parts: list[Part], fragments: dict[str, Group]) -> str:
    return "{ " + " ".join(_written(part, fragments) for part in parts) + " }"


def _written(part: Part, fragments: dict[str, Group]) -> str:
    switches = "".join(f" @{switch.name}(if: {literal(switch.on)})" for switch in part.switches)
    if isinstance(part, Group):
        if part.name:
            fragments.setdefault(part.name, part)
            return f"...{part.name}{switches}"
        return f"...{f' on {part.on}' if part.on else ''}{switches} {_selections(part.inner, fragments)}"
    given = ", ".join(f"{name}: {literal(of.value)}" for name, of in part.given.items())
    return (
        (f"{part.alias}: " if part.alias else "")
        + part.name
        + (f"({given})" if given else "")
        + switches
        + (f" {_selections(part.inner, fragments)}" if part.inner is not None else "")
    )
