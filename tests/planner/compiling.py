"""Documents compiled without a database: what each stage makes of a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import OperationDefinitionNode, get_variable_values, parse
from graphql.execution.values import VariableValues

from exgo_gql.app import schema
from exgo_gql.loaders.planner.plans import Document, Plan, Planner
from exgo_gql.loaders.planner.refusals import Unplannable
from exgo_gql.loaders.planner.resolve import resolve
from exgo_gql.loaders.planner.selection import Outline
from exgo_gql.loaders.sources import Arguments


def document(text: str) -> Document:
    """A document of one operation; its fragments may follow."""
    parsed = parse(text)
    operation = parsed.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return Document(text, parsed, operation)


def coerced(asked: Document, given: dict[str, Any] | None = None) -> VariableValues:
    """Its variables, as a request would have them."""
    values = get_variable_values(schema()._schema, asked.operation.variable_definitions or (), given or {})
    assert not isinstance(values, list), values
    return values


def outline(text: str, given: dict[str, Any] | None = None, *types: str) -> Outline:
    """What its fields come from."""
    asked = document(text)
    return resolve(schema(), asked.parsed, asked.operation, coerced(asked, given), frozenset(types))


def compiled(
    text: str, given: dict[str, Any] | None = None, *, whole: bool = False, planner: Planner | None = None
) -> tuple[Plan, Sequence[Arguments]]:
    """Its plan, and the arguments of its fields."""
    asked = document(text)
    return (planner or Planner(schema())).plan(asked, coerced(asked, given), whole=whole)


def refusal(text: str, given: dict[str, Any] | None = None) -> str:
    """Why there is no plan."""
    try:
        plan, _ = compiled(text, given)
    except Unplannable as refused:
        return str(refused)
    raise AssertionError(plan.sql)
