"""Taking texts apart: the literals found are those of the parser, and read as it reads them."""

from __future__ import annotations

import math
import time

import pytest
from graphql import (
    FloatValueNode,
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLScalarType,
    GraphQLString,
    IntValueNode,
    Lexer,
    Source,
    StringValueNode,
    TokenKind,
    coerce_input_literal,
    coerce_input_value,
    parse_value,
)
from hypothesis import given
from hypothesis import strategies as st

from exgo_gql.app import schema
from exgo_gql.extensions.inputs import check_literal
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.literals import reader, same, starts, take_apart
from exgo_gql.extensions.refusals import RequestRefused

DAY = GraphQLScalarType("Day", parse_value=str)


def of_the_parser(text: str) -> list[tuple[int, str]]:
    """Where graphql-core finds literals, and how they are written."""
    lexer = Lexer(Source(text))
    found = []
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        if token.kind in {TokenKind.INT, TokenKind.FLOAT, TokenKind.STRING}:
            found.append((token.start, text[token.start : token.end]))
    return found


@pytest.mark.parametrize(
    ("text", "skeleton", "literals"),
    [
        ('{a(b:"x",c:12,d:-1.5e-3)}', "{a(b:\0s,c:\0i,d:\0f)}", ['"x"', "12", "-1.5e-3"]),
        ("{h1 a2b:_3 ...F4 x(y:$v5)}", "{h1 a2b:_3 ...F4 x(y:$v5)}", []),
        ('{a(b:"# \\" {1}")#"2\n(c:3)}', '{a(b:\0s)#"2\n(c:\0i)}', ['"# \\" {1}"', "3"]),
        ('#"\r{a(b:""c:0)}', '#"\r{a(b:\0sc:\0i)}', ['""', "0"]),
        ('{a(b:[1"x"2 "y"])}', "{a(b:[\0i\0s\0i \0s])}", ["1", '"x"', "2", '"y"']),
        ("{a(b:1E5 c:-0 d:1.0)}", "{a(b:\0f c:\0i d:\0f)}", ["1E5", "-0", "1.0"]),
        ('{a(b:"文\\u6587\\n\\/")}', "{a(b:\0s)}", ['"文\\u6587\\n\\/"']),
        ("{a}", "{a}", []),
        ("", "", []),
    ],
)
def test_what_a_text_is_taken_apart_into(text: str, skeleton: str, literals: list[str]) -> None:
    assert take_apart(text) == (skeleton, literals)
    assert list(zip(starts(text), literals, strict=True)) == of_the_parser(text)


@pytest.mark.parametrize(
    "text",
    ['{a(b:"""x""")}', "{a(b:01)}", "{a(b:1.)}", "{a(b:1x)}", "{a(b:-)}", "{a(b:1-1)}", '{a(b:"\0")}', "#\0"],
)
def test_what_is_not_understood_has_no_skeleton(text: str) -> None:
    assert take_apart(text) is None


@pytest.mark.parametrize("literal", ['"', '"\\', '"\\q"', '"\\ud83d\\ude00"', '"\\u{41}"', '"\\"', '"\\N"'])
@pytest.mark.parametrize("kind", [GraphQLInt, GraphQLFloat, GraphQLID, GraphQLString, DAY])
def test_what_is_no_string_is_never_read(literal: str, kind: GraphQLScalarType) -> None:
    apart = take_apart("{a(b:" + literal + ")}")
    read = reader(kind)
    assert apart is not None
    assert read is not None
    assert read(apart[1][0]) is None


PARTS = st.sampled_from(
    [*'"\\#{}()[]:$-1.0eE _a\n\r,', '"x"', "12", "-3.5", '\\"', '""', "...", "a1", '#"', "文", "\ufeff"]
)


@given(st.lists(PARTS, max_size=30).map("".join))
def test_a_text_that_the_parser_reads_has_its_literals(text: str) -> None:
    apart = take_apart(text)
    try:
        expected = of_the_parser(text)
    except GraphQLError:
        return
    if apart is not None and starts(text) == [start for start, _ in expected]:
        assert apart[1] == [literal for _, literal in expected]


WRITTEN = st.one_of(
    st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"\\\n\r\0')).map(
        lambda text: f'"{text}"'
    ),
    st.from_regex(r'"([ a-z#1]|\\["\\/bfnrt]|\\u[0-9A-Ca-c][0-9A-Fa-f]{3}){0,9}"', fullmatch=True),
)


TAKEN = {
    GraphQLInt: {"int_value"},
    GraphQLFloat: {"int_value", "float_value"},
    GraphQLID: {"int_value", "string_value"},
    GraphQLString: {"string_value"},
    DAY: {"string_value"},
}


@given(WRITTEN, st.sampled_from(list(TAKEN)))
def test_a_variable_is_coerced_to_what_the_literal_is(literal: str, kind: GraphQLScalarType) -> None:
    read = reader(kind)
    assert read is not None
    value = read(literal)
    node = parse_value(literal)
    assert isinstance(node, StringValueNode | IntValueNode | FloatValueNode)
    if node.kind not in TAKEN[kind]:
        assert value is None
    elif value is None:
        with pytest.raises(RequestRefused):
            check_literal(node, Limits())
    else:
        check_literal(node, Limits())
        found, expected = coerce_input_value(value, kind), coerce_input_literal(node, kind)
        assert (found, type(found)) == (expected, type(expected))
        assert not isinstance(found, float) or math.copysign(1, found) == math.copysign(1, expected)


def test_types_that_are_read() -> None:
    kinds = schema()._schema.type_map
    assert all(reader(kinds[name]) for name in ("Int", "ID", "String", "Decimal", "Date", "DateTime"))
    assert not any(reader(kinds[name]) for name in ("AsnSort", "ProductFilter", "Boolean"))
    own = GraphQLScalarType("Own", parse_value=str, parse_literal=lambda node, _=None: node.kind)
    new = GraphQLScalarType("New", coerce_input_value=str, coerce_input_literal=lambda node: node.kind)
    assert (reader(own), reader(new), reader(None)) == (None, None, None)
    assert [same("1")(literal) for literal in ("1", "01")] == ["1", None]


@pytest.mark.parametrize(
    "text",
    [
        part * (16_384 // len(part))
        for part in (
            '"\\',
            '"\\"',
            '\\"',
            '"',
            '"a"',
            "1",
            "-",
            "#",
            "#\n",
            "1.",
            "1e",
            "a1",
            "1 ",
            '""',
            "1x",
        )
    ]
    + ['"' + "a" * 16_383, '"' + "\\u0041" * 2_730, "1" * 16_383 + "x", "1." + "1" * 16_381 + "x"],
    ids=lambda text: repr(text[:6]),
)
def test_hostile_texts_are_taken_apart_in_linear_time(text: str) -> None:
    before = time.process_time()
    take_apart(text)
    starts(text)
    assert time.process_time() - before < 0.05
