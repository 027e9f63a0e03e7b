"""Stage 2: where each field comes from. Whatever is no declared source is refused."""

from __future__ import annotations

from typing import Any, cast

import strawberry
from graphql import (
    DocumentNode,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_argument_values,
    get_named_type,
)
from graphql.execution.values import VariableValues
from strawberry.types.arguments import convert_argument

from exgo_gql.loaders import values
from exgo_gql.loaders.arguments import arguments
from exgo_gql.loaders.fields import DeclaredField
from exgo_gql.loaders.nodes import Node, Row, expression_of
from exgo_gql.loaders.planner.collect import Collector, Merged, name_of, node_of, variables_in
from exgo_gql.loaders.planner.computed import Fill, filling
from exgo_gql.loaders.planner.refusals import Reason, Unplannable
from exgo_gql.loaders.planner.selection import (
    Branch,
    Cell,
    Cursor,
    Edges,
    Field,
    Fields,
    GlobalId,
    Hole,
    Info,
    Item,
    Named,
    Object,
    Outline,
    Page,
    Slot,
    Tally,
    Total,
    Typename,
)
from exgo_gql.loaders.sources import GIVEN, NODES, Anything, Arguments, Column, Computed, Relation, Shape

LONGEST_KEY = 63
"""Bytes of a name in PostgreSQL; it cuts longer ones."""


def resolve(
    schema: strawberry.Schema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: VariableValues,
    types: frozenset[str],
) -> Outline:
    """Find the source of every field of a query. ``types`` are those that its global ids may name.

    Raises:
        Unplannable: with the first field that stands in the way.

    """
    built = schema._schema  # noqa: SLF001  # Strawberry has no public way to the graphql-core schema
    resolver = _Resolver(schema, Collector(built, document, operation, variables), types)
    assert built.query_type is not None  # the document is valid
    fields = resolver.fields(None, built.query_type, resolver.collector.root(built.query_type))
    slots = tuple(resolver.slots)
    return Outline(
        fields,
        slots,
        tuple(resolver.fillings),
        types,
        varying=tuple(place for place, slot in enumerate(slots) if slot.fixed is None),
        global_ids=any(isinstance(slot.source, Anything) for slot in slots),
    )


