"""The application: one query, new loaders for each request."""

from __future__ import annotations

import base64
import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.types import Info

from benchmarks.plain.loaders import Loaders
from benchmarks.plain.types import Order

CONNECTIONS = 5
"""As many as the application reads with."""


@strawberry.type
class Query:
    @strawberry.field
    async def order(self, info: Info, id: strawberry.ID) -> Order | None:  # noqa: A002  # as the schema calls it
        return Order.maybe(await info.context["loaders"].order.load(UUID(bytes=base64.b64decode(id)[-16:])))


class Endpoint(GraphQL[Any, Any]):
    """Strawberry's own endpoint."""

    pool: Any = None

    async def get_context(self, request: Any, response: Any) -> Any:
        """New loaders for each request."""
        return {"request": request, "response": response, "loaders": Loaders(self.pool)}


def make() -> Starlette:
    """For uvicorn: the database stands in the environment."""
    endpoint = Endpoint(strawberry.Schema(query=Query))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        settings = {"plan_cache_mode": "force_generic_plan", "jit": "off", "timezone": "UTC"}
        async with asyncpg.create_pool(
            os.environ["BENCH_URL"],
            min_size=CONNECTIONS,
            max_size=CONNECTIONS,
            server_settings=settings,
        ) as pool:
            endpoint.pool = pool
            yield

    return Starlette(lifespan=lifespan, routes=[Route("/graphql", endpoint)])
