"""Settings, read from the environment once: each has a default that serves a fresh machine."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Captcha(StrEnum):
    """Whether log-in asks for a captcha. ``off`` is for demonstrations only."""

    REQUIRED = "required"
    OFF = "off"


def default_data_dir() -> Path:
    """Where the embedded database lives: a system folder for root, the user's own otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/exgo-gql")
    # A relative XDG_DATA_HOME is to be ignored, says its specification.
    given = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".local" / "share") / "exgo-gql"


class Settings(BaseSettings):
    """Every setting is an environment variable with the prefix ``EXGO_``."""

    model_config = SettingsConfigDict(env_prefix="EXGO_", extra="ignore")

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data_dir: Path = Field(default_factory=default_data_dir, description="Folder of the embedded PostgreSQL.")
    database_url: str | None = Field(
        default=None,
        description="PostgreSQL 18 or newer to use instead of the embedded one. The user in it is replaced by each of "
        "the three runtime roles; the password is theirs.",
    )
    database_owner_url: str | None = Field(
        default=None, description="The same database as somebody who may create roles: for migrations."
    )
    demo: bool = Field(
        default=False,
        description="Demonstration: data and accounts with known passwords, and their buttons in GraphiQL.",
    )
    worker: bool = Field(default=True, description="Whether `serve` runs the worker too.")
    secure_cookies: bool = Field(
        default=False, description="Mark the session cookie Secure; set it behind HTTPS."
    )
    log_level: str = Field(default="INFO", description="Least level that is logged.")
    read_pool: int = Field(
        default=10, ge=1, le=200, description="Connections for reading, per process, for merchants."
    )
    write_pool: int = Field(
        default=10, ge=1, le=200, description="Connections for writing, per process, for merchants."
    )
    sandbox_delay_ms: int = Field(
        default=1500, ge=0, le=600_000, description="How long the customs sandbox thinks, in milliseconds."
    )

    @property
    def embedded(self) -> bool:
        """Whether the project runs its own PostgreSQL."""
        return self.database_url is None
