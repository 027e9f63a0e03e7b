"""Which PostgreSQL to use: the embedded one, or the one that the settings name; and what is asked of either."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import structlog
import uvloop
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from exgo_gql.db.checks import LEAST_SERVER, NotReady, check_server
from exgo_gql.db.embedded import EmbeddedPostgres, EmbeddedPostgresError
from exgo_gql.db.embedded.cluster import Cluster
from exgo_gql.db.embedded.postmaster import find_postmaster
from exgo_gql.db.migrate import migrate, password_of
from exgo_gql.db.pools import Database
from exgo_gql.db.roles import OWNER, DatabaseRole
from exgo_gql.db.urls import as_role, driver_dsn
from exgo_gql.settings import Settings

log = structlog.get_logger(__name__)

DATABASE = "exgo"
UNFINISHED = "exgo_unfinished"
"""The embedded database while it is filled: a start that was cut off leaves this one, and the next drops it."""
WATCH_SECONDS = 1.0
CONNECT_SECONDS = 10.0
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class NoServer(Exception):  # noqa: N818  # a sentence for the command line
    """The database cannot be had, or not as who it takes; the message says why, without a password."""


@dataclass(frozen=True, slots=True)
class Server:
    """A database to serve from. ``owner_url`` may create roles and tables; none if the settings name none."""

    url: str
    owner_url: str | None
    embedded: EmbeddedPostgres | None = None
    cluster: Cluster | None = None

    def needs_owner(self) -> str:
        """The owner's URL. Raises ``NoServer``."""
        if self.owner_url is None:
            raise NoServer("set EXGO_DATABASE_OWNER_URL: this step changes roles, tables or users")
        return self.owner_url

    @contextlib.asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection as the owner of all tables. Raises ``NoServer`` or ``NotReady``."""
        async with connected(self.needs_owner()) as connection:
            await check_server(connection)
            try:
                await connection.execute(f"set role {OWNER}")
            except asyncpg.InsufficientPrivilegeError as error:
                raise NoServer(f"EXGO_DATABASE_OWNER_URL: {error}") from error
            yield connection

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[Database]:
        """The pools, once the database is known to be good. Raises ``NoServer`` or ``NotReady``."""
        async with connected(as_role(self.url, DatabaseRole.WORKER)) as connection:
            await check_server(connection)
        try:
            database = await Database.open(self.url)
        except RuntimeError as error:  # a role that could see all tenants
            raise NotReady(str(error)) from error
        try:
            yield database
        finally:
            await database.close()

    async def migrate(self) -> None:
        """Bring roles and tables up to the newest revision. Raises ``NoServer`` or ``NotReady``."""
        async with connected(self.needs_owner()) as connection:
            version = connection.get_server_version()
            if version.major * 10_000 < LEAST_SERVER:
                raise NotReady(f"PostgreSQL 18 or newer is needed; this is {version.major}")
        try:
            await migrate(self.needs_owner(), password_of(self.url))
        except (asyncpg.InsufficientPrivilegeError, DBAPIError) as error:
            cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error
            if not isinstance(cause, asyncpg.InsufficientPrivilegeError):
                raise
            raise NoServer(f"the user of EXGO_DATABASE_OWNER_URL may not do this: {cause}") from error

    async def fill(self, fill: Callable[[Server], Awaitable[None]]) -> None:
        """Run ``fill``, which may find its work done. A new embedded database is filled aside and appears whole."""
        if self.embedded is None or not await self._made(self.embedded, fill):
            await fill(self)

    async def _made(self, embedded: EmbeddedPostgres, fill: Callable[[Server], Awaitable[None]]) -> bool:
        async with connected(embedded.url()) as admin:
            # Two processes that start at once: the second waits here, and finds what the first has made.
            await admin.execute(f"select pg_advisory_lock(hashtext('{UNFINISHED}'))")
            if await admin.fetchval("select exists (select from pg_database where datname = $1)", DATABASE):
                return False
            log.info("database:filling")
            await admin.execute(f"drop database if exists {UNFINISHED} with (force)")
            await admin.execute(f"create database {UNFINISHED} encoding utf8")
            # Nothing of it is kept unless all is, and the renaming is on disk after it.
            await admin.execute(f"alter database {UNFINISHED} set synchronous_commit = off")
            url = embedded.url(UNFINISHED)
            await fill(replace(self, url=url, owner_url=url))
            await admin.execute(f"alter database {UNFINISHED} reset synchronous_commit")
            await admin.execute(f"alter database {UNFINISHED} rename to {DATABASE}")
            return True

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Start an embedded server again whenever it dies."""
        if self.embedded is None or self.cluster is None:
            yield
            return
        task = asyncio.create_task(_keep(self.embedded, self.cluster), name="keep postgres")
        try:
            yield
        finally:
            task.cancel()


