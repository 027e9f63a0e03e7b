"""Computed fields: what they need comes back from the statement as JSON, what they give goes out as JSON."""

from __future__ import annotations

from collections.abc import Callable
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

Write = Callable[[Any], Any]
"""From a Python value to what orjson writes as the loaders' way would."""


class NullError(ValueError):
    """A computed value is null where the schema says that it is not: the loaders say so, with its path."""


def writer(collector: Collector, type_: GraphQLOutputType, merged: Merged) -> Write:
    """Make the writer of a computed field's type, for what is asked of it. Raises ``Unplannable``."""
    if isinstance(type_, GraphQLNonNull):
        return _required(writer(collector, type_.of_type, merged))
    if isinstance(type_, GraphQLList):
        each = writer(collector, type_.of_type, merged)
        return lambda value: None if value is None else [each(item) for item in value]
    if is_leaf_type(type_):
        return _leaf(type_)
    if not isinstance(type_, GraphQLObjectType):
        raise Unplannable(Reason.RESOLVER, str(type_))
    return _object(collector, type_, merged)


def _required(write: Write) -> Write:
    def written(value: Any) -> Any:
        if value is None:
            raise NullError
        return write(value)

    return written


def _leaf(type_: GraphQLLeafType) -> Write:
    coerce = type_.coerce_output_value
    if isinstance(type_, GraphQLEnumType):
        names = {None: None} | {each.value: name for name, each in type_.values.items()}
        return lambda value: names[value] if value in names else coerce(value)
    if type_ is GraphQLString:
        return lambda value: value if value is None or type(value) is str else coerce(value)
    return lambda value: None if value is None else coerce(value)


def _object(collector: Collector, type_: GraphQLObjectType, merged: Merged) -> Write:
    """A function made for these fields: a list of actions is written for each row of a list."""
    writers: dict[str, Any] = {}
    parts: list[str] = []
    for key, below in collector.below(type_, merged).items():
        name = name_of(below)
        if name == "__typename":
            parts.append(f"{key!r}: {type_.name!r}")
            continue
        field = type_.fields[name]
        declared = field.extensions["strawberry-definition"]
        if not declared.is_basic_field:
            raise Unplannable(Reason.RESOLVER, f"{type_.name}.{name}")
        write = f"write{len(writers)}"
        writers[write] = writer(collector, field.type, below)
        parts.append(f"{key!r}: {write}(value.{declared.python_name})")
    source = f"lambda value: None if value is None else {{{', '.join(parts)}}}"
    made: Write = eval(source, writers)  # noqa: S307  # of names that are GraphQL's or ours
    return made
