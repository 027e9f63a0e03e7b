"""Computed fields: what they need comes back from the statement as JSON, what they give goes out as JSON.

Between the two stands one function, made for this field and this selection: a list of actions is written for each
row of a list, and calls are what costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    is_leaf_type,
)

from exgo_gql.loaders.planner.collect import Collector, Merged, name_of
from exgo_gql.loaders.planner.refusals import Reason, Unplannable

Fill = Callable[[Sequence[Any], Mapping[str, Any]], Any]
"""From a hole and what the request gives to what orjson writes as the loaders' way would."""

Need = tuple[str, Callable[[Any], Any] | None]
"""A parameter that the row gives, and how it is read from JSON, if JSON does not say it."""


class NullError(ValueError):
    """A computed value is null where the schema says that it is not: the loaders say so, with its path."""


def filling(
    collector: Collector,
    type_: GraphQLOutputType,
    merged: Merged,
    of: Callable[..., Any],
    needs: Sequence[Need],
    given: Sequence[str],
) -> Fill:
    """Make the function of a computed field. A hole is its mark, then its needs. Raises ``Unplannable``."""
    code = _Code(collector)
    function = code.known(of)
    passed = [
        f"{name}={f'hole[{place}]' if read is None else f'{code.known(read)}(hole[{place}])'}"
        for place, (name, read) in enumerate(needs, 1)
    ]
    passed += [f"{name}=given[{name!r}]" for name in given]
    written = code.written(type_, merged, f"{function}({', '.join(passed)})")
    fill: Fill = eval(f"lambda hole, given: {written}", code.names)  # noqa: S307  # no text but GraphQL's names and ours
    return fill


class _Code:
    """Expressions in Python that write values of GraphQL types."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self.names: dict[str, Any] = {}

    def known(self, value: Any) -> str:
        """A name for something that expressions use."""
        name = f"k{len(self.names)}"
        self.names[name] = value
        return name

    def written(self, type_: GraphQLOutputType, merged: Merged, value: str) -> str:
        """An expression for what ``value``, evaluated once, is written as. A null out of place raises."""
        if isinstance(type_, GraphQLNonNull):
            return self._written(type_.of_type, merged, value, f"{self.known(_null)}()")
        return self._written(type_, merged, value, "None")

    def _written(self, type_: GraphQLOutputType, merged: Merged, value: str, null: str) -> str:
        if is_leaf_type(type_):
            return self._leaf(type_, value, null)
        here = self.known(None)
        if isinstance(type_, GraphQLList):
            item = self.known(None)
            inner = f"[{self.written(type_.of_type, merged, item)} for {item} in {here}]"
        elif isinstance(type_, GraphQLObjectType):
            inner = self._object(type_, merged, here)
        else:
            raise Unplannable(Reason.RESOLVER, str(type_))
        return f"({inner} if ({here} := {value}) is not None else {null})"

    def _leaf(self, type_: GraphQLLeafType, value: str, null: str) -> str:
        here, coerce = self.known(None), self.known(type_.coerce_output_value)
        otherwise = f"{null} if {here} is None else {coerce}({here})"
        if isinstance(type_, GraphQLEnumType):
            names = self.known({each.value: name for name, each in type_.values.items()})
            return f"({names}.get({here} := {value}) or ({otherwise}))"
        if type_ is GraphQLString:
            return f"({here} if ({here} := {value}).__class__ is str else {otherwise})"
        return f"({null} if ({here} := {value}) is None else {coerce}({here}))"

    def _object(self, type_: GraphQLObjectType, merged: Merged, here: str) -> str:
        parts: list[str] = []
        for key, below in self._collector.below(type_, merged).items():
            name = name_of(below)
            if name == "__typename":
                parts.append(f"{key!r}: {type_.name!r}")
                continue
            field = type_.fields[name]
            declared = field.extensions["strawberry-definition"]
            if not declared.is_basic_field:
                raise Unplannable(Reason.RESOLVER, f"{type_.name}.{name}")
            parts.append(f"{key!r}: {self.written(field.type, below, f'{here}.{declared.python_name}')}")
        return f"{{{', '.join(parts)}}}"


def _null() -> Any:
    raise NullError
