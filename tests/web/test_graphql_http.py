"""GraphQL over HTTP: media types, statuses, headers, and who asks (rules 16 to 20)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import strawberry
import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from exgo_gql.extensions.documents import Documents
from exgo_gql.extensions.execution import Executor
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.refusals import RequestCode, refused
from exgo_gql.web.graphql.endpoint import GraphQLEndpoint

SECRET = "hunter2"
NEW = "application/graphql-response+json"
OLD = "application/json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@dataclass
class Context:
    may_introspect: bool
    request_id: str
    response_headers: list[tuple[str, str]] = field(default_factory=list)


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "you") -> str:
        return f"hello {name}"

    @strawberry.field
    def request_id(self, info: strawberry.Info) -> str:
        return str(info.context.request_id)

    @strawberry.field
    def boom(self) -> str | None:
        raise RuntimeError(SECRET)

    @strawberry.field
    def bang(self) -> str:
        raise RuntimeError(SECRET)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def login(self, info: strawberry.Info, password: str) -> str:
        info.context.response_headers.append(("Set-Cookie", "session=1; HttpOnly"))
        info.context.response_headers.append(("Set-Cookie", "shape=2"))
        return "in"


async def context_for(request: Request) -> Context:
    match request.headers.get("authorization"):
        case "Bearer bad":
            raise refused(RequestCode.UNAUTHENTICATED, "Log in again.", 401, {"www-authenticate": "Bearer"})
        case "Bearer broken":
            raise RuntimeError(SECRET)
        case authorization:
            return Context(authorization == "Bearer staff", request.state.request_id)


def page(_request: Request) -> Response:
    return HTMLResponse("<!doctype html>", headers={"vary": "Cookie"})


LIMITS = Limits(authentication_fields=frozenset({"login"}))
SCHEMA = strawberry.Schema(Query, Mutation)._schema


def browse(*, with_page: bool = True) -> httpx.AsyncClient:
    executor = Executor(SCHEMA, Documents(SCHEMA, LIMITS), LIMITS)
    endpoint = GraphQLEndpoint(executor, context_for, page if with_page else None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(endpoint), base_url="http://house")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with browse() as opened:
        yield opened


async def ask(
    client: httpx.AsyncClient, query: str, more: dict[str, Any] | None = None, **headers: str
) -> httpx.Response:
    spelt = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return await client.post("/graphql", json={"query": query} | (more or {}), headers=spelt)


def codes(reply: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in reply.json()["errors"]]


async def test_a_query_is_answered(client: httpx.AsyncClient) -> None:
    reply = await ask(client, "query($n:String!){hello(name:$n)}", {"variables": {"n": "文"}})
    assert (reply.status_code, reply.json()) == (
        200,
        {"data": {"hello": "hello 文"}, "extensions": {"cost": 1}},
    )
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["vary"] == "Accept"
    assert len(reply.headers["x-request-id"]) == 32
    assert "hello 文".encode() in reply.content


async def test_a_query_by_get(client: httpx.AsyncClient) -> None:
    params = {"query": "query A($n:String){hello(name:$n)}", "variables": '{"n":"文"}', "operationName": "A"}
    reply = await client.get("/graphql", params=params | {"extensions": ""})
    assert (reply.status_code, reply.json()["data"]) == (200, {"hello": "hello 文"})


@pytest.mark.parametrize("accept", [NEW, OLD])
async def test_no_mutation_by_get(client: httpx.AsyncClient, accept: str) -> None:
    """Rule 19."""
    params = {"query": 'mutation{login(password:"x")}'}
    reply = await client.get("/graphql", params=params, headers={"accept": accept})
    assert (reply.status_code, codes(reply)) == (405, ["METHOD_NOT_ALLOWED"])
    assert reply.headers["allow"] == "GET, POST, OPTIONS"
    assert "set-cookie" not in reply.headers
    assert "data" not in reply.json()


async def test_resolvers_add_headers(client: httpx.AsyncClient) -> None:
    reply = await ask(client, 'mutation{login(password:"x")}')
    assert reply.json()["data"] == {"login": "in"}
    assert reply.headers.get_list("set-cookie") == ["session=1; HttpOnly", "shape=2"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("{", 400, "GRAPHQL_PARSE_FAILED"),
        ("{nothing}", 400, "GRAPHQL_VALIDATION_FAILED"),
        ("query($n:String!){hello(name:$n)}", 400, "BAD_USER_INPUT"),
        ("query A{hello} query B{hello}", 400, "OPERATION_NOT_FOUND"),
        ("{__schema{types{name}}}", 400, "INTROSPECTION_DISABLED"),
        ("{boom hello}", 200, "INTERNAL"),
        ("{bang}", 200, "INTERNAL"),
    ],
)
async def test_statuses_by_media_type(client: httpx.AsyncClient, query: str, status: int, code: str) -> None:
    for accept, expected in ((NEW, status), (OLD, 200)):
        reply = await ask(client, query, accept=accept)
        assert (reply.status_code, set(codes(reply))) == (expected, {code})
        assert reply.headers["content-type"] == f"{accept}; charset=utf-8"
        assert ("data" in reply.json()) is (status == 200)
        assert SECRET not in reply.text


async def test_introspection_is_for_those_who_may(client: httpx.AsyncClient) -> None:
    reply = await ask(client, "{__schema{queryType{name}}}", authorization="Bearer staff")
    assert reply.json()["data"] == {"__schema": {"queryType": {"name": "Query"}}}
    replies = [await ask(client, "{helo}", authorization=who) for who in ("Bearer staff", "Bearer merchant")]
    assert [reply.json()["errors"][0]["message"] for reply in replies] == [
        "Cannot query field 'helo' on type 'Query'. Did you mean 'hello'?",
        "Cannot query field 'helo' on type 'Query'.",
    ]


async def test_who_asks_comes_before_what(client: httpx.AsyncClient) -> None:
    """Rule 16: a credential that is no good is told before the document is looked at, but after the JSON."""
    reply = await ask(client, "{", authorization="Bearer bad")
    assert (reply.status_code, codes(reply)) == (401, ["UNAUTHENTICATED"])
    assert reply.headers["www-authenticate"] == "Bearer"
    headers = {"authorization": "Bearer bad", "content-type": OLD}
    assert (await client.post("/graphql", content=b"{", headers=headers)).status_code == 400


async def test_our_own_fault_is_masked_and_logged(client: httpx.AsyncClient) -> None:
    with structlog.testing.capture_logs() as entries:
        reply = await ask(client, "{hello}", authorization="Bearer broken", x_request_id="abc-12345")
    extensions = {"code": "INTERNAL", "requestId": "abc-12345"}
    assert (reply.status_code, reply.json()) == (
        500,
        {"errors": [{"message": "Something went wrong on our side.", "extensions": extensions}]},
    )
    fault, request = entries
    assert (fault["event"], str(fault["exc_info"])) == ("request:internal", SECRET)
    assert (request["event"], request["status"]) == ("request", 500)


@pytest.mark.parametrize("given", ["abcdefgh", "A" * 64, "a.b_c-d0"])
async def test_a_request_id_is_taken_over(client: httpx.AsyncClient, given: str) -> None:
    reply = await ask(client, "{requestId}", x_request_id=given)
    assert (reply.headers["x-request-id"], reply.json()["data"]["requestId"]) == (given, given)


@pytest.mark.parametrize(
    "given", ["", "short", "A" * 65, "with space", "semi;colon", "a\nb" * 3, "ümläüt-xy", "a" * 9_000]
)
async def test_a_request_id_of_another_shape_is_not(client: httpx.AsyncClient, given: str) -> None:
    made = (await ask(client, "{hello}", x_request_id=given)).headers["x-request-id"]
    assert made != given
    assert len(made) == 32


async def test_options_and_other_methods(client: httpx.AsyncClient) -> None:
    reply = await client.options("/graphql")
    assert (reply.status_code, reply.headers["allow"], reply.content) == (204, "GET, POST, OPTIONS", b"")
    reply = await client.delete("/graphql")
    assert (reply.status_code, codes(reply)) == (405, ["METHOD_NOT_ALLOWED"])
    assert reply.headers["allow"] == "GET, POST, OPTIONS"


async def test_a_browser_is_shown_the_page(client: httpx.AsyncClient) -> None:
    for params in ({}, {"query": "{hello}"}):
        reply = await client.get("/graphql", params=params, headers={"accept": BROWSER})
        assert (reply.status_code, reply.text) == (200, "<!doctype html>")
    assert reply.headers["vary"] == "Cookie, Accept"
    assert reply.headers["cache-control"] == "no-store"
    assert len(reply.headers["x-request-id"]) == 32
    assert (await ask(client, "{hello}", accept=BROWSER)).json()["data"] == {"hello": "hello you"}
    async with browse(with_page=False) as plain:
        reply = await plain.get("/graphql", params={"query": "{hello}"}, headers={"accept": BROWSER})
        assert reply.json()["data"] == {"hello": "hello you"}


@pytest.mark.parametrize("accept", [NEW, OLD])
async def test_no_answer_repeats_a_password(client: httpx.AsyncClient, accept: str) -> None:
    """Rule 20."""
    typed = "mutation($p:String!){login(password:$p)}"
    requests: list[tuple[str, dict[str, Any]]] = [
        *((typed, {"variables": {"p": value}}) for value in ([SECRET], {SECRET: SECRET}, SECRET + "\0")),
        (typed, {"variables": SECRET}),
        (typed, {"operationName": SECRET}),
        (f'mutation{{login(password:["{SECRET}"])}}', {}),
        (f'mutation{{login(password "{SECRET}")}}', {}),
        (f"mutation{{login(password:{SECRET})}}", {}),
        (f'mutation{{login(password:"{SECRET}\\u0000")}}', {}),
    ]
    replies = [await ask(client, query, more, accept=accept) for query, more in requests]
    replies += [
        await client.post("/graphql", content=text.encode(), headers={"content-type": OLD})
        for text in (f'{{"query":"{SECRET}', f'{{"variables":{{"p":"{SECRET}"}}}}', f'["{SECRET}"]')
    ]
    for reply in replies:
        assert reply.json()["errors"]
        assert SECRET not in reply.text


async def test_of_a_header_that_comes_twice_the_first_counts(client: httpx.AsyncClient) -> None:
    headers = [
        (b"Authorization", b"Bearer staff"),
        (b"authorization", b"Bearer bad"),
        (b"x-request-id", b"first-one"),
        (b"X-REQUEST-ID", b"second-one"),
        (b"content-type", b"application/json"),
        (b"content-type", b"text/plain"),
        (b"accept", b"text/plain"),
        (b"accept", NEW.encode()),
    ]
    reply = await client.post(
        "/graphql", content=b'{"query":"{requestId __schema{description}}"}', headers=headers
    )
    assert (reply.status_code, reply.json()["data"]["requestId"]) == (200, "first-one")
    assert reply.headers["content-type"].startswith(NEW)  # but for those that are a list
