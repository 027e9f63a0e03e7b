"""Requests into parameters, the cheapest check first: bytes, content type, JSON, shape (rule 16)."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request

from exgo_gql.extensions.execution import Params
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.refusals import RequestCode, RequestRefused, refused
from exgo_gql.web.protocol import WHOLE

_PARAMETERS = ("query", "variables", "operationName", "extensions")
_MOST_PARAMETERS = 100
"""Parameters in a query string, ours and others', before it is not read at all."""
_LONGEST_TYPE = 200
"""Characters of a content type and a coding that can be meant seriously."""
_LONGEST_LENGTH = 12
"""Digits of a ``Content-Length`` that can be meant seriously."""


async def params_of_post(request: Request, limits: Limits) -> Params:
    """Read a POST.

    Raises:
        RequestRefused: 413 past ``Limits.body`` bytes, 408 when they take longer than ``Limits.receipt``
            seconds, 415 for anything but ``application/json`` in UTF-8, 400 for JSON that is no request.

    """
    body = await _body(request, limits)
    content_type = request.headers.get("content-type", "")
    encoding = request.headers.get("content-encoding", "")
    if len(content_type) + len(encoding) > _LONGEST_TYPE or not _is_json(content_type, encoding):
        raise refused(
            RequestCode.UNSUPPORTED_MEDIA_TYPE, "The content type must be application/json in UTF-8.", 415
        )
    return _params(_parsed(body, "The body"))


def params_of_get(request: Request, limits: Limits) -> Params:
    """Read a GET: the same parameters in the query string, ``variables`` and ``extensions`` as JSON in it.

    Raises:
        RequestRefused: 413 past ``Limits.body`` bytes, 400 for a query string that is no request.

    """
    query: bytes = request.scope["query_string"]
    if len(query) > limits.body:
        raise _too_large(limits)
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except ValueError:  # not ASCII, not UTF-8 once decoded, or too many
        raise _bad("The query string is not valid.") from None
    given: dict[str, Any] = {}
    for name, value in pairs:
        if name in given and name in _PARAMETERS:
            raise _bad(f"The parameter '{name}' is given twice.")
        given[name] = value
    for name in ("variables", "operationName", "extensions"):
        text = given.pop(name, "")
        if text:  # a form sends the fields that were left empty, too
            given[name] = text if name == "operationName" else _parsed(text.encode(), f"'{name}'")
    return _params(given)


async def _body(request: Request, limits: Limits) -> bytes:
    declared = request.headers.get("content-length", "")
    if (
        declared.isascii()
        and declared.isdigit()
        and (len(declared) > _LONGEST_LENGTH or int(declared) > limits.body)
    ):
        raise _too_large(limits)
    if WHOLE in request.scope.get("extensions", ()):
        return await _received(request, limits)
    try:
        async with asyncio.timeout(limits.receipt):
            return await _received(request, limits)
    except TimeoutError:
        raise refused(
            RequestCode.BODY_TOO_SLOW,
            f"The body must arrive within {limits.receipt:g} seconds.",
            408,
            {"connection": "close"},
        ) from None


async def _received(request: Request, limits: Limits) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise _bad("The body ended early.")  # nobody is there to read it
        body += message.get("body", b"")
        if len(body) > limits.body:
            raise _too_large(limits)
        more = message.get("more_body", False)
    return bytes(body)


@lru_cache(maxsize=256)
def _is_json(content_type: str, content_encoding: str) -> bool:
    media, *parameters = content_type.split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip(' "').lower() not in {"utf-8", "utf8"}:
            return False
    encoding = content_encoding.strip().lower()
    return media.strip().lower() == "application/json" and encoding in {"", "identity"}


def _parsed(text: bytes, what: str) -> object:
    """JSON as orjson has it: strict UTF-8, no NaN, nothing past a double or 1,024 levels."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _bad(f"{what} is not valid JSON.") from None


def _params(given: object) -> Params:
    if isinstance(given, list):
        raise _bad("Requests are sent one at a time, not in batches.")
    if not isinstance(given, dict):
        raise _bad("The request must be a JSON object.")
    query, name = given.get("query"), given.get("operationName")
    if not isinstance(query, str):
        raise _bad("'query' must be given, and be text.")
    if not (name is None or isinstance(name, str)):
        raise _bad("'operationName' must be text or null.")
    return Params(query, _object(given, "variables"), name, _object(given, "extensions"))


def _object(given: dict[str, Any], name: str) -> dict[str, Any]:
    value = given.get(name)
    if not (value is None or isinstance(value, dict)):
        raise _bad(f"'{name}' must be an object or null.")
    return value or {}


def _bad(message: str) -> RequestRefused:
    return refused(RequestCode.BAD_REQUEST, message)


def _too_large(limits: Limits) -> RequestRefused:
    # The rest of the body is not read, so the connection cannot be used again.
    return refused(
        RequestCode.BODY_TOO_LARGE,
        f"A request may have {limits.body} bytes at most.",
        413,
        {"connection": "close"},
    )
