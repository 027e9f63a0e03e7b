"""The page about the planner shows a document and its statement: the very one that the planner makes of it."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

from graphql import OperationDefinitionNode, get_variable_values, parse

from exgo_gql.app import schema
from exgo_gql.loaders import ids
from exgo_gql.loaders.planner.plans import Document, Planner
from exgo_gql.loaders.planner.refusals import Reason

PAGE = (Path(__file__).parents[2] / "docs" / "planner.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The only block of code in a language."""
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert isinstance(found, str)
    return found


def spaced(sql: str) -> str:
    """SQL without its line breaks."""
    return re.sub(r"\s*([()])\s*", r"\1", " ".join(sql.split()))


def test_the_statement_shown_is_the_one_that_is_made() -> None:
    text = block("graphql")
    parsed = parse(text)
    [operation] = parsed.definitions
    assert isinstance(operation, OperationDefinitionNode)
    variables = get_variable_values(
        schema()._schema, operation.variable_definitions or (), {"id": ids.encode("Order", uuid4())}
    )
    assert not isinstance(variables, list)
    plan, _ = Planner(schema()).plan(Document(text, parsed, operation), variables, whole=False)
    assert spaced(plan.sql) == spaced(block("sql"))


def test_every_reason_is_listed() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(set(listed) - {"collect", "resolve", "emit", "splice"}) == sorted(map(str, Reason))
