"""Values against types, with errors that say where and what was expected, never what was sent (rule 20).

graphql-core's own messages repeat the value; a password in the wrong place would come back in the answer and
the logs. A scalar that has something better to say raises ``GraphQLError`` with a code in its extensions, and
vouches for the message.
"""

from __future__ import annotations

import re
from typing import Any, cast

from graphql import (
    GraphQLError,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLSchema,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    ValuesOfCorrectTypeRule,
    VariableDefinitionNode,
    VisitorAction,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_input_type,
    is_list_type,
    is_required_input_field,
    type_from_ast,
    validate_input_literal,
    validate_input_value,
)
from graphql.language import SKIP

from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.refusals import RequestCode, coded

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
"""A key of an input object is repeated only if it can be a field's name."""

_Path = list[str | int]


class _EnoughError(Exception):
    """As many faults as an answer holds were found."""


class LiteralsOfCorrectTypeRule(ValuesOfCorrectTypeRule):
    """The specification's "Values of correct type", told without the values."""

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> VisitorAction:
        """Report each fault of a literal."""

        def report(error: GraphQLError, path: _Path) -> None:
            blamed = error.nodes[0] if error.nodes else node
            names = None
            if isinstance(blamed, ObjectValueNode):
                names = {field.name.value for field in blamed.fields}
            where = f"The value at {_spelt(path)!r}" if path else "The value"
            expected = _expected(input_type, path, names, error)
            if isinstance(blamed, ObjectFieldNode):
                expected = f" has an unknown field: {blamed.name.value}."
            self.report_error(GraphQLError(where + expected, blamed))

        if input_type is not None:
            validate_input_literal(node, input_type, report, hide_suggestions=True)
        return SKIP


def variable_faults(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: dict[str, Any], limits: Limits
) -> list[GraphQLError]:
    """Why variables that graphql-core refuses do not fit: ``BAD_USER_INPUT``, an error for each place.

    There are at most ``Limits.errors`` of them, and at least one.
    """
    found: dict[tuple[str | int, ...], GraphQLError] = {}
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        kind = type_from_ast(schema, definition.type)
        value = variables.get(name, Undefined)
        if not is_input_type(kind) or (value is Undefined and definition.default_value is not None):
            continue

        def note(
            error: GraphQLError,
            path: _Path,
            definition: VariableDefinitionNode = definition,
            kind: GraphQLInputType = kind,
            value: object = value,
        ) -> None:
            place = (definition.variable.name.value, *path)
            if place in found:
                return  # an object is faulted once for each of its names, and told once
            where = f"Variable '${place[0]}'" + (f" at {_spelt(path)!r}" if path else "")
            message = where + _expected(kind, path, _names_at(value, path), error)
            found[place] = coded(RequestCode.BAD_USER_INPUT, message, definition)
            if len(found) == limits.errors:
                raise _EnoughError

        try:
            validate_input_value(value, kind, note, hide_suggestions=True)
        except _EnoughError:
            break
    return list(found.values()) or [
        coded(RequestCode.BAD_USER_INPUT, "The variables do not fit the operation.")
    ]


def heed_one_of(schema: GraphQLSchema) -> None:
    """Tell graphql-core which input types are "one of": Strawberry leaves that to a rule of its own.

    That rule runs in Strawberry's own ``execute`` only, and a variable that is not declared makes it fail.
    """
    for kind in schema.type_map.values():
        definition = kind.extensions.get("strawberry-definition")
        if is_input_object_type(kind) and getattr(definition, "is_one_of", False):
            kind.is_one_of = True


def _expected(kind: GraphQLInputType | None, path: _Path, names: set[str] | None, error: GraphQLError) -> str:
    """What was expected at a place, where ``names`` are the fields given there, if it is an object."""
    if error.extensions and "code" in error.extensions:
        return f": {error.message}"
    kind = _type_at(kind, path)
    inner = get_named_type(kind)
    if names is not None and is_input_object_type(inner):
        needed = {name for name, field in inner.fields.items() if is_required_input_field(field)}
        unknown = {name for name in names - set(inner.fields) if _NAME.fullmatch(name)}
        misfit = [f"needs {', '.join(sorted(needed - names))}"] if needed - names else []
        misfit += [f"does not know {', '.join(sorted(unknown))}"] if unknown else []
        if misfit:
            return f" does not fit: {inner} {' and '.join(misfit)}."
        if inner.is_one_of:
            return f" must have exactly one field of {inner}, and not null."
    return f" must be of type {kind}."


def _type_at(kind: GraphQLInputType | None, path: _Path) -> GraphQLInputType | None:
    for step in path:
        if isinstance(step, int):
            outer = get_nullable_type(kind)
            kind = outer.of_type if is_list_type(outer) else kind
        else:
            holder = get_named_type(kind)  # not unwrapped once: one item may stand for a list of one
            if is_input_object_type(holder):
                kind = holder.fields[step].type
                kind = GraphQLNonNull(cast("Any", kind)) if holder.is_one_of else kind
    return kind


def _names_at(value: object, path: _Path) -> set[str] | None:
    for step in path:
        if isinstance(value, dict if isinstance(step, str) else list):
            value = cast("Any", value)[step]
    return set(value) if isinstance(value, dict) else None


def _spelt(path: _Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
