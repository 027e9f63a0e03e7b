"""Answers in JSON, with the headers that all of them have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from exgo_gql.web.graphql.negotiation import Medium

_SAME = ((b"vary", b"Accept"), (b"cache-control", b"no-store"))
_HEADERS = {
    medium: ((b"content-type", f"{medium}; charset=utf-8".encode()), *_SAME)
    for medium in (Medium.RESPONSE, Medium.JSON)
}


class Reply(Response):
    """Starlette's response, but its headers are put together from pieces that are there already."""

    def __init__(
        self,
        body: dict[str, Any],
        status: int,
        medium: Medium | None,
        request_id: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """``headers`` are others than those that all have; their names are in small letters."""
        self.status_code, self.background = status, None
        self.body = orjson.dumps(body)
        self.raw_headers = [
            *_HEADERS[Medium.RESPONSE if medium is Medium.RESPONSE else Medium.JSON],
            (b"content-length", b"%d" % len(self.body)),
            (b"x-request-id", request_id.encode()),
        ]
        if headers:
            self.headers.update(headers)
