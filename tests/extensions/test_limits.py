"""Rule 17: what one request may ask. Every limit passes at its figure and refuses one more."""

from __future__ import annotations

from dataclasses import replace

import pytest
import strawberry
from graphql import GraphQLError

from exgo_gql.extensions.documents import Documents
from exgo_gql.extensions.execution import Executor, Params
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.refusals import RequestRefused


@strawberry.type
class ProductConnection:
    nodes: list[Product]
    total_count: int = 0


@strawberry.input
class Line:
    sku: str
    parts: list[Line] | None = None
    tags: list[str] | None = None


@strawberry.type
class Product:
    sku: str = "A-1"

    @strawberry.field
    def parent(self) -> Product | None:
        return None

    @strawberry.field
    def related(self, first: int | None = None) -> ProductConnection:
        return ProductConnection(nodes=[])


@strawberry.type
class Query:
    @strawberry.field
    def product(self, line: Line | None = None, tags: list[str] | None = None) -> Product:
        return Product()

    @strawberry.field
    def products(self, first: int | None = None, last: int | None = None) -> ProductConnection:
        return ProductConnection(nodes=[])


@strawberry.type
class Mutation:
    @strawberry.mutation
    def login(self, password: str) -> str:
        return "in"

    @strawberry.mutation
    def make(self) -> Product:
        return Product()


SCHEMA = strawberry.Schema(Query, Mutation)._schema
LIMITS = Limits(authentication_fields=frozenset({"login"}))


def exceeded(text: str, limits: Limits = LIMITS) -> dict[str, tuple[int, int]]:
    """The limits that a document passes, each with the most and the actual figure."""
    errors: list[GraphQLError] = []
    try:
        Documents(SCHEMA, limits).prepare(text)
    except RequestRefused as refusal:
        errors = refusal.errors
    told = [error.extensions or {} for error in errors]
    assert {extensions["code"] for extensions in told} <= {"LIMIT_EXCEEDED"}, errors
    return {extensions["limit"]: (extensions["most"], extensions["actual"]) for extensions in told}


async def refused_with(query: str, limits: Limits = LIMITS, **variables: object) -> tuple[str, int] | None:
    executor = Executor(SCHEMA, Documents(SCHEMA, limits), limits)
    answer = await executor.run(
        Params(query, dict(variables)), None, allow_mutation=True, may_introspect=False, request_id="r"
    )
    if answer.executed:
        assert answer.errors == []
        return None
    (error,) = answer.errors
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED", error
    return error["extensions"]["limit"], error["extensions"]["actual"]


def nested(depth: int) -> str:
    return "{product" + "{parent" * (depth - 2) + "{sku}" + "}" * (depth - 2) + "}"


def deep_line(nesting: int) -> dict[str, object]:
    """A line in which lists and objects alternate, ``nesting`` of them inside one another."""
    if nesting == 1:
        return {"sku": "A"}
    if nesting == 2:
        return {"sku": "A", "tags": ["t"]}
    return {"sku": "A", "parts": [deep_line(nesting - 2)]}


def spelt(value: object) -> str:
    if isinstance(value, dict):
        return "{" + " ".join(f"{name}:{spelt(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + " ".join(map(spelt, value)) + "]"
    return f'"{value}"'


def test_the_defaults_are_those_of_rule_17() -> None:
    limits = Limits()
    assert (limits.body, limits.document, limits.tokens) == (1_048_576, 16_384, 1_000)
    assert (limits.depth, limits.aliases, limits.fields, limits.page, limits.items) == (15, 30, 500, 100, 250)
    assert (limits.mutations, limits.authentications, limits.cost) == (4, 1, 5_000)
    assert (limits.execution, limits.errors, limits.message) == (10.0, 10, 300)


@pytest.mark.parametrize(
    ("limit", "passes", "refuses", "most"),
    [
        ("depth", nested(15), nested(16), 15),
        ("aliases", "{product{%s}}", "{product{%s}}", 30),
        ("fields", "{product{%s}}", "{product{%s}}", 500),
        ("mutations", "mutation{" + "make{sku}" * 4 + "}", "mutation{" + "make{sku}" * 5 + "}", 4),
        ("page", "{products(first:100){totalCount}}", "{products(first:101){totalCount}}", 100),
        ("page", "{products(last:100){totalCount}}", "{products(last:101){totalCount}}", 100),
    ],
)
def test_each_shape_at_its_edge(limit: str, passes: str, refuses: str, most: int) -> None:
    if limit == "aliases":
        passes, refuses = (passes % " ".join(f"a{i}:sku" for i in range(n)) for n in (30, 31))
    if limit == "fields":  # spread, since as many tokens would be too many
        fragments = " fragment F on Product {%s}" % ("sku " * 99)
        spreads = "...F " * 5
        passes, refuses = (
            passes % (spreads + "sku " * 4) + fragments,
            refuses % (spreads + "sku " * 5) + fragments,
        )
    assert exceeded(passes) == {}
    assert exceeded(refuses) == {limit: (most, most + 1)}


