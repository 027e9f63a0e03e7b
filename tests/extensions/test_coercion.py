"""Values that do not fit: the error says where and what was expected, and never what was sent (rule 20)."""

from __future__ import annotations

from typing import Any, NewType

import pytest
import strawberry
from graphql import GraphQLError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.schema.config import StrawberryConfig

from exgo_gql.extensions.documents import Documents
from exgo_gql.extensions.execution import Answer, Executor, Params
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.refusals import RequestRefused

LIMITS = Limits()
SECRET = "hunter2_correct_horse"

Weight = NewType("Weight", str)
Silent = NewType("Silent", str)


def signed(_value: object) -> str:
    raise GraphQLError("A weight has at most 3 decimal places.", extensions={"code": "WEIGHT"})


def unsigned(value: object) -> str:
    raise ValueError(value)


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
    def hello(self, name: str = "you", address: Address | None = None, key: Key | None = None) -> str:
        return f"hello {name}"

    @strawberry.field
    def count(self, n: int = 1, ns: list[int] | None = None) -> int:
        return n

    @strawberry.field
    def many(self, addresses: list[Address] | None = None) -> int:
        return len(addresses or [])

    @strawberry.field
    def weigh(self, weight: Weight | None = None, silent: Silent | None = None) -> str:
        return "light"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def login(self, password: str, tries: int | None = None) -> str:
        return "in"


SCHEMA = strawberry.Schema(
    Query,
    Mutation,
    config=StrawberryConfig(
        scalar_map={
            Weight: strawberry.scalar(name="Weight", parse_value=signed, serialize=str),
            Silent: strawberry.scalar(name="Silent", parse_value=unsigned, serialize=str),
        }
    ),
)._schema


def errors_of(text: str, *, may_introspect: bool = False) -> list[tuple[str, str]]:
    """Codes and messages of the refusal; empty if the document is prepared."""
    try:
        Documents(SCHEMA, LIMITS).prepare(text, may_introspect=may_introspect)
    except RequestRefused as refusal:
        return [((error.extensions or {})["code"], error.message) for error in refusal.errors]
    return []


async def run(query: str, variables: dict[str, Any]) -> Answer:
    return await Executor(SCHEMA, Documents(SCHEMA, LIMITS), LIMITS).run(
        Params(query, variables), None, allow_mutation=True, may_introspect=False, request_id="r"
    )


@pytest.mark.parametrize(
    "text",
    [
        'mutation{login(password "%s")}',
        'mutation{login(password: """%s""" """%s""")}',
        'mutation{login(password: 12345678901 12345678901)} "%s"',
        'mutation{login(password: "%s\n")}',
        'mutation{login(password: "\\%s")}',
        'mutation{login(password: "\\u{%s}")}',
        'mutation{login(password: "\\u%s")}',
        '"%s" {hello}',
        "mutation{login(password: %s)}",
        'mutation{login(password: {a:"%s"})}',
        'mutation{login(password: ["%s"])}',
        'mutation($p:String!={a:"%s"}){login(password:$p)}',
        '{count(n:"%s")}',
        '{count(ns:[1 "%s"])}',
        '{hello(address:"%s")}',
        '{hello(address:{street:["%s"] number:"%s"})}',
        '{hello(address:{street:1 number:2 lines:[{street:"%s" number:"%s"}]})}',
        '{hello(key:{id:"%s" sku:"%s"})}',
        '{hello @include(if:"%s")}',
        '{weigh(silent:"%s")}',
        '{weigh(weight:"%s")}',
    ],
)
@pytest.mark.parametrize("may_introspect", [True, False])
def test_no_error_repeats_a_literal(text: str, may_introspect: bool) -> None:
    found = errors_of(text.replace("%s", SECRET), may_introspect=may_introspect)
    assert found
    assert {code for code, _ in found} <= {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}
    told = " ".join(message for _, message in found)
    assert not any(part in told for part in ("hunter2", "correct", "horse", "12345"))


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ('{count(n:"x")}', ["The value must be of type Int!."]),
        (
            '{count(ns:[1 "x" null])}',
            ["The value at '[1]' must be of type Int!.", "The value at '[2]' must be of type Int!."],
        ),
        ("{hello(address:{street:1 number:2})}", ["The value at 'street' must be of type String!."]),
        ('{hello(address:{street:"x"})}', ["The value does not fit: Address needs number."]),
        (
            '{hello(address:{street:"x" number:1 lines:[{stret:"x" number:1}]})}',
            [
                "The value at 'lines[0]' does not fit: Address needs street and does not know stret.",
                "The value at 'lines[0]' has an unknown field: stret.",
            ],
        ),
        ('{hello(key:{id:"1" sku:"2"})}', ["The value must have exactly one field of Key, and not null."]),
        ('{weigh(silent:"1")}', ["The value must be of type Silent."]),
        ('{weigh(weight:"1")}', ["The value: A weight has at most 3 decimal places."]),
        ('mutation{login(password "x")}', ["Syntax error: Expected ':', found String."]),
        ("{hello", ["Syntax error: Expected Name, found <EOF>."]),
    ],
)
def test_errors_say_where_and_what_was_expected(text: str, messages: list[str]) -> None:
    assert [message for _, message in errors_of(text)] == messages


