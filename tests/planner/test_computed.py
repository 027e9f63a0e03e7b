"""The function of a computed field: every kind of value, written as the loaders' way writes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
import strawberry
from graphql import GraphQLObjectType, OperationDefinitionNode, get_variable_values, graphql_sync, parse
from strawberry.schema.config import StrawberryConfig

from exgo_gql.loaders.planner.collect import Collector
from exgo_gql.loaders.planner.computed import NullError, filling
from exgo_gql.schema.scalars import SCALARS


@strawberry.enum
class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@strawberry.type
@dataclass
class Part:
    name: str
    colour: Colour
    size: int


@strawberry.type
@dataclass
class Thing:
    text: str | None
    price: Decimal
    at: dt.datetime | None
    colour: Colour | None
    parts: list[Part]
    other: Part | None
    maybe: list[Part | None] | None
    ok: bool


@strawberry.type
class Query:
    thing: Thing


SCHEMA = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))
PART = Part("p", Colour.BLUE, 3)
FULL = Thing(
    'a"b',
    Decimal("12.500"),
    dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
    Colour.RED,
    [PART, PART],
    PART,
    [PART, None],
    ok=True,
)
BARE = Thing(None, Decimal(0), None, None, [], None, None, ok=False)
ALL = """{ thing { __typename text t2: text price at colour ok parts { size n: name c: colour }
    other { __typename size } maybe { colour } } }"""


def fill(text: str, value: Any, needs: Sequence[Any] = ()) -> Any:
    built = SCHEMA._schema
    parsed = parse(text)
    [operation] = parsed.definitions
    assert isinstance(operation, OperationDefinitionNode)
    variables = get_variable_values(built, (), {})
    assert not isinstance(variables, list)
    collector = Collector(built, parsed, operation, variables)
    assert isinstance(built.query_type, GraphQLObjectType)
    merged = collector.root(built.query_type)["thing"]
    return filling(collector, built.query_type.fields["thing"].type, merged, lambda: value, (), ())(
        ["~0"], {}
    )


@pytest.mark.parametrize("thing", [FULL, BARE])
def test_it_writes_what_graphql_core_writes(thing: Thing) -> None:
    expected = graphql_sync(SCHEMA._schema, ALL, Query(thing=thing))
    assert expected.errors is None
    assert expected.data is not None
    written = fill(ALL, thing)
    assert written == expected.data["thing"]
    assert list(written) == list(expected.data["thing"])


@pytest.mark.parametrize(
    ("selection", "changed"),
    [
        ("price", {"price": None}),
        ("ok", {"ok": None}),
        ("parts { size }", {"parts": None}),
        ("parts { size }", {"parts": [None]}),
        ("parts { name }", {"parts": [Part(None, Colour.RED, 1)]}),  # type: ignore[arg-type]  # that is the point
        ("parts { colour }", {"parts": [Part("a", None, 1)]}),  # type: ignore[arg-type]  # that is the point
    ],
)
def test_a_null_out_of_place_is_no_answer(selection: str, changed: dict[str, Any]) -> None:
    with pytest.raises(NullError):
        fill(f"{{ thing {{ {selection} }} }}", Thing(**{**FULL.__dict__, **changed}))


def test_nothing_where_something_must_be_is_no_answer() -> None:
    with pytest.raises(NullError):
        fill("{ thing { ok } }", None)


def test_a_value_of_another_type_is_coerced_or_refused() -> None:
    assert fill("{ thing { text } }", Thing(**{**FULL.__dict__, "text": 12})) == {"text": "12"}
    with pytest.raises(Exception, match="Int cannot represent"):
        fill(
            "{ thing { parts { size } } }", Thing(**{**FULL.__dict__, "parts": [Part("a", Colour.RED, "x")]})
        )  # type: ignore[arg-type]  # that is the point
    with pytest.raises(Exception, match="Colour"):
        fill("{ thing { colour } }", Thing(**{**FULL.__dict__, "colour": "green"}))
