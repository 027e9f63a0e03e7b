"""Bodies: counted as they arrive, in time, and read into parameters (rules 16, 17 and 21)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request

from exgo_gql.extensions.execution import Params
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.refusals import RequestRefused
from exgo_gql.web.graphql.bodies import params_of_get, params_of_post

LIMITS = Limits(body=4_096, receipt=0.2)


def request(chunks: AsyncIterator[bytes | None], query: bytes = b"", **headers: str) -> Request:
    """A request whose body arrives in chunks; ``None`` is a client that hangs up."""

    async def receive() -> dict[str, Any]:
        async for chunk in chunks:
            if chunk is None:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": chunk, "more_body": True}
        return {"type": "http.request", "body": b"", "more_body": False}

    given = {"content_type": "application/json"} | headers
    scope = {
        "type": "http",
        "method": "POST",
        "query_string": query,
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
    }
    return Request(scope, receive)


async def dripping(*chunks: bytes | None, seconds: float = 0.0) -> AsyncIterator[bytes | None]:
    for chunk in chunks:
        await asyncio.sleep(seconds)
        yield chunk


async def refused(request: Request) -> tuple[int, str, dict[str, str]]:
    with pytest.raises(RequestRefused) as refusal:
        await params_of_post(request, LIMITS)
    (error,) = refusal.value.errors
    return refusal.value.status, (error.extensions or {})["code"], refusal.value.headers


def full(size: int) -> bytes:
    return b'{"query":"{a}"}'.ljust(size)


async def test_a_body_of_the_limit_is_read_however_it_comes() -> None:
    body = full(4_096)
    pieces = [body[i : i + 100] for i in range(0, 4_096, 100)]
    for arriving in (request(dripping(body), content_length="4096"), request(dripping(*pieces))):
        assert await params_of_post(arriving, LIMITS) == Params("{a}")


async def test_one_byte_more_is_refused_before_the_rest_is_taken() -> None:
    large = (413, "BODY_TOO_LARGE", {"connection": "close"})
    assert await refused(request(dripping(full(4_096), b" "))) == large
    assert await refused(request(dripping(full(4_097)), content_length="1")) == large
    for declared in ("4097", "9" * 5_000):
        assert await refused(request(dripping(), content_length=declared)) == large
    taken = 0

    async def endless() -> AsyncIterator[bytes | None]:
        nonlocal taken
        while True:
            taken += 1_024
            yield b" " * 1_024

    assert await refused(request(endless())) == large
    assert taken == 5_120


async def test_a_length_that_is_no_number_is_not_believed() -> None:
    for declared in ("x", "-1", "1e9", "²"):
        arriving = request(dripping(full(20)), content_length=declared)
        assert (await params_of_post(arriving, LIMITS)).query == "{a}"


async def test_bytes_come_before_the_type_and_the_type_before_the_json() -> None:
    """Rule 16."""
    assert (await refused(request(dripping(full(4_097)), content_type="text/plain")))[0] == 413
    assert (await refused(request(dripping(b"{"), content_type="text/plain")))[0] == 415
    assert (await refused(request(dripping(b"{"))))[0] == 400


async def test_a_slow_body_is_given_up() -> None:
    """Rule 21."""
    slow = request(dripping(*[b" "] * 50, seconds=0.02))
    assert await refused(slow) == (408, "BODY_TOO_SLOW", {"connection": "close"})


async def test_a_client_that_hangs_up() -> None:
    assert await refused(request(dripping(b'{"query"', None))) == (400, "BAD_REQUEST", {})


async def test_parameters() -> None:
    body = b'{"query":"{a}","variables":{"n":[1,null]},"operationName":"A","extensions":{"x":1},"id":7}'
    expected = Params("{a}", {"n": [1, None]}, "A", {"x": 1})
    assert await params_of_post(request(dripping(body)), LIMITS) == expected
    nothing = b'{"query":"","variables":null,"operationName":null,"extensions":null}'
    assert await params_of_post(request(dripping(nothing)), LIMITS) == Params("")
    text = b'query={a}&variables={"n":[1,null]}&operationName=A&extensions=%7B%22x%22:1}&id=7&id=8'
    assert params_of_get(request(dripping(), text), LIMITS) == expected
    text = b"query=%7Ba%7D&variables=&operationName=&extensions="
    assert params_of_get(request(dripping(), text), LIMITS) == Params("{a}")


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/json; charset=utf-8",
        'APPLICATION/JSON;charset="UTF-8"',
        "application/json;x=y",
    ],
)
async def test_content_types_that_are_json(kind: str) -> None:
    arriving = request(dripping(full(20)), content_type=kind, content_encoding="identity")
    assert (await params_of_post(arriving, LIMITS)).query == "{a}"
