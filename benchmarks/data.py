"""The database that is measured: seeded to scale once, and kept for the next run."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from exgo_gql.auth.viewer import person
from exgo_gql.db.embedded import EmbeddedPostgres
from exgo_gql.db.embedded.account import server_account
from exgo_gql.db.migrate import migrate
from exgo_gql.db.pools import Database
from exgo_gql.db.roles import OWNER as OWNER_ROLE
from exgo_gql.db.roles import ensure_roles
from exgo_gql.db.urls import driver_dsn
from exgo_gql.domain.merchants import SessionKind
from exgo_gql.seeds.reference import seed_reference
from exgo_gql.seeds.scale import OWNER, seed_scale
from exgo_gql.services import sessions
from exgo_gql.services.users import user_by_email
from exgo_gql.services.work import Origin
from exgo_gql.settings import default_data_dir

HERE = Path(__file__).parent
KEPT = HERE.parent / ".bench"
DATABASE = "exgo"

SERVER = {
    # Nobody misses these rows after a power failure, and no write-back disturbs a measurement.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "2GB",
    "shared_buffers": "512MB",
    "max_connections": "200",
    # As the application's roles have it: those that are not of them shall choose their indexes as freely.
    "random_page_cost": "1.1",
}


@dataclass(frozen=True, slots=True)
class Data:
    """A seeded database, while its server runs."""

    url: str
    share: float
    """The part of the full size: 1.0 is 200,000 products, 500,000 orders, 1,000,000 log rows."""
    merchant_id: UUID
    token: str
    """A bearer token of the owner of the largest merchant."""


def folder_for(share: float) -> Path:
    """Where data of this size is kept: in the project, unless PostgreSQL's account cannot come there."""
    account = server_account(KEPT)
    within = KEPT if account.can_enter(HERE) else default_data_dir() / "bench"
    return within / f"data-{share:g}"


def is_kept(share: float) -> bool:
    """Whether data of this size is there, made by the tables and seeds of today."""
    mark = folder_for(share) / "holds"
    return mark.exists() and mark.read_text(encoding="ascii") == _fingerprint(share)


def _fingerprint(share: float) -> str:
    digest = hashlib.sha256(repr(share).encode())
    for part in ("db/migrations/versions", "seeds/scale", "seeds/data"):
        for path in sorted((HERE.parent / "exgo_gql" / part).iterdir()):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def opened(share: float, report: Callable[[str], object]) -> Iterator[Data]:
    """The data of this size; made first unless kept.

    Raises ``EmbeddedPostgresError`` when the server cannot be had.
    """
    folder, kept = folder_for(share), is_kept(share)
    if not kept and folder.exists():
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = EmbeddedPostgres(folder, SERVER)
    server.start()
    try:
        url = server.url(DATABASE)
        if not kept:
            asyncio.run(_make(server, share, report))
            (folder / "holds").write_text(_fingerprint(share), encoding="ascii")
        merchant_id, token = asyncio.run(_owner(url))
        yield Data(url, share, merchant_id, token)
    finally:
        server.stop()


async def _make(server: EmbeddedPostgres, share: float, report: Callable[[str], object]) -> None:
    admin = await asyncpg.connect(driver_dsn(server.url()))
    await admin.execute(f"create database {DATABASE} encoding utf8")
    await admin.close()
    url = server.url(DATABASE)
    await migrate(url)
    owner = await asyncpg.connect(driver_dsn(url))
    await owner.execute(f"set role {OWNER_ROLE}")
    await seed_reference(owner)
    await seed_scale(owner, share=share, report=report)
    await owner.execute("reset role")
    # Hint bits and the visibility map are set here, not by the first variant that reads a page.
    await owner.execute("vacuum (analyze, freeze)", timeout=600)
    await owner.close()


async def _owner(url: str) -> tuple[UUID, str]:
    connection = await asyncpg.connect(driver_dsn(url))
    await ensure_roles(connection, None)  # kept data has the settings of the day it was made
    database = await Database.open(url)
    try:
        user = await user_by_email(connection, OWNER)
        viewer = person(user.id, user.merchant_id, user.name, user.role)
        token = await sessions.open_session(
            database, viewer, SessionKind.TOKEN, dt.timedelta(days=1), Origin()
        )
    finally:
        await database.close()
        await connection.close()
    assert user.merchant_id is not None  # it owns a merchant
    return user.merchant_id, token
