"""What a field costs: one for each object that it can answer (rule 17).

A connection is one object and as many edges as its page; an edge and its node are counted once, and what else
stands in a connection (``pageInfo``, ``totalCount``) is free. A plain list is as long as its page, as the
list of ids it is given, or as ``Limits.list_default``. Leaves are free.
"""

from __future__ import annotations

from collections.abc import Mapping

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)
from graphql.utilities import get_default_value_ast

from exgo_gql.extensions.cost import FREE, ONCE, Cost, Size, times
from exgo_gql.extensions.introspection import list_size
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.refusals import RequestCode, RequestRefused, coded

_PAGE_ARGUMENTS = ("first", "last")


def definition_of(parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
    """The field as the schema declares it, if both are known."""
    if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        fields: Mapping[str, GraphQLField] = parent.fields
        return fields.get(name)
    return None


def pages_of(node: FieldNode, limits: Limits) -> tuple[int | str, ...]:
    """The page sizes that a field asks for: literals, each of them allowed, and names of variables.

    Raises:
        RequestRefused: as ``check_page``.

    """
    pages: list[int | str] = []
    for argument in node.arguments or ():
        if argument.name.value in _PAGE_ARGUMENTS:
            if isinstance(argument.value, VariableNode):
                pages.append(argument.value.name.value)
            elif isinstance(argument.value, IntValueNode):
                page = int(argument.value.value)
                check_page(page, limits, argument)
                pages.append(page)
    return tuple(pages)


def check_page(page: int, limits: Limits, argument: ArgumentNode | None = None) -> None:
    """Refuse a page size that is not allowed.

    Raises:
        RequestRefused: ``LIMIT_EXCEEDED`` past ``Limits.page``, ``BAD_USER_INPUT`` below zero.

    """
    limits.insist("page", page, argument)
    if page < 0:
        raise RequestRefused([coded(RequestCode.BAD_USER_INPUT, "A page size cannot be negative.", argument)])


class Prices:
    """What the fields of one schema cost."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits

    def of(
        self, node: FieldNode, parent: GraphQLNamedType | None, pages: tuple[int | str, ...], below: Cost
    ) -> Cost:
        """The cost of a field whose selection costs ``below``; an unknown field is counted as one object."""
        definition = definition_of(parent, node.name.value)
        if definition is None or parent is None:
            return FREE if node.name.value == "__typename" else times(Size(1, pages), below).plus(1)
        kind = get_named_type(definition.type)
        if is_leaf_type(kind):
            return FREE
        if is_list_type(get_nullable_type(definition.type)):
            return times(self._length(node, definition, parent.name, pages), below.plus(1))
        if parent.name.endswith("Connection") or (parent.name.endswith("Edge") and node.name.value == "node"):
            return below
        otherwise = (
            _declared(definition, self._limits.page_default) if kind.name.endswith("Connection") else 1
        )
        return times(Size(otherwise, pages), below).plus(1)

    def _length(
        self, node: FieldNode, definition: GraphQLField, within: str, pages: tuple[int | str, ...]
    ) -> Size:
        if within.endswith("Connection"):
            return ONCE  # the page is counted at the connection, which a fragment in it cannot see
        if within.startswith("__"):
            return Size(list_size(self._schema, node.name.value))
        lists = () if pages else _lists(node, definition)
        return Size(_declared(definition, self._limits.list_default), pages, lists)


def _declared(definition: GraphQLField, otherwise: int) -> int:
    """The page size that the field itself takes when none is given."""
    for name in _PAGE_ARGUMENTS:
        argument = definition.args.get(name)
        default = get_default_value_ast(argument) if argument else None
        if isinstance(default, IntValueNode):
            return int(default.value)
    return otherwise


def _lists(node: FieldNode, definition: GraphQLField) -> tuple[int | str, ...]:
    """How many things a field is asked for one by one: ``nodes(ids: …)`` answers as many as it is given."""
    lists: list[int | str] = []
    for argument in node.arguments or ():
        declared = definition.args.get(argument.name.value)
        if declared is not None and is_list_type(get_nullable_type(declared.type)):
            if isinstance(argument.value, VariableNode):
                lists.append(argument.value.name.value)
            elif isinstance(argument.value, ListValueNode):
                lists.append(len(argument.value.values))
    return tuple(lists)
