"""Which PostgreSQL to use: the embedded one, or the one that the settings name."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg

from exgo_gql.db.embedded import EmbeddedPostgres
from exgo_gql.db.migrate import create_database, password_of
from exgo_gql.db.roles import OWNER
from exgo_gql.db.urls import driver_dsn
from exgo_gql.settings import Settings

DATABASE = "exgo"


class NoOwner(Exception):  # noqa: N818  # a sentence for the command line
    """A step needs the owner's URL, and the settings do not name one."""


@dataclass(frozen=True, slots=True)
class Server:
    """A database to serve from. ``owner_url`` may create roles; ``is_new``: made by this call."""

    url: str
    owner_url: str | None
    is_new: bool

    def needs_owner(self) -> str:
        """The owner's URL. Raises ``NoOwner``."""
        if self.owner_url is None:
            raise NoOwner("Set EXGO_DATABASE_OWNER_URL: this step changes roles and tables.")
        return self.owner_url

    @property
    def password(self) -> str | None:
        """What the runtime roles log in with; none on the embedded server, which trusts its socket."""
        return password_of(self.url)

    @contextlib.asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection as the owner of all tables. Raises ``NoOwner``."""
        connection = await asyncpg.connect(driver_dsn(self.needs_owner()))
        try:
            await connection.execute(f"set role {OWNER}")
            yield connection
        finally:
            await connection.close()


@contextlib.asynccontextmanager
async def server_of(settings: Settings) -> AsyncIterator[Server]:
    """The server that the settings mean; an embedded one runs for as long as this does.

    Raises ``EmbeddedPostgresError`` when that cannot be started.
    """
    if settings.database_url is not None:
        yield Server(settings.database_url, settings.database_owner_url, is_new=False)
        return
    embedded = EmbeddedPostgres(settings.data_dir)
    embedded.start()
    try:
        is_new = await create_database(embedded.url(), DATABASE)
        url = embedded.url(DATABASE)
        yield Server(url, url, is_new)
    finally:
        embedded.stop()
