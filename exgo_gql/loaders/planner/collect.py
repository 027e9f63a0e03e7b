"""Stage 1: which fields a selection comes to, by graphql-core's own rules.

Fragments, merged fields, ``@skip`` and ``@include`` are therefore what they are when the loaders answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.collect_fields import (
    FieldDetails,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

Merged = list[FieldDetails]
"""The field nodes that share a response key. Valid documents give them one name and the same arguments."""


class Collector:
    """One operation under one choice of its switches."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: VariableValues,
    ) -> None:
        self.schema = schema
        self._operation = operation
        self._variables = variables
        self._fragments = {
            definition.name.value: FragmentDetails(definition)
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def root(self, type_: GraphQLObjectType) -> Mapping[str, Merged]:
        """The root fields, by response key."""
        return collect_fields(
            self.schema, self._fragments, self._variables, type_, self._operation
        ).grouped_field_set

    def below(self, type_: GraphQLObjectType, merged: Merged) -> Mapping[str, Merged]:
        """The fields of an object of this type that merged field nodes ask for, by response key."""
        return collect_subfields(
            self.schema, self._fragments, self._variables, self._operation, type_, merged
        ).grouped_field_set


def name_of(merged: Merged) -> str:
    """The field that a response key stands for."""
    return merged[0].node.name.value


def node_of(merged: Merged) -> FieldNode:
    """The field node whose arguments count."""
    return merged[0].node


class _Switches(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        self.names.update(variable.name.value for variable in variables_in(node))


def switches(document: DocumentNode) -> tuple[str, ...]:
    """The variables that ``@skip`` and ``@include`` ask: with other values, another selection."""
    found = _Switches()
    visit(document, found)
    return tuple(sorted(found.names))


def variables_in(node: Node) -> Iterator[VariableNode]:
    """The variables in the arguments of a field or a directive."""
    waiting: list[Any] = [argument.value for argument in getattr(node, "arguments", None) or ()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, VariableNode):
            yield value
        waiting += getattr(value, "values", None) or ()
        waiting += [field.value for field in getattr(value, "fields", None) or ()]
