"""Settings, read from the environment once: each has a default that serves a fresh machine."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class LogLevel(StrEnum):
    """The least level that is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


def default_data_dir() -> Path:
    """Where the embedded database lives: a system folder for root, the user's own otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/exgo-gql")
    # A relative XDG_DATA_HOME is to be ignored, says its specification.
    given = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".local" / "share") / "exgo-gql"


class Settings(BaseSettings):
    """Every setting is an environment variable with the prefix ``EXGO_``."""

    model_config = SettingsConfigDict(
        env_prefix="EXGO_", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

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
    planner: bool = Field(
        default=True, description="Whether queries are compiled to one statement; if not, the loaders answer."
    )
    secure_cookies: bool = Field(
        default=False, description="Mark the session cookie Secure; set it behind HTTPS."
    )
    log_level: LogLevel = Field(default=LogLevel.INFO, description="Least level that is logged.")
    read_pool: int = Field(
        default=5, ge=1, le=200, description="Connections for reading, per process, for merchants."
    )
    write_pool: int = Field(
        default=10, ge=1, le=200, description="Connections for writing, per process, for merchants."
    )
    sandbox_delay_ms: int = Field(
        default=1500, ge=0, le=600_000, description="How long the customs sandbox thinks, in milliseconds."
    )

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _postgres(cls, url: str | None) -> str | None:
        """A URL that is none is told here, without repeating it: it may have a password."""
        if url is not None:
            try:
                drivers = make_url(url).drivername
            except (ArgumentError, ValueError):
                drivers = ""
            if drivers.partition("+")[0] not in {"postgresql", "postgres"}:
                raise ValueError("this is no URL such as postgresql://user:password@host:5432/database")
        return url

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @model_validator(mode="after")
    def _owner_of_what(self) -> Self:
        if self.database_owner_url is not None and self.database_url is None:
            raise ValueError("EXGO_DATABASE_OWNER_URL needs EXGO_DATABASE_URL beside it")
        return self

    @property
    def embedded(self) -> bool:
        """Whether the project runs its own PostgreSQL."""
        return self.database_url is None
