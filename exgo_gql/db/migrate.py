"""Migrations: the roles first, then every revision in one transaction as ``exgo_owner``."""

from __future__ import annotations

from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from exgo_gql.db.roles import OWNER, ensure_roles
from exgo_gql.db.urls import driver_dsn, sqlalchemy_url


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's settings, kept in code: the folder of revisions and the connection to use."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


async def migrate(owner_url: str, runtime_password: str | None = None) -> None:
    """Bring the database at ``owner_url`` up to the newest revision. Safe to run from many processes at once."""
    admin = await asyncpg.connect(driver_dsn(owner_url))
    try:
        await ensure_roles(admin, runtime_password)
    finally:
        await admin.close()
    engine = create_async_engine(sqlalchemy_url(owner_url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("select pg_advisory_xact_lock(hashtext('exgo migrate'))"))
            await connection.execute(text(f"set local role {OWNER}"))
            await connection.run_sync(lambda sync: command.upgrade(configuration(sync), "head"))
    finally:
        await engine.dispose()


async def create_database(admin_url: str, name: str) -> bool:
    """Create a database when it is not there; true when it was made now."""
    admin = await asyncpg.connect(driver_dsn(admin_url))
    try:
        if await admin.fetchval("select true from pg_database where datname = $1", name):
            return False
        await admin.execute(f'create database "{name}" encoding utf8')
        return True
    finally:
        await admin.close()


def password_of(url: str) -> str | None:
    """The password that a URL carries, if any."""
    password = make_url(url).password
    return str(password) if password is not None else None
