"""The only door to the database: one pool per role for reading and one for writing (reliability, rule 3).

The tenant never lives on a connection. Every transaction begins by setting it and forgets it when it ends.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from exgo_gql.db.readers import POOL_WAIT, Readers
from exgo_gql.db.roles import DatabaseRole
from exgo_gql.db.urls import as_role, driver_dsn, sqlalchemy_url

LOST = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.InternalClientError)
"""What the driver raises when the server is away; a backend killed while idle shows as InternalClientError."""

_AWAY = (
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)

_BUSY = (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError)
"""A lock or a statement that took longer than its role may wait (rule 15)."""


class Unavailable(Exception):  # noqa: N818  # named for what the caller is told
    """No connection could be had, or it was lost. Answered with 503 and Retry-After; nothing was committed
    unless the loss came during the commit itself.
    """

    extensions = {"code": "UNAVAILABLE"}  # noqa: RUF012  # graphql-core reads it from the class

    def __init__(self) -> None:
        super().__init__("The database is not available; try again in a moment.")


@dataclass(frozen=True, slots=True)
class Scope:
    """As which role to connect, and which tenant's rows to see (none: the role's policies decide)."""

    role: DatabaseRole
    merchant_id: UUID | None = None


class _Connection(asyncpg.Connection):
    """A pooled connection that is given back without a round trip: transactions leave nothing behind."""

    async def reset(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109  # asyncpg's signature
        """A borrower that failed left its transaction open: end it, which also forgets the tenant."""
        if self.is_in_transaction():
            await self.execute("rollback", timeout=timeout)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


@dataclass(frozen=True, slots=True)
class PoolSizes:
    """Connections per process: (reading, writing) of each role.

    A page holds one for about as long as the process needs for another page, so a few keep it busy; more of them
    only compete for the server's cores.
    """

    merchant: tuple[int, int] = (5, 10)
    staff: tuple[int, int] = (4, 4)
    worker: tuple[int, int] = (2, 4)

    def of(self, role: DatabaseRole) -> tuple[int, int]:
        sizes = {
            DatabaseRole.MERCHANT: self.merchant,
            DatabaseRole.STAFF: self.staff,
            DatabaseRole.WORKER: self.worker,
        }
        return sizes[role]


def carried(page: str, binds: int, *, whole: bool) -> str:
    """A statement that sets its tenant and reads a page, in this order: CASE is the only spelling whose order is
    PostgreSQL's promise, and only around one scalar sub-select (rule 3). The tenant is its last parameter.

    ``page`` is that sub-select, of type json, with so many parameters of its own; ``whole``: there is no tenant.
    """
    if whole:
        return f"select {page}"
    tenant = f"${binds + 1}"
    return f"select case when set_config('app.merchant_id', {tenant}, true) = {tenant} then {page} end"


class Database:
    """The pools of one process."""

    def __init__(
        self, readers: Mapping[DatabaseRole, Readers], writers: Mapping[DatabaseRole, AsyncEngine]
    ) -> None:
        self._readers, self._writers = readers, writers

    @classmethod
    async def open(
        cls,
        url: str,
        sizes: PoolSizes | None = None,
        watch: Callable[[Any], None] | None = None,
    ) -> Self:
        """Connect. ``watch`` is told of every statement that a reading connection runs.

        Raises ``RuntimeError`` when a role could bypass row-level security.
        """
        sizes = sizes or PoolSizes()

        async def prepare(connection: Any) -> None:
            safe = await connection.fetchval(
                """select not rolsuper and not rolbypassrls and current_setting('row_security') = 'on'
                   and coalesce(current_setting('app.merchant_id', true), '') = ''
                   from pg_roles where rolname = current_user"""
            )
            if not safe:
                raise RuntimeError("a runtime role can bypass row-level security, or a tenant is preset")
            await connection.set_type_codec(
                "jsonb", encoder=_dumps, decoder=orjson.loads, schema="pg_catalog"
            )
            # A page goes into the answer as it comes: it is never text in Python.
            await connection.set_type_codec(
                "json", encoder=bytes, decoder=bytes, schema="pg_catalog", format="binary"
            )
            if watch is not None:
                connection.add_query_logger(watch)

        readers, writers = {}, {}
        for role in DatabaseRole:
            reading, writing = sizes.of(role)
            role_url = as_role(url, role)
            pool = await asyncpg.create_pool(
                driver_dsn(role_url),
                min_size=1,
                max_size=reading,
                connection_class=_Connection,
                init=prepare,
                # Big statements would otherwise be prepared anew each time (findings, "Reading").
                max_cacheable_statement_size=0,
                max_cached_statement_lifetime=0,
                statement_cache_size=256,
            )
            readers[role] = Readers(pool)
            writers[role] = create_async_engine(
                sqlalchemy_url(role_url),
                pool_size=writing,
                max_overflow=0,
                pool_timeout=POOL_WAIT,
                connect_args={"prepared_statement_cache_size": 500},
            )
        return cls(readers, writers)

    async def look_up(self, sql: str, *args: object) -> Any:
        """One row, or ``None``, of what is read before the tenant is known: through functions that take a hash or
        an address and show nothing else. One round trip, no transaction. Raises ``Unavailable``.
        """
        try:
            async with self._readers[DatabaseRole.MERCHANT].lend() as connection:
                return await connection.fetchrow(sql, *args)
        except (*LOST, *_AWAY, *_BUSY, TimeoutError) as error:
            raise Unavailable from error

    async def page(
        self, scope: Scope, sql: str, values: Sequence[object], *, keep: bool, seconds: float
    ) -> bytes:
        """The JSON that a statement made by ``carried`` gives: one round trip, no transaction, nothing left behind.

        ``keep`` says whether the connection should keep the statement prepared; after so many ``seconds`` it is
        stopped. Raises ``Unavailable``, and ``RuntimeError`` when the tenant could not be set.
        """
        tenant = [] if scope.merchant_id is None else [str(scope.merchant_id)]
        try:
            async with self._readers[scope.role].lend() as connection:
                if keep:
                    page = await connection.fetchval(sql, *values, *tenant, timeout=seconds)
                else:
                    once = await connection.prepare(sql, name="", timeout=seconds)
                    page = await once.fetchval(*values, *tenant, timeout=seconds)
        except (*LOST, *_AWAY, *_BUSY, TimeoutError) as error:
            raise Unavailable from error
        if page is None:
            raise RuntimeError("the tenant of a planned read was not set")
        return page  # type: ignore[no-any-return]  # what the codec of json gives

    @asynccontextmanager
    async def reading(self, scope: Scope) -> AsyncIterator[Any]:
        """A read-only transaction that sees the scope's rows. Raises ``Unavailable``."""
        try:
            async with self._readers[scope.role].lend() as connection:
                # A UUID has no quotes in it, so it can stand in the text: one round trip for both.
                tenant = (
                    f"; select set_config('app.merchant_id', '{scope.merchant_id}', true)"
                    if scope.merchant_id
                    else ""
                )
                await connection.execute(f"begin read only{tenant}")
                yield connection
                await connection.execute("commit")
        except (*LOST, *_AWAY, *_BUSY, TimeoutError) as error:
            raise Unavailable from error

    @asynccontextmanager
    async def writing(self, scope: Scope) -> AsyncIterator[AsyncSession]:
        """A transaction for a unit of work, which commits it; whatever is not committed is rolled back.

        Raises ``Unavailable``.
        """
        try:
            async with AsyncSession(
                self._writers[scope.role], expire_on_commit=False, autoflush=False
            ) as session:
                await session.execute(
                    text("select set_config('app.merchant_id', :tenant, true)"),
                    {"tenant": str(scope.merchant_id or "")},
                )
                yield session
        except PoolTimeout as error:
            raise Unavailable from error
        except (*LOST, *_AWAY) as error:
            raise Unavailable from error
        except DBAPIError as error:
            cause = error.orig.__cause__ if error.orig is not None else None
            if error.connection_invalidated or isinstance(cause, (*LOST, *_AWAY, *_BUSY)):
                raise Unavailable from error
            raise

    async def close(self) -> None:
        """Give all connections back, waiting a moment for those in use."""
        for readers in self._readers.values():
            await readers.close()
        for engine in self._writers.values():
            await engine.dispose()
