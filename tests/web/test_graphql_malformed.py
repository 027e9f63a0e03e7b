"""Malformed requests: each gets its status and its code, and none a 5xx (rule 18). One table, so one file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
import strawberry
from starlette.requests import Request

from exgo_gql.extensions.documents import Documents
from exgo_gql.extensions.execution import Executor
from exgo_gql.extensions.limits import Limits
from exgo_gql.web.graphql.endpoint import GraphQLEndpoint

NEW = "application/graphql-response+json"
OLD = "application/json"


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


@dataclass(frozen=True)
class Case:
    """A request, and the status and code of its answer."""

    name: str
    status: int
    code: str
    body: bytes = b'{"query":"{hello}"}'
    method: str = "POST"
    query: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("content-type", OLD), ("accept", NEW))


def methods() -> Iterator[Case]:
    for method in (
        "PUT",
        "DELETE",
        "PATCH",
        "HEAD",
        "TRACE",
        "CONNECT",
        "PROPFIND",
        "QUERY",
        "get",
        "POSTS",
        "X",
    ):
        yield Case(method, 405, "METHOD_NOT_ALLOWED", method=method)


def types() -> Iterator[Case]:
    for kind in (
        "",
        "text/plain",
        "text/json",
        "application/xml",
        "application/graphql",
        "application/jsonp",
        "json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/mixed",
        "*/*",
        "application/*",
        f"{OLD};charset=utf-16",
        f"{OLD}; charset=latin1",
        f"{OLD}; charset=gb18030",
        f'{OLD}; charset="utf-7"',
        f"{OLD}; CHARSET=us-ascii",
        f"{OLD};charset=",
        f"{OLD}, {OLD}",
        NEW,
        "application/ json",
        "\xff/\xff",
    ):
        yield Case(f"type {kind}", 415, "UNSUPPORTED_MEDIA_TYPE", headers=(("content-type", kind),))
    yield Case("no type", 415, "UNSUPPORTED_MEDIA_TYPE", headers=())
    for coding in ("gzip", "br", "deflate", "zstd", "identity, gzip"):
        headers = (("content-type", OLD), ("content-encoding", coding))
        yield Case(f"coding {coding}", 415, "UNSUPPORTED_MEDIA_TYPE", headers=headers)
    for accept in (
        "text/html",
        "text/plain",
        "image/png",
        "application/xml",
        f"{OLD};q=0",
        "*/*;q=0",
        "nonsense",
        "text/event-stream",
    ):
        yield Case(
            f"accept {accept}", 406, "NOT_ACCEPTABLE", headers=(("content-type", OLD), ("accept", accept))
        )


def bodies() -> Iterator[Case]:
    texts: dict[str, bytes] = {
        "nothing": b"",
        "space": b"  \n",
        "null": b"null",
        "true": b"true",
        "number": b"1",
        "text": b'"{hello}"',
        "list": b"[]",
        "batch": b'[{"query":"{hello}"}]',
        "empty": b"{}",
        "open": b"{",
        "open text": b'{"query":"{he',
        "closed": b"}",
        "comma": b'{"query":"{hello}",}',
        "twice": b'{"query":"{hello}"}{"query":"{hello}"}',
        "after": b'{"query":"{hello}"} x',
        "NUL after": b'{"query":"{hello}"}\0',
        "comment": b'{"query":"{hello}"}//',
        "quotes": b"{'query':'{hello}'}",
        "names": b'{query:"{hello}"}',
        "BOM": b'\xef\xbb\xbf{"query":"{hello}"}',
        "UTF-16": '{"query":"{hello}"}'.encode("utf-16"),
        "UTF-32": '{"query":"{hello}"}'.encode("utf-32"),
        "latin-1": b'{"query":"{hello(name:\\"\xe9\\")}"}',
        "half a character": b'{"query":"\xe6\x96"}',
        "overlong": b'{"query":"\xc0\x80"}',
        "raw surrogate": b'{"query":"\xed\xa0\x80"}',
        "surrogate": b'{"query":"\\ud800"}',
        "other surrogate": b'{"query":"\\udc00x"}',
        "escape": b'{"query":"\\x"}',
        "control": b'{"query":"a\nb"}',
        "NaN": b'{"query":"{hello}","variables":{"a":NaN}}',
        "Infinity": b'{"query":"{hello}","variables":{"a":Infinity}}',
        "-Infinity": b'{"query":"{hello}","variables":{"a":-Infinity}}',
        "huge exponent": b'{"query":"{hello}","variables":{"a":1e999}}',
        "5,000 digits": b'{"query":"{hello}","variables":{"a":' + b"9" * 5_000 + b"}}",
        "leading zero": b'{"query":"{hello}","variables":{"a":01}}',
        "plus": b'{"query":"{hello}","variables":{"a":+1}}',
        "hexadecimal": b'{"query":"{hello}","variables":{"a":0x1}}',
        "2,000 lists": b"[" * 2_000 + b"]" * 2_000,
        "lists without end": b"[" * 100_000,
        "2,000 objects": b'{"query":' * 2_000 + b"1" + b"}" * 2_000,
        "deep variables": b'{"query":"{hello}","variables":' + b'{"a":' * 1_100 + b"1" + b"}" * 1_101,
        "form": b"query={hello}",
        "multipart": b'--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}\r\n--x--',
        "XML": b"<query/>",
        "zeros": bytes(1_000),
        "all bytes": bytes(range(256)),
        "gzip": b"\x1f\x8b\x08\0\0\0\0\0",
    }
    for name, body in texts.items():
        yield Case(f"body {name}", 400, "BAD_REQUEST", body)


def shapes() -> Iterator[Case]:
    wrong: dict[str, tuple[object, ...]] = {
        "query": (None, 0, 1.5, True, False, [], ["{hello}"], {}, {"text": "{hello}"}),
        "operationName": (0, True, False, [], ["A"], {}),
        "variables": (0, 1, True, False, "", "{}", [], [{}]),
        "extensions": (0, 1, True, False, "", "{}", [], [{}]),
    }
    for name, values in wrong.items():
        for value in values:
            yield Case(
                f"{name} {value!r}", 400, "BAD_REQUEST", orjson.dumps({"query": "{hello}"} | {name: value})
            )
    yield Case("query misspelt", 400, "BAD_REQUEST", b'{"qeury":"{hello}"}')


def documents() -> Iterator[Case]:
    found: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
        "GRAPHQL_PARSE_FAILED": (
            ("", {}),
            (" ", {}),
            ("{", {}),
            ("{hello", {}),
            ("query", {}),
            ("hello", {}),
            ("{hello(}", {}),
            ('{hello(name:"\\ud800")}', {}),
            ("\ufffe", {}),
            ("{" * 5_000, {}),
            ('{hello(name:"x', {}),
        ),
        "GRAPHQL_VALIDATION_FAILED": (
            ("{nothing}", {}),
            ("{hello{a}}", {}),
            ("{hello(name:1)}", {}),
            ("{...F}", {}),
            ("fragment F on Query{hello}", {}),
            ("{hello @no}", {}),
            ("query($a:No){hello}", {}),
            ("subscription{hello}", {}),
            ("{hello}{hello}", {}),
            ("query A{hello} query A{hello}", {}),
            ("{hello(line:{})}", {}),
            ("type Query{a:Int}", {}),
        ),
        "LIMIT_EXCEEDED": (
            ("{many(first:101)}", {}),
            ("query($n:Int){many(first:$n)}", {"n": 101}),
            ("#" * 16_385, {}),
            ("{" + "hello " * 501 + "}", {}),
            ('mutation{login(password:"a") b:login(password:"b")}', {}),
            ("{hello}", {"a": [0] * 251}),
        ),
        "BAD_USER_INPUT": (
            ("{hello}\0", {}),
            ('{hello(name:"\\u0000")}', {}),
            ("query($n:String!){hello(name:$n)}", {}),
            ("query($n:String!){hello(name:$n)}", {"n": 1}),
            ("{hello}", {"a": "\0"}),
            ("{hello}", {"\0": 1}),
            ("query($n:Int){many(first:$n)}", {"n": -1}),
            ('query($n:String="x"){hello(name:$n)}', {"n": {}}),
            ("query($l:Line){hello(line:$l)}", {"l": {"no": 1}}),
            ("{hello}", {"a": 1e25}),
        ),
        "OPERATION_NOT_FOUND": (("query A{hello} query B{hello}", {}),),
        "INTROSPECTION_DISABLED": (("{__schema{types{name}}}", {}),),
    }
    for code, requests in found.items():
        for query, variables in requests:
            body = orjson.dumps({"query": query, "variables": variables})
            yield Case(f"{code} {query[:60]!r} {str(variables)[:30]}", 400, code, body)


def gets() -> Iterator[Case]:
    for text, status, code in (
        (b"", 400, "BAD_REQUEST"),
        (b"query", 400, "GRAPHQL_PARSE_FAILED"),
        (b"qeury={hello}", 400, "BAD_REQUEST"),
        (b"query={hello}&query={hello}", 400, "BAD_REQUEST"),
        (b"query={hello}&variables={}&variables={}", 400, "BAD_REQUEST"),
        (b"query={hello}&variables={", 400, "BAD_REQUEST"),
        (b"query={hello}&variables=[]", 400, "BAD_REQUEST"),
        (b"query={hello}&variables=1", 400, "BAD_REQUEST"),
        (b"query={hello}&variables=%22%22", 400, "BAD_REQUEST"),
        (b"query={hello}&extensions=x", 400, "BAD_REQUEST"),
        (b"query={hello}&extensions=false", 400, "BAD_REQUEST"),
        (b"query=%ff", 400, "BAD_REQUEST"),
        (b"query=%ed%a0%80", 400, "BAD_REQUEST"),
        (b"query=\xe6\x96\x87", 400, "BAD_REQUEST"),
        (b"query={hello}&variables=%ff", 400, "BAD_REQUEST"),
        (b"a&" * 200 + b"query={hello}", 400, "BAD_REQUEST"),
        (b"query={hello}&" + b"x" * (1 << 20), 413, "BODY_TOO_LARGE"),
        (b"query=", 400, "GRAPHQL_PARSE_FAILED"),
        (b"query={hello}%00", 400, "BAD_USER_INPUT"),
        (b"query={nothing}", 400, "GRAPHQL_VALIDATION_FAILED"),
        (b"query={hello}&operationName=B", 400, "OPERATION_NOT_FOUND"),
        (b"query={many(first:101)}", 400, "LIMIT_EXCEEDED"),
        (b'query=mutation{login(password:"x")}', 405, "METHOD_NOT_ALLOWED"),
        (
            b"query=query+A{hello}+mutation+B{login(password:%22x%22)}&operationName=B",
            405,
            "METHOD_NOT_ALLOWED",
        ),
    ):
        yield Case(f"GET {text[:70]!r}", status, code, b"", "GET", text)
    for size in (1 << 20) + 1, 3 << 20:
        yield Case(f"body of {size} bytes", 413, "BODY_TOO_LARGE", b" " * size)


CASES = [case for make in (methods, types, bodies, shapes, documents, gets) for case in make()]


async def ask(case: Case) -> tuple[int, dict[str, Any]]:
    """Send the request as it stands, straight through ASGI: no client mends it on the way."""
    messages: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": case.body, "more_body": False}

    async def answer(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "method": case.method,
        "path": "/graphql",
        "query_string": case.query,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in case.headers],
    }
    await ENDPOINT(scope, receive, answer)
    return messages[0]["status"], orjson.loads(messages[1]["body"] or b"{}")


def test_there_are_enough() -> None:
    assert len(CASES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_malformed_requests(case: Case) -> None:
    status, answer = await ask(case)
    assert status == case.status, answer
    assert {error["extensions"]["code"] for error in answer["errors"]} == {case.code}
    assert set(answer) == {"errors"}
    assert all(set(error) >= {"message", "extensions"} for error in answer["errors"])
