"""Is the process alive, and can it serve."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from exgo_gql.db.checks import NotReady, check_server
from exgo_gql.db.pools import Database, Scope, Unavailable
from exgo_gql.db.roles import DatabaseRole

SECONDS = 2.0
"""How long the database may take to answer, before it counts as away."""


async def healthz(_request: Request) -> Response:
    """The process runs. Asks nothing else, so that a database away does not restart it."""
    return JSONResponse({"status": "ok"})


def readiness(database: Callable[[], Database]) -> Callable[[Request], Awaitable[Response]]:
    """Make the answer to whether the database answers, is migrated, and every tenant table has its locks."""
    asked: asyncio.Task[str | None] | None = None

    async def readyz(_request: Request) -> Response:
        # One question at a time, however many ask: a server that hangs is not asked more and more.
        nonlocal asked
        if asked is None or asked.done():
            asked = asyncio.create_task(_obstacle(database()), name="readyz")
        await asyncio.wait({asked}, timeout=SECONDS)
        reason = asked.result() if asked.done() else "The database does not answer."
        if reason is None:
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "unavailable", "reason": reason}, 503, {"retry-after": "1"})

    return readyz


async def _obstacle(database: Database) -> str | None:
    try:
        async with database.reading(Scope(DatabaseRole.WORKER)) as connection:
            await check_server(connection)
    except (NotReady, Unavailable) as error:
        return str(error)
    except (asyncpg.PostgresError, RuntimeError) as error:  # roles or rights that were changed meanwhile
        return f"The database refuses: {error}"
    return None
