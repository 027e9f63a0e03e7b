"""A schema with every kind of argument, and the question whether a template answers as its texts do."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLObjectType, GraphQLScalarType, build_schema

from exgo_gql.extensions.documents import Documents
from exgo_gql.extensions.execution import Executor, Params
from exgo_gql.extensions.limits import Limits
from exgo_gql.schema.scalars import DECIMAL

LIMITS = Limits()
SCHEMA = build_schema("""
    directive @mark(text: String) on FIELD
    scalar Decimal
    scalar Any
    enum Sort { NEW OLD }
    input Key @oneOf { id: ID sku: String }
    input Filter {
      text: String = "all"
      amount: Decimal
      ids: [ID!]
      grid: [[Int]]
      size: Int! = 7
      sort: Sort
      and: [Filter!]
    }
    type Thing {
      said(
        int: Int = 3, float: Float, id: ID, text: String! = "", amount: Decimal, any: Any, key: Key, filter: Filter
      ): String
      things(first: Int = 4): [Thing!]!
    }
    type Query {
      thing(id: ID): Thing!
      things(first: Int, last: Int, ids: [ID!]): [Thing!]!
      page(first: Int, filter: Filter): ThingConnection!
    }
    type ThingConnection { nodes: [Thing!]! totalCount: Int! }
    type Mutation { change(text: String): String }
    type Subscription { changes(text: String): String }
""")


def _arrange() -> None:
    amount = SCHEMA.type_map["Decimal"]
    assert isinstance(amount, GraphQLScalarType)
    amount.coerce_input_value = DECIMAL.parse_value
    for kind in SCHEMA.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                field.resolve = (
                    (lambda _source, _info, **given: repr(given))
                    if name in {"said", "change"}
                    else (lambda _source, _info, **given: [given])
                    if name in {"things", "nodes"}
                    else (lambda _source, _info, **given: 5 if given == {} else given)
                )


_arrange()


async def answer(text: str, variables: dict[str, Any], name: str | None = None) -> dict[str, Any]:
    executor = Executor(SCHEMA, Documents(SCHEMA, LIMITS), LIMITS)
    found = await executor.run(
        Params(text, variables, name), None, allow_mutation=True, may_introspect=True, request_id="r"
    )
    return found.body


async def agrees(documents: Documents, text: str, variables: dict[str, Any] | None = None) -> bool | None:
    """Whether a text has a template that answers in its place; ``None`` if its answer is errors.

    Where the text is answered with errors, the template must be too: then it is not asked in its place.
    """
    found = documents.alike(text)
    if found is None:
        return False
    prepared, values = found
    own = await answer(text, variables or {})
    shared = await answer(prepared.text, {**(variables or {}), **values})
    if "errors" in own:
        assert "errors" in shared, (text, shared)
        return None
    assert shared == own, text
    return True
