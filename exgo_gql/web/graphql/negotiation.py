"""Which media type an answer has, by the request's ``Accept`` (GraphQL over HTTP; RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

_NAMED = 2
"""The precision of a range without a wildcard."""
_REMEMBERED = 200
"""Characters of a header that is worth remembering: clients have few ways to ask, and those are short."""
_QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?", re.ASCII)


class Medium(StrEnum):
    """What can be answered with."""

    RESPONSE = "application/graphql-response+json"
    """Status codes tell request errors apart."""
    JSON = "application/json"
    """For older clients: a well-formed request is answered with 200, whatever its errors."""
    PAGE = "text/html"
    """GraphiQL, for a browser's address bar."""


def negotiate(accepts: Iterable[str], *, page: bool) -> Medium | None:
    """The best of what the ``Accept`` headers allow; ``None`` when that is nothing.

    With equal quality, a type that is named goes before one that only a wildcard lets in; of named types
    ``application/graphql-response+json`` is taken, of others ``application/json``, which is also the answer
    to a request without ``Accept``: who names nothing may be an older client. ``page`` says whether there is
    a page to show.
    """
    accept = ",".join(accepts)
    return _known(accept, page) if len(accept) <= _REMEMBERED else _agreed(accept, page)


@lru_cache(maxsize=256)
def _known(accept: str, page: bool) -> Medium | None:
    return _agreed(accept, page)


def _agreed(accept: str, page: bool) -> Medium | None:
    if not accept.strip(", \t"):
        return Medium.JSON
    ranges = dict(parsed for part in accept.split(",") if (parsed := _range(part)))
    chosen, best = None, (0.0, 0, 0)
    for medium in Medium:
        quality, precision = _quality(medium, ranges)
        rank = (quality, precision, _preference(medium, named=precision == _NAMED))
        if quality and rank > best and (page or medium is not Medium.PAGE):
            chosen, best = medium, rank
    return chosen


def _quality(medium: Medium, ranges: dict[str, float]) -> tuple[float, int]:
    """The quality that the most precise range gives a type, and how precise that range is."""
    for precision, name in ((_NAMED, str(medium)), (1, medium.partition("/")[0] + "/*"), (0, "*/*")):
        if name in ranges:
            return ranges[name], precision
    return 0.0, 0


def _preference(medium: Medium, *, named: bool) -> int:
    order = (
        [Medium.PAGE, Medium.JSON, Medium.RESPONSE] if named else [Medium.PAGE, Medium.RESPONSE, Medium.JSON]
    )
    return order.index(medium)


def _range(part: str) -> tuple[str, float] | None:
    """A media range and its quality; ``None`` for what is no range."""
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((p.removeprefix("q=") for p in parameters if p.startswith("q=")), "1")
    return (name, float(quality)) if name and _QUALITY.fullmatch(quality) else None