@pytest.mark.parametrize(
    ("query", "variables", "messages"),
    [
        ("query($n:Int!){count(n:$n)}", {}, ["Variable '$n' must be of type Int!."]),
        *(
            ("query($n:Int!){count(n:$n)}", {"n": value}, ["Variable '$n' must be of type Int!."])
            for value in (None, SECRET, True, 2**31, 1.5, [1, 2], {SECRET: SECRET})
        ),
        (
            "query($n:[Int!]){count(ns:$n)}",
            {"n": [1, SECRET, None]},
            ["Variable '$n' at '[1]' must be of type Int!.", "Variable '$n' at '[2]' must be of type Int!."],
        ),
        (
            "query($a:Address! $n:Int!){hello(address:$a) count(n:$n)}",
            {"a": {"street": 1, "nmber": SECRET, "lines": {"street": "", "number": SECRET}}, "n": SECRET},
            [
                "Variable '$a' at 'street' must be of type String!.",
                "Variable '$a' does not fit: Address needs number and does not know nmber.",
                "Variable '$a' at 'lines.number' must be of type Int!.",
                "Variable '$n' must be of type Int!.",
            ],
        ),
        (
            "query($a:Address){hello(address:$a)}",
            {"a": {"street": "x", "number": 1, "colour": SECRET, "not a name!": SECRET}},
            ["Variable '$a' does not fit: Address does not know colour."],
        ),
        (
            "query($a:[Address!]){many(addresses:$a)}",
            {"a": {"street": "x", "number": SECRET}},
            ["Variable '$a' at 'number' must be of type Int!."],
        ),
        ("query($a:Address!){hello(address:$a)}", {"a": SECRET}, ["Variable '$a' must be of type Address!."]),
        (
            "query($w:Weight){weigh(weight:$w)}",
            {"w": 1},
            ["Variable '$w': A weight has at most 3 decimal places."],
        ),
        ("query($w:Silent){weigh(silent:$w)}", {"w": SECRET}, ["Variable '$w' must be of type Silent."]),
        *(
            (
                "query($k:Key!){hello(key:$k)}",
                {"k": key},
                ["Variable '$k' must have exactly one field of Key, and not null."],
            )
            for key in ({"id": SECRET, "sku": SECRET}, {})
        ),
        (
            "query($k:Key!){hello(key:$k)}",
            {"k": {"sku": None}},
            ["Variable '$k' at 'sku' must be of type String!."],
        ),
    ],
)
async def test_variables_of_wrong_type(query: str, variables: dict[str, Any], messages: list[str]) -> None:
    answer = await run(query, variables)
    assert [error["message"] for error in answer.errors] == messages
    assert {error["extensions"]["code"] for error in answer.errors} == {"BAD_USER_INPUT"}
    assert (answer.executed, answer.status) == (False, 400)
    assert SECRET not in str(answer.body)


async def test_ten_faults_at_most() -> None:
    answer = await run("query($n:[Int!]){count(ns:$n)}", {"n": [SECRET] * 200})
    assert [error["message"] for error in answer.errors] == [
        f"Variable '$n' at '[{i}]' must be of type Int!." for i in range(10)
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["a", "as", "n", "ns", "k", "p"]), JSON, max_size=5))
async def test_no_variables_are_our_fault(variables: dict[str, Any]) -> None:
    for text in (
        "query($a:Address! $n:Int!){hello(address:$a) count(n:$n)}",
        "query($as:[Address!]){many(addresses:$as)}",
        'query($n:Int! $ns:[Int!] $k:Key={sku:"A"}){count(n:$n ns:$ns) hello(key:$k)}',
        "mutation($p:String! $n:Int){login(password:$p tries:$n)}",
    ):
        answer = await run(text, variables)
        assert {error["extensions"]["code"] for error in answer.errors} <= {"BAD_USER_INPUT"}
