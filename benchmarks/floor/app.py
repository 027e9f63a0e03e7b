"""A bare ASGI application: from the operation's name to its statement, and the JSON as it comes."""

from __future__ import annotations

import base64
import datetime as dt
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson

HERE = Path(__file__).parent
CONNECTIONS = 5
"""As many as the application reads with."""

Asked = Callable[[Mapping[str, Any]], tuple[Any, ...]]


def _by_id(variables: Mapping[str, Any]) -> tuple[Any, ...]:
    return (UUID(bytes=base64.b64decode(variables["id"])[-16:]),)


def _by_time(merchant_id: UUID) -> Asked:
    def asked(variables: Mapping[str, Any]) -> tuple[Any, ...]:
        read = dt.datetime.fromisoformat
        return merchant_id, read(variables["from"]), read(variables["to"])

    return asked


class _Connection(asyncpg.Connection):
    """Given back without a round trip."""

    def get_reset_query(self) -> str:
        return ""


class Floor:
    """The application. It opens its pool when the server starts."""

    def __init__(self, url: str, merchant_id: UUID) -> None:
        self._url = url
        self._pool: Any = None
        self._pages: dict[str, tuple[str, Asked, bytes]] = {
            operation: ((HERE / f"{name}.sql").read_text(encoding="utf-8"), asked, root)
            for operation, name, asked, root in (
                ("ProductPage", "product", _by_id, b"product"),
                ("AsnPage", "asn", _by_id, b"asn"),
                ("OrderPage", "order", _by_id, b"order"),
                ("OrderList", "list", _by_time(merchant_id), b"orders"),
            )
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or the server's start and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        asked = orjson.loads(body)
        statement, values, root = self._pages[asked["operationName"]]
        async with self._pool.acquire() as connection:
            text = await connection.fetchval(statement, *values(asked["variables"]))
        answer = b'{"data":{"' + root + b'":' + (text.encode() if text else b"null") + b"}}"
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(answer)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def open(self) -> None:
        """Connect."""
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=CONNECTIONS,
            max_size=CONNECTIONS,
            connection_class=_Connection,
            max_cacheable_statement_size=0,
            max_cached_statement_lifetime=0,
            server_settings={"plan_cache_mode": "force_generic_plan", "jit": "off", "timezone": "UTC"},
        )

    async def close(self) -> None:
        """Give all connections back."""
        await self._pool.close()

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        await self.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})


def make() -> Floor:
    """For uvicorn: the database and the merchant stand in the environment."""
    return Floor(os.environ["BENCH_URL"], UUID(os.environ["BENCH_MERCHANT"]))
