"""Is the process alive, and can it serve."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from exgo_gql.db.checks import NotReady, check_server
from exgo_gql.db.pools import Database, Scope, Unavailable
from exgo_gql.db.roles import DatabaseRole


async def healthz(_request: Request) -> Response:
    """The process runs. Asks nothing else, so that a database away does not restart it."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """The database answers, is migrated, and every tenant table has its locks."""
    database: Database = request.app.state.database
    try:
        async with database.reading(Scope(DatabaseRole.WORKER)) as connection:
            await check_server(connection)
    except (NotReady, Unavailable) as error:
        return JSONResponse({"status": "unavailable", "reason": str(error)}, 503, {"retry-after": "1"})
    return JSONResponse({"status": "ok"})
