"""What values may look like, in the document's literals and in the variables, before any type is asked.

PostgreSQL's text takes neither NUL nor lone surrogates, and a number that does not fit is rounded on the way
in, so all three are refused here for every field at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
)

from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.refusals import RequestCode, RequestRefused, coded

_WHOLE = 2.0**63
"""From here on the JSON parser may have made a float of a whole number, and digits are lost."""


def check_text(text: str) -> None:
    """Refuse text that no column can hold.

    Raises:
        RequestRefused: ``BAD_USER_INPUT`` for a NUL character or a lone surrogate.

    """
    if "\0" in text:
        raise _unusable("Text must not contain the NUL character.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _unusable("Text must not contain lone surrogates.") from None


def check_variables(variables: Mapping[str, Any], limits: Limits) -> None:
    """Look through the variables as they came, without recursion.

    Raises:
        RequestRefused: ``BAD_USER_INPUT`` for text or numbers that cannot be kept, ``LIMIT_EXCEEDED`` for
        lists and
            objects that are too long or too deep (rule 17).

    """
    waiting: list[tuple[list[Any] | dict[str, Any], int]] = [(dict(variables), 0)]
    values = 0
    while waiting:
        holder, nesting = waiting.pop()
        values += len(holder)
        limits.insist("items", len(holder))
        limits.insist("values", values)
        limits.insist("nesting", nesting)
        if isinstance(holder, dict):
            for key in holder:
                check_text(key)
        for value in holder.values() if isinstance(holder, dict) else holder:
            if isinstance(value, str):
                check_text(value)
            elif isinstance(value, list | dict):
                waiting.append((value, nesting + 1))
            elif isinstance(value, float) and not -_WHOLE < value < _WHOLE:
                raise _unusable("A number is too large to be read exactly; send it as text.")


def check_literal(literal: ValueNode, limits: Limits) -> None:
    """The same for a value written in the document.

    Raises:
        RequestRefused: as ``check_variables``.

    """
    waiting = [(literal, 0)]
    while waiting:
        value, nesting = waiting.pop()
        if isinstance(value, StringValueNode):
            check_text(value.value)
        elif isinstance(value, IntValueNode | FloatValueNode):
            if not -_WHOLE < float(value.value) < _WHOLE:
                raise _unusable("A number is too large to be read exactly; send it as text.")
        elif isinstance(value, ListValueNode | ObjectValueNode):
            inner = (
                value.values
                if isinstance(value, ListValueNode)
                else tuple(field.value for field in value.fields)
            )
            limits.insist("items", len(inner), value)
            limits.insist("nesting", nesting + 1, value)
            waiting.extend((item, nesting + 1) for item in inner)


def _unusable(message: str) -> RequestRefused:
    return RequestRefused([coded(RequestCode.BAD_USER_INPUT, message)])
