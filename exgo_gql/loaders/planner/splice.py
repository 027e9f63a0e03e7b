"""Stage 4: computed values put where the statement left what they need.

The place of a computed field holds ``["~7", …]``: the number of its filling, and its needs. Inside a JSON text a
quotation mark is always escaped, so ``["~`` begins nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from json.decoder import JSONDecoder
from typing import Any

import orjson

from exgo_gql.loaders.planner.selection import Filling

_MARK = '["~'
_decode: Callable[[str, int], tuple[list[Any], int]] = JSONDecoder().raw_decode


def splice(page: bytes, fillings: tuple[Filling, ...], given: Mapping[str, Any]) -> bytes:
    """Fill the holes of a page. ``given`` is what computed fields ask of the request.

    Equal needs are computed once: the rows of a list are often in the same state.

    Raises whatever a computed function raises, and ``NullError``.
    """
    if not fillings:
        return page
    text = page.decode()
    parts: list[str] = []
    known: dict[str, str] = {}
    written = 0
    begins = text.find(_MARK)
    while begins >= 0:
        hole, ends = _decode(text, begins)
        needs = text[begins:ends]
        value = known.get(needs)
        if value is None:
            value = known[needs] = _filled(fillings[int(hole[0][1:])], hole[1:], given)
        parts += (text[written:begins], value)
        written = ends
        begins = text.find(_MARK, ends)
    parts.append(text[written:])
    return "".join(parts).encode()


def _filled(filling: Filling, needs: list[Any], given: Mapping[str, Any]) -> str:
    values = {
        name: need if read is None else read(need)
        for (name, read), need in zip(filling.reads, needs, strict=True)
    }
    return orjson.dumps(filling.write(filling.computed(values.__getitem__, given))).decode()
