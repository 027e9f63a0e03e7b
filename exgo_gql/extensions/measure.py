"""One walk over a parsed document, before validation: depth, aliases, fields, mutations, cost (rules 16, 17).

Each fragment is measured once, so the walk is linear in the document, whatever nested spreads would multiply
to. Types are followed where the schema knows them; what it does not know, validation refuses later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_introspection_query,
    get_named_type,
    parse,
)

from exgo_gql.extensions.cost import FREE, MOST, Cost, total
from exgo_gql.extensions.inputs import check_literal
from exgo_gql.extensions.introspection import ROOTS, WHOLE_COST
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.prices import Prices, definition_of, pages_of
from exgo_gql.extensions.refusals import RequestRefused

_DEEPEST = 200
"""Selection sets inside one another, fragments written out: as graphql-core, and within Python's stack."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a selection reaches, with everything below it."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    heads: int = 0
    """Fields of its first level, without ``__typename``."""
    authentications: int = 0
    """Those of them that authenticate."""
    introspects: bool = False
    pages: frozenset[str] = frozenset()
    """Variables that are page sizes."""
    cost: Cost = FREE


@dataclass(frozen=True, slots=True)
class Measure:
    """What an operation asks for. Numbers stop at ``cost.MOST``."""

    depth: int
    aliases: int
    fields: int
    mutations: int
    """Root fields of a mutation, else 0."""
    authentications: int
    """Those of them that authenticate."""
    introspects: bool
    pages: frozenset[str]
    """Variables that are page sizes."""
    cost: Cost

    def exceeded(self, limits: Limits, operation: OperationDefinitionNode) -> list[GraphQLError]:
        """Every limit that the operation passes. A cost that varies is asked for later, with variables."""
        counted = {"depth": self.depth, "aliases": self.aliases, "fields": self.fields}
        counted["authentications" if self.authentications else "mutations"] = self.mutations
        if not self.cost.varies:
            counted["cost"] = self.cost.fixed
        return [
            limits.exceeded(name, actual, operation)
            for name, actual in counted.items()
            if actual > getattr(limits, name)
        ]


def measure(
    document: DocumentNode, schema: GraphQLSchema, limits: Limits
) -> list[tuple[OperationDefinitionNode, Measure]]:
    """Measure every operation of a document that need not be valid.

    Raises:
        RequestRefused: ``LIMIT_EXCEEDED`` for literals past ``page``, ``items`` or ``nesting`` and for
        selections nested
            past all reason, ``BAD_USER_INPUT`` for literals that cannot be kept.

    """
    walk = _Walk(document, schema, limits)
    return [
        (definition, walk.operation(definition))
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    ]


class _Walk:
    def __init__(self, document: DocumentNode, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._prices = Prices(schema, limits)
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, Extent] = {}
        self._under_way: set[str] = set()
        self._nesting = 0

    def operation(self, operation: OperationDefinitionNode) -> Measure:
        for variable in operation.variable_definitions or ():
            if variable.default_value is not None:
                check_literal(variable.default_value, self._limits)
            self._check(variable.directives)
        self._check(operation.directives)
        extent = self.selections(operation.selection_set, self._schema.get_root_type(operation.operation))
        mutations = extent.heads if operation.operation is OperationType.MUTATION else 0
        return Measure(
            depth=extent.depth,
            aliases=extent.aliases,
            fields=extent.fields,
            mutations=mutations,
            authentications=extent.authentications if mutations else 0,
            introspects=extent.introspects,
            pages=extent.pages,
            cost=extent.cost.plus(1 + mutations * self._limits.mutation_cost),
        )

    def selections(self, selections: SelectionSetNode, parent: GraphQLNamedType | None) -> Extent:
        if self._nesting == _DEEPEST:
            raise RequestRefused([self._limits.exceeded("depth", _DEEPEST + 1, selections)])
        self._nesting += 1
        extents = []
        for selection in selections.selections:
            self._check(selection.directives)
            if isinstance(selection, FieldNode):
                extents.append(self._field(selection, parent))
            elif isinstance(selection, InlineFragmentNode):
                extents.append(
                    self.selections(selection.selection_set, self._narrowed(selection.type_condition, parent))
                )
            elif isinstance(selection, FragmentSpreadNode):
                extents.append(self._fragment(selection.name.value))
        self._nesting -= 1
        return _together(extents)

    def _fragment(self, name: str) -> Extent:
        known = self._known.get(name)
        if known is not None:
            return known
        definition = self._fragments.get(name)
        if definition is None or name in self._under_way:
            return Extent()  # unknown, or a circle: validation refuses both
        self._under_way.add(name)
        self._check(definition.directives)
        extent = self.selections(definition.selection_set, self._narrowed(definition.type_condition, None))
        self._under_way.discard(name)
        self._known[name] = extent
        return extent

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Extent:
        name = node.name.value
        for argument in node.arguments or ():
            check_literal(argument.value, self._limits)
        pages = pages_of(node, self._limits)
        definition = definition_of(parent, name)
        introspected = self._schema.type_map.get(ROOTS.get(name, ""))
        kind = introspected or (get_named_type(definition.type) if definition else None)
        below = self.selections(node.selection_set, kind) if node.selection_set else Extent()
        return Extent(
            depth=below.depth + 1,
            aliases=min(below.aliases + (node.alias is not None), MOST),
            fields=min(below.fields + 1, MOST),
            heads=int(name != "__typename"),
            authentications=int(name in self._limits.authentication_fields),
            introspects=below.introspects or introspected is not None,
            pages=below.pages.union(page for page in pages if isinstance(page, str)),
            cost=Cost(1 + WHOLE_COST * below.cost.at({}) // _whole(self._schema))
            if introspected
            else self._prices.of(node, parent, pages, below.cost),
        )

    def _narrowed(
        self, condition: NamedTypeNode | None, parent: GraphQLNamedType | None
    ) -> GraphQLNamedType | None:
        return self._schema.get_type(condition.name.value) if condition else parent

    def _check(self, directives: Iterable[DirectiveNode] | None) -> None:
        for directive in directives or ():
            for argument in directive.arguments or ():
                check_literal(argument.value, self._limits)


def _together(extents: list[Extent]) -> Extent:
    return Extent(
        depth=max((extent.depth for extent in extents), default=0),
        aliases=min(sum(extent.aliases for extent in extents), MOST),
        fields=min(sum(extent.fields for extent in extents), MOST),
        heads=min(sum(extent.heads for extent in extents), MOST),
        authentications=min(sum(extent.authentications for extent in extents), MOST),
        introspects=any(extent.introspects for extent in extents),
        pages=frozenset[str]().union(*(extent.pages for extent in extents)),
        cost=total(extent.cost for extent in extents),
    )


@lru_cache(maxsize=16)
def _whole(schema: GraphQLSchema) -> int:
    """What the standard introspection query counts, before it is put in proportion."""
    document = parse(get_introspection_query())
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)  # as graphql-core writes it
    (field,) = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    assert field.selection_set is not None
    walk = _Walk(document, schema, Limits())
    return walk.selections(field.selection_set, schema.type_map["__Schema"]).cost.at({})
