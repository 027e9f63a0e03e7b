"""What consumers work with, and what they are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from exgo_gql.adapters.customs import Gateway
from exgo_gql.auth.viewer import system
from exgo_gql.db.pools import Database
from exgo_gql.domain.actors import Actor
from exgo_gql.services.work import Origin, Work, transact

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """The database and the outside world."""

    database: Database
    gateway: Gateway

    async def transact(self, act: Callable[[Work], Awaitable[T]], *parts: Actor) -> T:
        """One transaction of the system, playing further parts where it carries somebody's answer."""
        return await transact(self.database, system(*parts), Origin(), act)


@dataclass(frozen=True, slots=True)
class Message:
    """What a consumer is told."""

    merchant_id: UUID
    subject_id: UUID
    payload: Mapping[str, Any]