class _Resolver:
    def __init__(self, schema: strawberry.Schema, collector: Collector, types: frozenset[str]) -> None:
        self.schema = schema
        self.collector = collector
        self.types = types
        self.slots: list[Slot] = []
        self.fillings: list[Fill] = []

    def fields(self, owner: type[Row] | None, type_: GraphQLObjectType, grouped: Any) -> Fields:
        return tuple(self.field(owner, type_, key, merged) for key, merged in grouped.items())

    def field(self, owner: type[Row] | None, type_: GraphQLObjectType, key: str, merged: Merged) -> Field:
        _check_key(key)
        name = name_of(merged)
        if name == "__typename":
            return Field(key, Typename(type_.name))
        field = type_.fields.get(name)
        where = f"{type_.name}.{name}"
        if field is None:
            raise Unplannable(Reason.INTROSPECTION, where)
        declared = field.extensions["strawberry-definition"]
        if owner is not None and issubclass(owner, Node) and name == "id":
            return Field(key, GlobalId(owner.__name__))
        if not isinstance(declared, DeclaredField):
            raise Unplannable(Reason.RESOLVER, where)
        return Field(key, self.item(owner, field, declared, merged, where), declared.permissions)

    def item(
        self,
        owner: type[Row] | None,
        field: GraphQLField,
        declared: DeclaredField,
        merged: Merged,
        where: str,
    ) -> Item:
        match declared.source:
            case Column(of=of) if of is not None:
                if isinstance(field.type, GraphQLNonNull) and values.may_be_null(of):
                    raise Unplannable(Reason.NULLABLE, where)
                return Cell(of)
            case Computed() as computed if owner is not None:
                return self.hole(owner, field, computed, merged)
            case Relation() as relation:
                return Branch(
                    relation,
                    self.slot(relation, field, declared, merged),
                    self.content(relation, field, merged),
                )
            case Anything() as anything:
                objects = {name: self.object(NODES[name], merged) for name in sorted(self.types)}
                return Named(anything, self.slot(anything, field, declared, merged), objects)
        raise Unplannable(Reason.RESOLVER, where)

    def object(self, target: type[Row], merged: Merged) -> Object:
        type_ = cast("GraphQLObjectType", self.collector.schema.type_map[target.__name__])
        return Object(target, self.fields(target, type_, self.collector.below(type_, merged)))

    def content(self, relation: Relation, field: GraphQLField, merged: Merged) -> Object | Page | Tally:
        type_ = cast("GraphQLObjectType", get_named_type(field.type))
        if relation.shape is Shape.PAGES:
            return self.page(relation, type_, merged)
        if relation.shape is Shape.COUNTS:
            return Tally(self.names(type_, merged))
        return self.object(relation.target, merged)

    def page(self, relation: Relation, type_: GraphQLObjectType, merged: Merged) -> Page:
        parts: list[Any] = []
        for key, below in self.collector.below(type_, merged).items():
            _check_key(key)
            parts.append((key, self.part(relation, type_, name_of(below), below)))
        return Page(relation.target, tuple(parts))

    def part(self, relation: Relation, type_: GraphQLObjectType, name: str, below: Merged) -> Any:
        if name == "__typename":
            return Typename(type_.name)
        if name == "totalCount":
            return Total()
        if name == "nodes":
            return self.object(relation.target, below)
        inner = cast("GraphQLObjectType", get_named_type(type_.fields[name].type))
        if name == "pageInfo":
            return Info(self.names(inner, below))
        edges: list[tuple[str, Typename | Cursor | Object]] = []
        for key, merged in self.collector.below(inner, below).items():
            _check_key(key)
            match name_of(merged):
                case "__typename":
                    edges.append((key, Typename(inner.name)))
                case "cursor":
                    edges.append((key, Cursor()))
                case _:
                    edges.append((key, self.object(relation.target, merged)))
        return Edges(tuple(edges))

    def names(self, type_: GraphQLObjectType, merged: Merged) -> tuple[tuple[str, Typename | str], ...]:
        """A selection of a type that is no row: response keys with the names of its fields."""
        named: list[tuple[str, Typename | str]] = []
        for key, below in self.collector.below(type_, merged).items():
            _check_key(key)
            name = name_of(below)
            named.append((key, Typename(type_.name) if name == "__typename" else name))
        return tuple(named)

    def hole(self, owner: type[Row], field: GraphQLField, computed: Computed, merged: Merged) -> Hole:
        names = [name for name in computed.needs if name not in GIVEN]
        expressions = tuple(expression_of(owner, name) for name in names)
        needs = [(name, values.from_need(of.type)) for name, of in zip(names, expressions, strict=True)]
        given = [name for name in computed.needs if name in GIVEN]
        self.fillings.append(filling(self.collector, field.type, merged, computed.of, needs, given))
        return Hole(len(self.fillings) - 1, expressions)

    def slot(
        self, source: Relation | Anything, field: GraphQLField, declared: DeclaredField, merged: Merged
    ) -> int:
        node, config = node_of(merged), self.schema.config
        registry = self.schema.schema_converter.scalar_registry
        named = [(config.name_converter.from_argument(each), each) for each in declared.arguments]

        def evaluate(variables: VariableValues | None) -> Arguments:
            try:
                given = get_argument_values(field, node, variables)
                converted = {
                    each.python_name: convert_argument(given[name], each.type, registry, config)
                    for name, each in named
                    if name in given
                }
                return arguments(source, converted)
            except Exception as error:  # whatever it is, the loaders raise it too, and say where
                raise Unplannable(Reason.ARGUMENTS, node.name.value) from error

        varies = next(variables_in(node), None) is not None
        self.slots.append(Slot(source, evaluate, None if varies else evaluate(None)))
        return len(self.slots) - 1


def _check_key(key: str) -> None:
    if len(key) > LONGEST_KEY:
        raise Unplannable(Reason.ALIAS)
