"""One operation from request to answer: what is refused, what runs, what is told (rules 16, 17 and 20)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import strawberry
import structlog
from graphql import GraphQLError, get_introspection_query

from exgo_gql.extensions.documents import Documents
from exgo_gql.extensions.execution import Answer, Executor, Params
from exgo_gql.extensions.limits import Limits

SECRET = "hunter2"
EVENTS: list[str] = []


@strawberry.input
class Credentials:
    user: str
    password: str


@strawberry.input
class Patch:
    name: strawberry.Maybe[str]
    note: strawberry.Maybe[str | None]


@strawberry.input(one_of=True)
class Key:
    id: strawberry.ID | None = strawberry.UNSET
    sku: str | None = strawberry.UNSET


@strawberry.type
class Item:
    @strawberry.field
    def fails(self) -> int | None:
        raise RuntimeError(SECRET)


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, info: strawberry.Info, name: str = "you") -> str:
        return f"hello {name} from {info.context}"

    @strawberry.field
    def count(self, n: int = 1, ns: list[int] | None = None) -> int:
        return n

    @strawberry.field
    def at(self, key: Key) -> str:
        return key.sku or "by id"

    @strawberry.field
    def forbidden(self) -> str:
        raise GraphQLError("You may not.", extensions={"code": "FORBIDDEN"})

    @strawberry.field
    def items(self) -> list[Item]:
        return [Item() for _ in range(25)]

    @strawberry.field
    async def slow(self, seconds: float = 30) -> str:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            EVENTS.append("cancelled")
            raise
        return "slept"

    @strawberry.field
    async def impatient(self) -> str | None:
        async with asyncio.timeout(0.001):
            await asyncio.sleep(10)
        return None

    @strawberry.field
    def node(self, key: strawberry.relay.GlobalID) -> str:
        return str(key)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def login(self, credentials: Credentials) -> str:
        EVENTS.append("login")
        return credentials.user

    @strawberry.mutation
    def rename(self, patch: Patch) -> str:
        EVENTS.append("rename")
        return f"{patch.name} {patch.note}"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[int]:
        yield 1


SCHEMA = strawberry.Schema(Query, Mutation, Subscription)._schema
LIMITS = Limits(authentication_fields=frozenset({"login"}), execution=0.2)


async def run(
    query: str,
    variables: dict[str, Any] | None = None,
    *,
    name: str | None = None,
    allow_mutation: bool = True,
    may_introspect: bool = False,
) -> Answer:
    EVENTS.clear()
    executor = Executor(SCHEMA, Documents(SCHEMA, LIMITS), LIMITS)
    return await executor.run(
        Params(query, variables or {}, name),
        "context",
        allow_mutation=allow_mutation,
        may_introspect=may_introspect,
        request_id="request-1",
    )


def codes(answer: Answer) -> list[str]:
    return [error["extensions"]["code"] for error in answer.errors]


async def test_what_runs_is_answered_with_its_cost() -> None:
    """API-8: the cost is reported."""
    answer = await run("query A($n:String!){hello(name:$n)} query B{count}", {"n": "Ada"}, name="A")
    assert answer == Answer({"hello": "hello Ada from context"}, [], {"cost": 1}, executed=True, status=200)
    assert answer.body == {"extensions": {"cost": 1}, "data": {"hello": "hello Ada from context"}}
    answer = await run('mutation{login(credentials:{user:"a" password:"b"})}')
    assert (answer.data, answer.extensions, EVENTS) == ({"login": "a"}, {"cost": 11}, ["login"])


async def test_what_is_refused_never_runs_and_has_no_data() -> None:
    answer = await run("{nothing}")
    assert (answer.data, answer.executed, answer.status, answer.extensions) == (None, False, 400, {})
    assert codes(answer) == ["GRAPHQL_VALIDATION_FAILED"]
    assert set(answer.body) == {"errors"}


async def test_mutations_need_leave() -> None:
    text = 'mutation M{login(credentials:{user:"a" password:"b"})} query Q{hello}'
    answer = await run(text, name="M", allow_mutation=False)
    assert (codes(answer), answer.status, answer.executed, EVENTS) == (["METHOD_NOT_ALLOWED"], 405, False, [])
    assert (await run(text, name="Q", allow_mutation=False)).executed


async def test_subscriptions_need_another_transport() -> None:
    answer = await run("subscription{ticks}")
    assert (codes(answer), answer.status, answer.executed) == (["SUBSCRIPTION_OVER_HTTP"], 400, False)


async def test_introspection_needs_leave() -> None:
    for text in (get_introspection_query(), '{...on Query{a:__type(name:"Query"){name}}}'):
        answer = await run(text)
        assert (codes(answer), answer.status) == (["INTROSPECTION_DISABLED"], 400)
        answer = await run(text, may_introspect=True)
        assert (answer.errors, answer.executed) == ([], True)
    assert (await run("{__typename}")).data == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query($n:Int=1){count(n:$n)}", {"n": None}),
        ("query($k:ID){at(key:{id:$k})}", {"k": None}),
        ("mutation($p:Patch!){rename(patch:$p)}", {"p": {"name": None}}),
        ("mutation{rename(patch:{name:null})}", {}),
        (f'{{node(key:"{SECRET}")}}', {}),
        ("query($i:ID!){node(key:$i)}", {"i": SECRET}),
    ],
)
async def test_input_that_only_the_run_can_refuse(query: str, variables: dict[str, Any]) -> None:
    with structlog.testing.capture_logs() as entries:
        answer = await run(query, variables)
    assert set(codes(answer)) <= {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}
    assert len(answer.errors) == 1
    assert SECRET not in str(answer.body)
    assert (EVENTS, entries) == ([], [])


async def test_patches_tell_absent_from_null() -> None:
    assert (await run("mutation{rename(patch:{note:null})}")).data == {"rename": "None Some(None)"}


async def test_an_operation_is_stopped_when_its_time_is_up() -> None:
    answer = await run("{a:slow b:slow count}")
    assert (answer.executed, answer.status, answer.data) == (True, 200, None)
    assert answer.errors == [
        {"message": "The operation was stopped after 0.2 seconds.", "extensions": {"code": "TIMEOUT"}}
    ]
    assert EVENTS == ["cancelled", "cancelled"]
    assert (await run("{slow(seconds:0.01)}")).data == {"slow": "slept"}


async def test_a_field_that_gave_up_waiting_fails_alone() -> None:
    answer = await run("{impatient count}")
    assert answer.data == {"impatient": None, "count": 1}
    assert [(error["path"], error["extensions"]) for error in answer.errors] == [
        (["impatient"], {"code": "TIMEOUT"})
    ]


async def test_cancelling_the_caller_is_not_a_timeout() -> None:
    task = asyncio.create_task(run("{slow}"))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert EVENTS == ["cancelled"]


async def test_faults_of_fields_are_masked_and_ten_at_most() -> None:
    with structlog.testing.capture_logs() as entries:
        answer = await run("{items{fails} count}")
    assert answer.data == {"items": [{"fails": None}] * 25, "count": 1}
    assert codes(answer) == ["INTERNAL"] * 10
    assert {error["extensions"]["requestId"] for error in answer.errors} == {"request-1"}
    assert SECRET not in str(answer.body)
    assert len(entries) == 10
    answer = await run("{forbidden}")
    assert answer.data is None
    assert (codes(answer), answer.executed, answer.status) == (["FORBIDDEN"], True, 200)


@pytest.mark.parametrize(
    ("fault", "code"), [(RuntimeError(SECRET), "INTERNAL"), (TimeoutError(SECRET), "TIMEOUT")]
)
async def test_a_fault_of_the_machinery_is_masked(
    monkeypatch: pytest.MonkeyPatch, fault: Exception, code: str
) -> None:
    def fail(_operation: object) -> None:
        raise fault

    monkeypatch.setattr("graphql.Executor.execute_operation", fail)
    answer = await run("{count}")
    assert (codes(answer), answer.executed, answer.data) == ([code], True, None)
    assert SECRET not in str(answer.body)