@contextlib.contextmanager
def server_of(settings: Settings) -> Iterator[Server]:
    """The server that the settings mean; an embedded one runs for as long as this does.

    Raises ``EmbeddedPostgresError`` when that cannot be started.
    """
    if settings.database_url is not None:
        yield Server(settings.database_url, settings.database_owner_url)
        return
    embedded = EmbeddedPostgres(settings.data_dir)
    embedded.start()
    try:
        url = embedded.url(DATABASE)
        yield Server(url, url, embedded, Cluster(settings.data_dir.expanduser().resolve()))
    finally:
        with _deaf():
            embedded.stop()


def run_beside(job: Callable[[Server], Coroutine[Any, Any, None]], settings: Settings) -> None:
    """Run a job beside the server that the settings mean. A signal cancels it: ``SystemExit``, 128 and its number.

    Raises ``EmbeddedPostgresError`` and whatever the job raises.
    """

    async def run(server: Server) -> None:
        task = asyncio.current_task()
        told: list[int] = []

        def stop(number: int) -> None:
            if task is not None and not told:
                task.cancel()
            told.append(number)

        for number in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, stop, number)
        try:
            async with server.kept():
                await job(server)
        except asyncio.CancelledError:
            if not told:
                raise
            raise SystemExit(128 + told[0]) from None

    with server_of(settings) as server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(server))


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Let no second Ctrl-C cut off what is quick and leaves a server behind otherwise."""
    handlers = {number: signal.signal(number, signal.SIG_IGN) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection. Raises ``NoServer`` with a sentence about what stands in the way."""
    parts = make_url(url)
    hosts = parts.query.get("host", ())
    named = parts.host or (hosts if isinstance(hosts, str) else ", ".join(hosts)) or "the local socket"
    where = f"{named}:{parts.port}" if parts.port else named
    try:
        connection = await asyncpg.connect(driver_dsn(url), timeout=CONNECT_SECONDS)
    except asyncpg.InvalidCatalogNameError as error:
        raise NoServer(
            f"there is no database {parts.database} at {where} (`exgo-gql migrate` makes that of the embedded server)"
        ) from error
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        sentence = f"the database at {where} does not let {parts.username} in ({error})"
        if parts.username in set(DatabaseRole):
            sentence += ": `exgo-gql migrate` makes the roles, with the password in EXGO_DATABASE_URL"
        raise NoServer(sentence) from error
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:  # a time-out is an OSError
        reason = getattr(error, "strerror", None) or str(error) or "nothing came in time"
        raise NoServer(f"the database at {where} does not answer: {reason}") from error
    try:
        yield connection
    finally:
        await connection.close(timeout=CONNECT_SECONDS)


async def _keep(embedded: EmbeddedPostgres, cluster: Cluster) -> None:
    known = embedded.url()
    try:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if find_postmaster(cluster.data) is not None:
                continue
            log.warning("postgres:died")
            try:
                await asyncio.to_thread(embedded.start)
                _lead(known, embedded.url())
            except (EmbeddedPostgresError, OSError) as error:
                log.error("postgres:not started", reason=str(error))  # noqa: TRY400  # the reason says it
            else:
                log.info("postgres:started")
    finally:
        if _socket(known).is_symlink():
            shutil.rmtree(_socket(known).parent, ignore_errors=True)


def _lead(known: str, url: str) -> None:
    """Below a long path each start has a socket in a new folder: the old name leads there, for those who know it."""
    name = _socket(known)
    if url != known:
        if name.is_symlink():
            shutil.rmtree(name.readlink().parent, ignore_errors=True)
        name.unlink(missing_ok=True)
        name.symlink_to(_socket(url))


def _socket(url: str) -> Path:
    query = make_url(url).query
    return Path(str(query["host"]), f".s.PGSQL.{query['port']}")
