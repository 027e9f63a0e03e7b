"""One database URL, spelt for each driver and each role."""

from __future__ import annotations

from sqlalchemy.engine import make_url

from exgo_gql.db.roles import DatabaseRole


def driver_dsn(url: str) -> str:
    """For asyncpg: ``postgresql://…``."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def sqlalchemy_url(url: str) -> str:
    """For SQLAlchemy: ``postgresql+asyncpg://…``."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def as_role(url: str, role: DatabaseRole) -> str:
    """The same database and password, logged in as one of the runtime roles."""
    return make_url(url).set(username=str(role)).render_as_string(hide_password=False)
