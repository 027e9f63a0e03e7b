"""Texts of documents, taken apart into literals and what stands around them, without parsing (rule 17).

The pass is lexical and does not judge: two texts of one skeleton differ in nothing but their literals, so if
one of them is a document, and its literals are those of the parser (``starts``), the other has the same
tokens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from graphql import GraphQLFloat, GraphQLID, GraphQLInt, GraphQLScalarType, GraphQLString

Reader = Callable[[str], str | int | float | None]
"""From a literal as written to the raw value of a variable; ``None`` if the literal does not fit."""

_PIECE = re.compile(
    r"""(["\#\-0-9](?:           # begins with a set, so that the search skips all else at once
        (?<=\#) [^\n\r]*+
      | (?<=") [^"\\\n\r]*+ (?: \\(?: ["\\/bfnrt] | u(?![dD][89A-Fa-f])[0-9A-Fa-f]{4} ) [^"\\\n\r]*+ )*+ "?
      | (?<!\w.)(?<=[-0-9]) [\w.+\-]*+
    ))""",
    re.ASCII | re.VERBOSE,
)
"""A comment, a string as far as it is one, or a number. Every repetition is possessive: the search is linear."""

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
_MOST = 2.0**63
"""From here on ``check_literal`` refuses numbers."""


def take_apart(text: str) -> tuple[str, list[str]] | None:
    """The skeleton of a text and its literals as written, or ``None`` for one that has none.

    In a skeleton, NUL and a letter stand for a literal of a kind.
    """
    if '"""' in text or "\0" in text:
        return None
    parts = _PIECE.split(text)
    literals = []
    for index in range(1, len(parts), 2):
        part = parts[index]
        if part[0] == "#":
            continue
        if part[0] == '"':
            parts[index] = "\0s"
        elif _WHOLE.fullmatch(part):
            parts[index] = "\0i"
        elif _NUMBER.fullmatch(part):
            parts[index] = "\0f"
        else:
            return None
        literals.append(part)
    return "".join(parts), literals


def starts(text: str) -> list[int]:
    """Where the literals of a text begin."""
    return [match.start() for match in _PIECE.finditer(text) if match[0][0] != "#"]


def reader(kind: object) -> Reader | None:
    """How to read literals of a leaf type so that the variable is coerced to the same; ``None`` if unsure."""
    if kind in _READERS:
        return _READERS[kind]
    if (
        isinstance(kind, GraphQLScalarType)
        and kind.coerce_input_literal is None
        and getattr(kind.parse_literal, "__func__", None) is GraphQLScalarType.parse_literal
    ):
        return _text  # graphql-core takes the text out of the literal, then coerces it as a variable's
    return None


def same(written: str) -> Reader:
    """A reader that takes one spelling only."""
    return lambda literal: literal if literal == written else None


def _text(literal: str) -> str | None:
    if literal[0] != '"':
        return None
    if "\\" not in literal:
        return literal[1:-1] if len(literal) > 1 and literal[-1] == '"' else None
    try:
        text: str = json.loads(literal, strict=False)
    except ValueError:
        return None
    return None if "\0" in text else text


def _number(literal: str) -> float | None:
    if literal[0] == '"':
        return None
    number = float(literal)
    return number if -_MOST < number < _MOST else None


def _whole(literal: str) -> int | None:
    return int(literal) if _number(literal) is not None and _WHOLE.fullmatch(literal) else None


def _id(literal: str) -> str | None:
    if literal[0] == '"':
        return _text(literal)
    return literal if _whole(literal) is not None else None  # -0 stays -0


_READERS: dict[object, Reader] = {
    GraphQLInt: _whole,
    GraphQLFloat: _number,
    GraphQLID: _id,
    GraphQLString: _text,
}
