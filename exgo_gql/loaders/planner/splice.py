"""Stage 4: computed values put where the statement left what they need.

The place of a computed field holds ``["~7", …]``: the number of its filling, and its needs. Inside a JSON text a
quotation mark is always escaped, so ``["~`` begins nothing else; and inside a hole nobody looks for another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from exgo_gql.loaders.planner.computed import Fill

_MARK = b'["~'
_PLAIN = re.compile(rb'\["~[0-9]+"(?:, (?:"(?:[^"\\]|\\.)*+"|[\w.+-]++|\[\]))*+\]')
"""A hole without lists and objects in it, as most are."""

_PIECE = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]]')
"""What decides where any hole ends: its brackets, but for those in texts."""


def splice(page: bytes, fillings: tuple[Fill, ...], given: Mapping[str, Any]) -> bytes:
    """Fill the holes of a page. ``given`` is what computed fields ask of the request.

    Equal needs are computed once: the rows of a list are often in the same state.

    Raises whatever a computed function raises, and ``NullError``.
    """
    if not fillings:
        return page
    parts: list[bytes] = []
    known: dict[bytes, bytes] = {}
    written = 0
    begins = page.find(_MARK)
    while begins >= 0:
        plain = _PLAIN.match(page, begins)
        ends = plain.end() if plain is not None else _end(page, begins)
        hole = page[begins:ends]
        value = known.get(hole)
        if value is None:
            needs = orjson.loads(hole)
            value = known[hole] = orjson.dumps(fillings[int(needs[0][1:])](needs, given))
        parts += (page[written:begins], value)
        written = ends
        begins = page.find(_MARK, ends)
    parts.append(page[written:])
    return b"".join(parts)


def _end(page: bytes, begins: int) -> int:
    depth = 0
    for piece in _PIECE.finditer(page, begins):
        depth += {b"[": 1, b"]": -1}.get(piece[0], 0)
        if depth == 0:
            return piece.end()
    raise ValueError("a hole does not end")
