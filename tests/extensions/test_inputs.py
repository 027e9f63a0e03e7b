"""What values may look like before any type is asked: text that can be kept, numbers that are exact."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import parse_value

from exgo_gql.extensions.inputs import check_literal, check_text, check_variables
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.refusals import RequestRefused

LIMITS = Limits()
TOO_LARGE = float(2**63)


def refusal_of(variables: dict[str, Any]) -> str:
    with pytest.raises(RequestRefused) as refused:
        check_variables(variables, LIMITS)
    (error,) = refused.value.errors
    assert (error.extensions or {})["code"] == "BAD_USER_INPUT"
    return error.message


@pytest.mark.parametrize("text", ["a\0b", "\0"])
@pytest.mark.parametrize(
    "around", [lambda v: v, lambda v: [["x", v]], lambda v: {"a": [{"b": v}]}, lambda v: {v: 1}]
)
def test_no_nul_anywhere(text: str, around: Any) -> None:
    assert refusal_of({"v": around(text)}) == "Text must not contain the NUL character."


@pytest.mark.parametrize("text", ["\ud800", "文\udfff", "\udc00\ud800"])
@pytest.mark.parametrize(
    "around", [lambda v: v, lambda v: [["x", v]], lambda v: {"a": [{"b": v}]}, lambda v: {v: 1}]
)
def test_no_lone_surrogate_anywhere(text: str, around: Any) -> None:
    assert refusal_of({"v": around(text)}) == "Text must not contain lone surrogates."


@pytest.mark.parametrize("number", [TOO_LARGE, -TOO_LARGE, 1e300, float("inf"), float("-inf"), float("nan")])
def test_no_number_that_lost_digits(number: float) -> None:
    assert refusal_of({"v": [number]}) == "A number is too large to be read exactly; send it as text."


def test_what_can_be_kept() -> None:
    texts = ["", "文字", "\U0001f600", "\n\t", "\x01", "\ufffd", "x" * 1_000_000]
    check_variables({"texts": texts, "numbers": [0, -(2**63), 2**64 - 1, 9.2e18, -0.0, None, True]}, LIMITS)
    for text in texts:
        check_text(text)


@pytest.mark.parametrize(
    "literal", ['"\\u0000"', '["a" {b:"\\u0000"}]', "1e99", "9223372036854775808", "[-1e999]", "9" * 5_000]
)
def test_literals_are_held_to_the_same(literal: str) -> None:
    with pytest.raises(RequestRefused):
        check_literal(parse_value(literal), LIMITS)


@pytest.mark.parametrize(
    "literal", ['"文"', "9000000000000000000", "-1.5e3", "[[[]]]", "$v", "ENUM", "null", "true"]
)
def test_literals_that_can_be_kept(literal: str) -> None:
    check_literal(parse_value(literal), LIMITS)
