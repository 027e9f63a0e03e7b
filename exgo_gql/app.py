"""The composition root: the only room that knows all others."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from functools import cache
from typing import Any

import strawberry
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from exgo_gql.adapters.customs import Sandbox
from exgo_gql.auth.passwords import Passwords
from exgo_gql.db.checks import check_server
from exgo_gql.db.pools import Database, PoolSizes, Scope
from exgo_gql.db.roles import DatabaseRole
from exgo_gql.extensions.documents import Documents
from exgo_gql.extensions.execution import Executor
from exgo_gql.extensions.limits import Limits
from exgo_gql.jobs.desk import Desk
from exgo_gql.jobs.worker import Worker
from exgo_gql.resolvers.schema import build
from exgo_gql.settings import Settings
from exgo_gql.web.contexts import context_maker
from exgo_gql.web.graphiql import page, routes
from exgo_gql.web.graphql.endpoint import GraphQLEndpoint
from exgo_gql.web.health import healthz, readyz

log = structlog.get_logger(__name__)

AUTHENTICATION = frozenset({"login"})
"""Root fields of which a request may have one, and then nothing else (rule 17)."""


@cache
def schema() -> strawberry.Schema:
    """The schema, built once a process: the declarations are linked in place."""
    return build()


def create_app(
    settings: Settings,
    database_url: str,
    *,
    accounts: Sequence[dict[str, str]] = (),
    watch: Callable[[Any], None] | None = None,
) -> Starlette:
    """The ASGI application. ``accounts`` are shown as buttons in GraphiQL: for demonstrations only.

    Its start-up raises ``NotReady`` when the database is not migrated, or a tenant table lacks its locks.
    """
    passwords = Passwords()
    limits = Limits(authentication_fields=AUTHENTICATION)
    built = schema()._schema  # noqa: SLF001  # Strawberry has no public way to the graphql-core schema
    executor = Executor(built, Documents(built, limits), limits)
    config = {"endpoint": "/graphql", "accounts": list(accounts)}

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        sizes = PoolSizes(merchant=(settings.read_pool, settings.write_pool))
        database = await Database.open(database_url, sizes, watch)
        try:
            async with database.reading(Scope(DatabaseRole.WORKER)) as connection:
                await check_server(connection)
            app.state.database = database
            async with _working(settings, database_url, database):
                log.info("ready")
                yield
        finally:
            await database.close()
            passwords.close()

    app = Starlette(
        lifespan=lifespan,
        routes=[
            Route("/", _home),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            *routes(config),
        ],
    )
    endpoint = GraphQLEndpoint(
        executor,
        context_maker(lambda: app.state.database, passwords, secure_cookies=settings.secure_cookies),
        page=lambda _request: page(config),
    )
    app.router.routes.append(Route("/graphql", endpoint))
    return app


async def _home(_request: Request) -> Response:
    return RedirectResponse("/graphql")


@contextlib.asynccontextmanager
async def _working(settings: Settings, url: str, database: Database) -> AsyncIterator[None]:
    if not settings.worker:
        yield
        return
    worker = worker_of(settings, url, database)
    task = asyncio.create_task(worker.run(), name="worker")
    try:
        yield
    finally:
        worker.stop()
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(task, 10)


def worker_of(settings: Settings, url: str, database: Database) -> Worker:
    """The worker with the outside world that the settings name."""
    return Worker(url, Desk(database, Sandbox(settings.sandbox_delay_ms)))
