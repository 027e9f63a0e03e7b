"""Documents whose literals became variables, so that texts which differ in nothing else can share one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from graphql import (
    DirectiveNode,
    DocumentNode,
    FloatValueNode,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    TokenKind,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    VisitorAction,
    get_named_type,
    get_nullable_type,
    is_list_type,
    parse_type,
    print_ast,
    visit,
)
from graphql.language import SKIP

from exgo_gql.extensions.literals import Reader, reader, same

_PLAIN = (IntValueNode, FloatValueNode, StringValueNode)
_LITERALS = {TokenKind.INT, TokenKind.FLOAT, TokenKind.STRING, TokenKind.BLOCK_STRING}


class Slot(NamedTuple):
    """Where a literal stood."""

    name: str | None
    """The variable that it became, if any."""
    read: Reader
    listed: bool = False
    """Whether it is one item of the variable's list."""


@dataclass(frozen=True, slots=True)
class Hoisted:
    """What a document says, with variables for its literals."""

    text: str
    slots: tuple[Slot, ...]
    """One for each literal, in the document's order."""

    def values(self, literals: list[str]) -> dict[str, Any] | None:
        """The variables that stand for these literals; ``None`` if one of them does not fit."""
        values: dict[str, Any] = {}
        for literal, (name, read, listed) in zip(literals, self.slots, strict=True):
            value = read(literal)
            if value is None:
                return None
            if name is not None and listed:
                values.setdefault(name, []).append(value)
            elif name is not None:
                values[name] = value
        return values


def hoist(
    document: DocumentNode, schema: GraphQLSchema, literals: list[str], starts: list[int]
) -> Hoisted | None:
    """Make variables of the literals in fields' arguments of a valid document that is one query.

    Literals elsewhere (defaults of variables, arguments of directives) and those of types that may take
    literals and variables differently stay as they are written. ``None`` if all do, if the document is not
    one query, or if the parser found other literals in it than ``literals`` at ``starts``.
    """
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if len(operations) != 1 or operations[0].operation is not OperationType.QUERY:
        return None
    if _starts(document) != starts:
        return None
    types = TypeInfo(schema)
    hoisting = _Hoisting(types, _prefix(operations[0]))
    changed: DocumentNode = visit(document, TypeInfoVisitor(types, hoisting))
    if not hoisting.slots:
        return None
    definitions = tuple(
        replace(each, variable_definitions=(*(each.variable_definitions or ()), *hoisting.definitions))
        if isinstance(each, OperationDefinitionNode)
        else each
        for each in changed.definitions
    )
    return Hoisted(
        print_ast(replace(changed, definitions=definitions)),
        tuple(
            hoisting.slots.get(start) or Slot(None, same(literal))
            for start, literal in zip(starts, literals, strict=True)
        ),
    )


class _Hoisting(Visitor):
    """Puts a variable in the place of each literal, or list of literals, that can be one."""

    def __init__(self, types: TypeInfo, prefix: str) -> None:
        super().__init__()
        self._types = types
        self._prefix = prefix
        self.definitions: list[VariableDefinitionNode] = []
        self.slots: dict[int, Slot] = {}

    def enter_directive(self, _node: DirectiveNode, *_: object) -> VisitorAction:
        return SKIP

    def enter_variable_definition(self, _node: VariableDefinitionNode, *_: object) -> VisitorAction:
        return SKIP

    def enter_list_value(self, node: ListValueNode, *_: object) -> VariableNode | None:
        kind = self._types.get_parent_input_type()  # the list's: its items' is entered with it
        whole = is_list_type(get_nullable_type(kind)) and all(
            isinstance(each, _PLAIN) for each in node.values
        )
        return self._variable(kind, node.values, listed=True) if whole else None

    def enter_int_value(self, node: ValueNode, *_: object) -> VariableNode | None:
        return self._variable(self._types.get_input_type(), (node,))

    enter_float_value = enter_int_value
    enter_string_value = enter_int_value

    def _variable(
        self, kind: GraphQLInputType | None, nodes: tuple[ValueNode, ...], *, listed: bool = False
    ) -> VariableNode | None:
        read = reader(get_named_type(kind))
        if kind is None or read is None or not nodes:
            return None
        name = f"{self._prefix}{len(self.definitions)}"
        variable = VariableNode(name=NameNode(value=name))
        # no literal is null, and an input type that takes one of its fields wants to know that
        needed = GraphQLNonNull(get_nullable_type(kind))
        self.definitions.append(VariableDefinitionNode(variable=variable, type=parse_type(str(needed))))
        self.slots |= dict.fromkeys((node.loc.start for node in nodes if node.loc), Slot(name, read, listed))
        return variable


def _starts(document: DocumentNode) -> list[int]:
    """Where the parser found literals."""
    starts = []
    token = document.loc.start_token if document.loc else None
    while token is not None:
        if token.kind in _LITERALS:
            starts.append(token.start)
        token = token.next
    return starts


def _prefix(operation: OperationDefinitionNode) -> str:
    """What no variable of the operation begins with."""
    prefix = "literal"
    while any(each.variable.name.value.startswith(prefix) for each in operation.variable_definitions or ()):
        prefix += "_"
    return prefix
