"""Whatever is sent, the answer is no 5xx and nothing is ``INTERNAL`` (rule 18)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import orjson
import strawberry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from exgo_gql.extensions.documents import Documents
from exgo_gql.extensions.execution import Executor
from exgo_gql.extensions.limits import Limits
from exgo_gql.web.graphql.endpoint import GraphQLEndpoint

NEW = "application/graphql-response+json"
OLD = "application/json"
HEADERS = (("content-type", OLD), ("accept", NEW))


@strawberry.input
class Line:
    sku: str
    count: int | None = None
    lines: list[Line] | None = None


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "you", line: Line | None = None) -> str:
        return f"hello {name}"

    @strawberry.field
    def many(self, first: int | None = None) -> list[str]:
        return ["x"] * (first or 1)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def login(self, password: str) -> str:
        return "in"


@dataclass
class Context:
    may_introspect: bool = False
    response_headers: list[tuple[str, str]] = field(default_factory=list)


async def context_for(_request: Request) -> Context:
    return Context()


LIMITS = Limits(authentication_fields=frozenset({"login"}))
SCHEMA = strawberry.Schema(Query, Mutation)._schema
ENDPOINT = GraphQLEndpoint(Executor(SCHEMA, Documents(SCHEMA, LIMITS), LIMITS), context_for)


async def fuzz(
    body: bytes = b"",
    *,
    method: str = "POST",
    query: bytes = b"",
    headers: tuple[tuple[str, str], ...] = HEADERS,
) -> None:
    messages: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def answer(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": "/graphql",
        "query_string": query,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }
    await ENDPOINT(scope, receive, answer)
    start, end = messages
    assert start["status"] < 500
    codes = {error["extensions"]["code"] for error in orjson.loads(end["body"]).get("errors", ())}
    assert codes.isdisjoint({"INTERNAL", "TIMEOUT"})


many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)
QUERIES = st.sampled_from(
    [
        "{hello}",
        "query($n:String $l:Line){hello(name:$n line:$l)}",
        'query A($n:Int=3){many(first:$n)} mutation B{login(password:"x")}',
        "{...F} fragment F on Query{hello(line:{sku:1 lines:[{sku:null}]})}",
        "{__schema{types{fields{args{type{ofType{name}}}}}}}",
    ]
)
PIECES = st.sampled_from(
    [
        *'{}()[]:!$@|&="\\#.,\n\0é文',
        "...",
        '"""',
        "on",
        "query",
        "1e5",
        "-",
        "0x",
        "null",
        "hello",
        "__typename",
    ]
)


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """A document with some of its characters replaced."""
    text = list(draw(QUERIES))
    for _ in range(draw(st.integers(0, 4))):
        text[draw(st.integers(0, len(text) - 1))] = draw(PIECES)
    return "".join(text)


@many
@given(st.binary(max_size=200))
async def test_any_bytes(body: bytes) -> None:
    await fuzz(body)


@many
@given(JSON)
async def test_any_json(value: object) -> None:
    await fuzz(_dumped(value))


@many
@given(
    mangled() | st.text(max_size=60),
    st.fixed_dictionaries({}, optional={"n": JSON, "l": JSON}),
    JSON | st.sampled_from(["A", "B"]),
)
async def test_any_request(query: str, variables: dict[str, Any], name: object) -> None:
    for given_name in (name, None):
        body = _dumped({"query": query, "variables": variables, "operationName": given_name})
        await fuzz(body)


@many
@given(
    st.binary(max_size=80),
    st.sampled_from(["GET", "POST", "PUT"]),
    st.lists(
        st.tuples(
            st.sampled_from(["content-type", "accept", "x-request-id", "content-length", "content-encoding"]),
            st.text(st.characters(max_codepoint=255), max_size=20)
            | st.sampled_from([OLD, NEW, "*/*", "0", "-1", "1e9"]),
        ),
        max_size=5,
    ),
)
async def test_any_headers_and_query_string(
    query: bytes, method: str, headers: list[tuple[str, str]]
) -> None:
    for text in (query, b"query={hello}&variables=" + query):
        await fuzz(b'{"query":"{hello}"}', method=method, query=text, headers=tuple(headers))


def _dumped(value: object) -> bytes:
    return json.dumps(value).encode()
