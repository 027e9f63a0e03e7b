"""Documents: the order of checks (rule 16), what errors tell (rule 20), and what is remembered."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import strawberry
from graphql import OperationType, parse

import exgo_gql.extensions.documents as module
from exgo_gql.extensions.documents import Documents
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.refusals import RequestRefused

LIMITS = Limits(authentication_fields=frozenset({"login"}))


@strawberry.input
class Address:
    street: str
    number: int
    lines: list[Address] | None = None


@strawberry.input(one_of=True)
class Key:
    id: strawberry.ID | None = strawberry.UNSET
    sku: str | None = strawberry.UNSET


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "", address: Address | None = None, key: Key | None = None) -> str:
        return "hello"

    @strawberry.field
    def count(self, n: int = 1, ns: list[int] | None = None) -> int:
        return n


@strawberry.type
class Mutation:
    @strawberry.mutation
    def login(self, password: str) -> str:
        return "in"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[int]:
        yield 1


SCHEMA = strawberry.Schema(Query, Mutation, Subscription)._schema


def errors_of(text: str, name: str | None = None, *, may_introspect: bool = False) -> list[tuple[str, str]]:
    """Codes and messages of the refusal; empty if the document is prepared."""
    try:
        Documents(SCHEMA, LIMITS).prepare(text, name, may_introspect=may_introspect)
    except RequestRefused as refusal:
        return [((error.extensions or {})["code"], error.message) for error in refusal.errors]
    return []


def test_what_is_prepared() -> None:
    documents = Documents(SCHEMA, LIMITS)
    text = (
        'query A{hello} mutation B{login(password:"x")} subscription C{ticks} query D{__type(name:"X"){name}}'
    )
    found = {name: documents.prepare(text, name) for name in "ABCD"}
    assert [one.kind for one in found.values()] == [
        OperationType.QUERY,
        OperationType.MUTATION,
        OperationType.SUBSCRIPTION,
        OperationType.QUERY,
    ]
    assert [one.uses_introspection for one in found.values()] == [False, False, False, True]
    assert [one.operation.name.value for one in found.values() if one.operation.name] == list("ABCD")
    assert found["A"].document is found["D"].document
    assert (found["A"].text, found["A"].measure.fields, found["B"].measure.mutations) == (text, 1, 1)
    assert documents.prepare("{hello}").operation.name is None
    assert documents.prepare("query Only{hello}").operation.name is not None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("query A{hello}", "B"),
        ("query A{hello}", ""),
        ("{hello}", "A"),
        ("query A{hello} query B{hello}", None),
        ("query A{hello} query B{hello}", "C"),
    ],
)
def test_an_operation_that_is_not_there(text: str, name: str | None) -> None:
    ((code, message),) = errors_of(text, name)
    assert code == "OPERATION_NOT_FOUND"
    assert message in {
        "The document has no operation of that name.",
        "The document must have one operation, or the request must name one.",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # each text is also wrong in every later way
        ("{nothing(first:101)" + "#" * 16_384 + "\0", "BAD_USER_INPUT"),
        ("{nothing(first:101) \ud800", "BAD_USER_INPUT"),
        ("{nothing(first:101)" + "#" * 16_384, "LIMIT_EXCEEDED"),
        ("{" + "nothing(first:101) " * 300, "LIMIT_EXCEEDED"),
        ("{nothing(first:101)", "GRAPHQL_PARSE_FAILED"),
        ("{nothing(first:101)}", "LIMIT_EXCEEDED"),
        ('{nothing(name:"\\u0000")}', "BAD_USER_INPUT"),
        ("{nothing}", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment F on Query{hello}", "GRAPHQL_VALIDATION_FAILED"),
        ("type Query{hello:String}", "GRAPHQL_VALIDATION_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("#", "GRAPHQL_PARSE_FAILED"),
        ("{hello}}", "GRAPHQL_PARSE_FAILED"),
        ("{" * 300 + "}" * 300, "GRAPHQL_PARSE_FAILED"),
        ('{hello(name:"\\ud800")}', "GRAPHQL_PARSE_FAILED"),
        ("{count(n:18446744073709551616)}", "BAD_USER_INPUT"),
        ("{count(n:" + "9" * 5_000 + ")}", "BAD_USER_INPUT"),
        ("{count(n:1e999)}", "BAD_USER_INPUT"),
        ("query($n:Int=%s){count(n:$n)}" % ("9" * 5_000), "BAD_USER_INPUT"),
        ('query @skip(if:"\\u0000"){hello}', "BAD_USER_INPUT"),
        ("{hello @include(if:1e99)}", "BAD_USER_INPUT"),
        ("{...@include(if:1e99){hello}}", "BAD_USER_INPUT"),
        ("query{hello ...F} fragment F on Query @x(y:1e99){hello}", "BAD_USER_INPUT"),
        ("{count(n:2147483648)}", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_the_cheapest_check_comes_first(text: str, code: str) -> None:
    assert {found for found, _ in errors_of(text)} == {code}


@pytest.mark.parametrize(
    "text",
    [
        "{helo}",
        "{hello(nam:1)}",
        "{hello ...on Quer{hello}}",
        "{hello(address:{stret:1})}",
        "query($a:Addres){hello}",
        '{__type(nam:"x"){name}}',
        "{hello(key:{idd:1})}",
    ],
)
def test_suggestions_are_for_those_who_may_introspect(text: str) -> None:
    told = [" ".join(message for _, message in errors_of(text, may_introspect=may)) for may in (True, False)]
    assert "Did you mean" not in told[1]
    assert ("Did you mean" in told[0]) is ("hello(address" not in text and "key:" not in text)


def test_validation_stops_after_ten_errors() -> None:
    found = errors_of("{" + " ".join(f"no{i}" for i in range(400)) + "}")
    assert [message for _, message in found[:10]] == [
        f"Cannot query field 'no{i}' on type 'Query'." for i in range(10)
    ]
    assert len(found) == 11
    assert found[10][1].startswith("Too many validation errors")


def test_comparing_fields_of_one_name_is_bounded() -> None:
    text = "{" + "hello " * 450 + "}"
    before = time.process_time()
    assert errors_of(text) == [("GRAPHQL_VALIDATION_FAILED", "Validation aborted.")]
    assert time.process_time() - before < 0.25
    assert errors_of("{" + "hello " * 100 + "}") == []


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []

    def counted(text: str, **options: Any) -> object:
        texts.append(text)
        return parse(text, **options)

    monkeypatch.setattr(module, "parse", counted)
    return texts


def test_a_document_is_parsed_once_for_all_its_operations(parses: list[str]) -> None:
    documents = Documents(SCHEMA, LIMITS)
    text = "query A{hello} query B{hello}"
    for name in "ABAB":
        assert documents.prepare(text, name).operation.name is not None
    with pytest.raises(RequestRefused):
        documents.prepare(text)
    assert parses == [text]


def test_what_is_refused_is_not_remembered(parses: list[str]) -> None:
    documents = Documents(SCHEMA, LIMITS)
    for _ in range(2):
        with pytest.raises(RequestRefused):
            documents.prepare("{nothing}")
    assert (len(parses), len(documents.recent), documents.recent.weight) == (2, 0, 0)


def test_texts_that_come_once_do_not_push_out_hot_ones(parses: list[str]) -> None:
    documents = Documents(SCHEMA, replace(LIMITS, remembered=1 << 20))
    hot = [f"query Hot{i}{{hello}}" for i in range(20)]
    for text in hot * 2:
        documents.prepare(text)
    for i in range(1_000):
        documents.prepare(f"query Once{i}{{hello}}")
    assert len(parses) == 1_020
    for text in hot:
        documents.prepare(text)
    assert len(parses) == 1_020
    assert len(documents.recent) < 500


def test_memory_is_bounded_by_what_documents_take_up() -> None:
    documents = Documents(SCHEMA, replace(LIMITS, remembered=2 << 20))
    tracemalloc.start()
    try:
        for i in range(12):
            documents.prepare(f"query Q{i}{{" + "hello " * 90 + "}")
            documents.prepare(f'query Q{i}{{hello(name:"' + "文" * 5_000 + '")}')
            documents.prepare(f"query Q{i}{{" + "".join("...{count(ns:[1 2 3 4])}" for _ in range(20)) + "}")
        gc.collect()  # tokens are linked both ways
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 4 < len(documents.recent) < 36
    assert (1 << 19) < documents.recent.weight <= (1 << 20)
    assert taken < (5 << 18)