def test_a_mutation_that_authenticates_stands_alone() -> None:
    assert exceeded('mutation{login(password:"a")}') == {}
    assert exceeded('mutation{login(password:"a") __typename}') == {}
    assert exceeded('mutation{login(password:"a") b:login(password:"b")}') == {"authentications": (1, 2)}
    assert exceeded('mutation{...M make{sku}} fragment M on Mutation{login(password:"a")}') == {
        "authentications": (1, 2)
    }


def test_document_bytes_are_counted_in_utf_8() -> None:
    text = '{product(tags:["%s"]){sku}}'
    room = 16_384 - len(text % "")
    assert exceeded(text % ("x" * room)) == {}
    assert exceeded(text % ("x" * (room + 1))) == {"document": (16_384, 16_385)}
    assert exceeded(text % ("文" * (room // 3))) == {}
    assert exceeded(text % ("文" * (room // 3 + 1))) == {
        "document": (16_384, 16_384 - room + 3 * (room // 3 + 1))
    }


def test_tokens_and_comments() -> None:
    part = {"sku": "A", "tags": ["t"] * 240}  # 249 tokens
    line = {
        "sku": "A",
        "parts": [part] * 3,
        "tags": ["t"] * 230,
    }  # the field around it takes 23 with the brackets
    assert exceeded(f"{{product(line:{spelt(line)}){{sku}}}}") == {}
    line["tags"] = ["t"] * 231
    assert exceeded(f"{{product(line:{spelt(line)}){{sku}}}}") == {"tokens": (1_000, 1_001)}
    assert exceeded("#\n" * 1_000 + "{product{sku}}") == {}
    assert exceeded("#\n" * 1_001 + "{product{sku}}") == {"tokens": (1_000, 1_001)}


@pytest.mark.parametrize("written", [True, False], ids=["literal", "variable"])
async def test_lists_and_nesting_of_input(written: bool) -> None:
    async def ask(kind: str, name: str, value: object) -> tuple[str, int] | None:
        if written:
            return await refused_with(f"{{product({name}:{spelt(value)}){{sku}}}}")
        return await refused_with(f"query($v:{kind}){{product({name}:$v){{sku}}}}", v=value)

    assert await ask("[String!]", "tags", ["t"] * 250) is None
    assert await ask("[String!]", "tags", ["t"] * 251) == ("items", 251)
    assert await ask("Line", "line", {"sku": "A", "tags": ["t"] * 251}) == ("items", 251)
    assert await ask("Line", "line", deep_line(20)) is None
    assert await ask("Line", "line", deep_line(21)) == ("nesting", 21)


async def test_values_of_all_variables_together() -> None:
    query = "query($v:Line){product(line:$v){sku}}"
    lines = [{"sku": "A", "tags": ["t"] * 22}] * 199  # an object, two keys and 22 items: 25 values each
    full = {"sku": "A", "parts": lines, "tags": ["t"] * 21}  # with $v, three keys and 21 items
    assert await refused_with(query, v=full) is None
    full["tags"] = ["t"] * 22
    assert await refused_with(query, v=full) == ("values", 5_001)


async def test_cost_and_page_at_their_edges_by_variables() -> None:
    query = "query($a:Int=20 $b:Int){products(first:$a){nodes{related(first:$b){nodes{parent{sku}}}}}}"
    limits = replace(LIMITS, cost=2 + 20 * (2 + 2 * 10))
    assert await refused_with(query, limits, b=10) is None
    assert await refused_with(query, limits, b=11) == ("cost", 2 + 20 * (2 + 2 * 11))
    assert await refused_with(query, limits, a=21, b=10) == ("cost", 2 + 21 * (2 + 2 * 10))
    assert await refused_with("query($a:Int){products(first:$a){totalCount}}", a=100) is None
    assert await refused_with("query($a:Int){products(first:$a){totalCount}}", a=101) == ("page", 101)
    assert await refused_with("query($a:Int=101){products(first:$a){totalCount}}") == ("page", 101)
    assert await refused_with("query($a:Int=101){products(first:$a){totalCount}}", a=1) is None


def test_constant_cost_is_refused_before_validation() -> None:
    # the root, the connection, and a hundred products with a connection of so many
    text = "{products(first:100 %s){nodes{related(first:%d){nodes{sku}}}}}"
    assert exceeded(text % ("", 47)) == {}
    assert exceeded(text % ("", 48)) == {"cost": (5_000, 5_002)}
    assert exceeded(text % ("noSuchArgument:1", 48)) == {"cost": (5_000, 5_002)}


async def test_a_negative_page_is_bad_input() -> None:
    for query, variables in (
        ("{products(first:-1){totalCount}}", {}),
        ("query($a:Int){products(first:$a){totalCount}}", {"a": -1}),
    ):
        answer = await Executor(SCHEMA, Documents(SCHEMA, LIMITS), LIMITS).run(
            Params(query, variables), None, allow_mutation=True, may_introspect=False, request_id="r"
        )
        assert [error["extensions"]["code"] for error in answer.errors] == ["BAD_USER_INPUT"]


def test_the_message_names_the_limit() -> None:
    error: GraphQLError = LIMITS.exceeded("cost", 5_001)
    assert error.message == "The cost of the operation is 5001; at most 5000 is allowed."
