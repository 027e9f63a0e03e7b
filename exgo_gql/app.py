"""The composition root: the only room that knows all others."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import cache
from typing import Any

import strawberry
import structlog
import uvicorn
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
from exgo_gql.loaders.planner.plans import Planner
from exgo_gql.resolvers.schema import build
from exgo_gql.services.viewers import Viewers
from exgo_gql.settings import Settings
from exgo_gql.web.application import Application
from exgo_gql.web.contexts import context_maker
from exgo_gql.web.graphiql import page, routes
from exgo_gql.web.graphql.endpoint import GraphQLEndpoint
from exgo_gql.web.health import healthz, readiness
from exgo_gql.web.metrics import metrics
from exgo_gql.web.protocol import HttpProtocol

log = structlog.get_logger(__name__)

AUTHENTICATION = frozenset({"login"})
"""Root fields of which a request may have one, and then nothing else (rule 17)."""
PATH = "/graphql"
SECONDS_TO_CLOSE = 5.0
BACKLOG = 2048
GC_THRESHOLDS = (20_000, 20, 50)


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
    planner = Planner(schema()) if settings.planner else None
    executor = Executor(built, Documents(built, limits), limits, planner)
    config = {"endpoint": PATH, "accounts": list(accounts)}

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
            with contextlib.suppress(TimeoutError):  # a database that hangs must not keep the process
                await asyncio.wait_for(database.close(), SECONDS_TO_CLOSE)
            passwords.close()

    endpoint = GraphQLEndpoint(
        executor,
        context_maker(
            lambda: app.state.database, passwords, Viewers(), secure_cookies=settings.secure_cookies
        ),
        page=lambda _request: page(config),
    )
    app = Application(
        PATH,
        endpoint,
        lifespan=lifespan,
        routes=[
            Route(PATH, endpoint),
            Route("/", _home),
            Route("/healthz", healthz),
            Route("/readyz", readiness(lambda: app.state.database)),
            Route("/metrics", metrics),
            *routes(config),
        ],
    )
    return app


async def _home(_request: Request) -> Response:
    return RedirectResponse(PATH)


@contextlib.asynccontextmanager
async def _working(settings: Settings, url: str, database: Database) -> AsyncIterator[None]:
    if not settings.worker:
        yield
        return
    worker = worker_of(settings, url, database)
    task = asyncio.create_task(keep_working(worker), name="worker")
    try:
        yield
    finally:
        worker.stop()
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(task, 10)


def worker_of(settings: Settings, url: str, database: Database) -> Worker:
    """The worker with the outside world that the settings name."""
    return Worker(url, Desk(database, Sandbox(settings.sandbox_delay_ms)))


async def keep_working(worker: Worker) -> None:
    """Run a worker until it is stopped; one that fails in a way it does not know is begun again."""
    while True:
        try:
            return await worker.run()
        except Exception:  # whatever it was: nobody else would notice that deliveries stand still
            log.exception("worker:failed")
            await asyncio.sleep(1)


def listen(host: str, port: int) -> socket.socket:
    """Take a port, before anything slow. Raises ``OSError``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, or asyncio does not know it for TCP and leaves Nagle's algorithm on: 40 ms an answer.
    listening = socket.socket(family, proto=socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)  # two that are bound to one port find out only here
    except OSError:
        listening.close()
        raise
    return listening


class Http(uvicorn.Server):
    """uvicorn with bounds. Told to end, it does so in order and returns, where uvicorn raises the signal again."""

    def __init__(self, application: Starlette, started: Callable[[], None]) -> None:
        """``started`` is called when requests are answered."""
        super().__init__(
            uvicorn.Config(
                application,
                http=HttpProtocol,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                backlog=BACKLOG,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=12,  # an operation has ten seconds
            )
        )
        self._tell = started

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Finish the requests at hand at the first signal; a second Ctrl-C does not wait for them."""
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        # What is there now stays: 170,000 objects that no collection needs to walk again. A page by the loaders
        # makes thousands more, which mostly die by themselves; every 700 of them would start a collection.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        self._tell()
