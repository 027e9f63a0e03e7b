"""Rule 20: an error with a code is public, a client's own error repeats no value, the rest is INTERNAL."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
import structlog
from graphql import GraphQLError, GraphQLSyntaxError, Source, parse, parse_value
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.relay.types import InvalidGlobalIDError

from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.masking import INTERNAL, public, publish

SECRET = "hunter2"
LIMITS = Limits()


def raised(error: Exception) -> GraphQLError:
    """The error as graphql-core hands it on after a resolver raised it."""
    try:
        raise error
    except type(error) as caught:
        return GraphQLError(str(caught), path=["products", 0, "price"], original_error=caught)


def logged(*errors: GraphQLError) -> tuple[list[dict[str, Any]], list[Mapping[str, Any]]]:
    with structlog.testing.capture_logs() as entries:
        told = publish(errors, "req-12345", LIMITS)
    return told, list(entries)


def test_an_error_with_a_code_is_told_as_it_is() -> None:
    error = GraphQLError("No.", path=["a"], extensions={"code": "FORBIDDEN", "permission": "product:edit"})
    assert logged(error) == (
        [
            {
                "message": "No.",
                "path": ["a"],
                "extensions": {"code": "FORBIDDEN", "permission": "product:edit"},
            }
        ],
        [],
    )
    told, entries = logged(raised(error))
    assert (told[0]["message"], told[0]["extensions"]["code"], entries) == ("No.", "FORBIDDEN", [])


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(f"dsn=postgres://exgo:{SECRET}@db"),
        KeyError(SECRET),
        GraphQLError(f"bare {SECRET}"),
        GraphQLError(SECRET, extensions={"reason": SECRET}),
        ValueError(SECRET),
    ],
)
def test_anything_else_is_internal_and_logged_once_with_its_traceback(error: Exception) -> None:
    told, entries = logged(raised(error))
    assert told == [
        {
            "message": "Something went wrong on our side.",
            "path": ["products", 0, "price"],
            "extensions": {"code": "INTERNAL", "requestId": "req-12345"},
        }
    ]
    (entry,) = entries
    assert entry["event"] == "request:internal"
    assert (entry["log_level"], entry["request_id"]) == ("error", "req-12345")
    assert entry["path"] == ["products", 0, "price"]
    assert entry["exc_info"] is error
    assert error.__traceback__ is not None


def test_one_fault_behind_many_fields_is_logged_once() -> None:
    fault = RuntimeError("the loader fell over")
    told, entries = logged(*(GraphQLError("x", path=["p", i], original_error=fault) for i in range(30)))
    assert [error["extensions"]["code"] for error in told] == ["INTERNAL"] * 10
    assert len(entries) == 1
    assert len(logged(raised(RuntimeError("a")), raised(RuntimeError("a")))[1]) == 2


@pytest.mark.parametrize("kind", [TimeoutError, asyncio.TimeoutError])
def test_a_timeout_is_told_as_one(kind: type[Exception]) -> None:
    told, entries = logged(raised(kind(SECRET)))
    assert told[0]["extensions"] == {"code": "TIMEOUT"}
    assert told[0]["message"] == "This took too long and was stopped."
    assert entries == []


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            GraphQLError(f"found {SECRET}", parse_value("$price")),
            "Variable '$price' has no value where one is needed.",
        ),
        (
            GraphQLError(f"found {SECRET}", parse_value(f'"{SECRET}"')),
            "An argument has no value of the type that is needed.",
        ),
        (StrawberryInputCoercionError(SECRET), "An argument has no value of the type that is needed."),
        (InvalidGlobalIDError(SECRET), "An argument has no value of the type that is needed."),
    ],
)
def test_input_that_only_the_run_refuses_is_bad_input_without_the_value(
    error: Exception, message: str
) -> None:
    told, entries = logged(raised(error))
    assert (told[0]["message"], told[0]["extensions"]) == (message, {"code": "BAD_USER_INPUT"})
    assert entries == []


def test_a_syntax_error_is_told_without_the_document() -> None:
    told = public(GraphQLSyntaxError(Source(f'{{a(p "{SECRET}")}}'), 5, f"found String '{SECRET}'"), "r")
    assert told == {
        "message": "The document cannot be parsed.",
        "extensions": {"code": "GRAPHQL_PARSE_FAILED"},
        "locations": [{"line": 1, "column": 6}],
    }


def test_places_in_the_document_go_out() -> None:
    field = parse("{\n  product\n}").definitions[0].selection_set.selections[0]  # type: ignore[attr-defined]
    told = public(GraphQLError("x", field, extensions={"code": "X"}), "r")
    assert told["locations"] == [{"line": 2, "column": 3}]


def test_ten_errors_of_three_hundred_characters() -> None:
    errors = [GraphQLError("é" * length, extensions={"code": "X"}) for length in (299, 300, 301, *[5] * 8)]
    told, _ = logged(*errors)
    assert [len(error["message"]) for error in told] == [299, 300, 300, *[5] * 7]
    assert told[2]["message"] == "é" * 299 + "…"
    assert errors[2].message == "é" * 301


def test_the_words_for_our_faults() -> None:
    assert INTERNAL == "Something went wrong on our side."
