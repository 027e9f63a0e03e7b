"""Words of the operation log."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from exgo_gql.domain.actors import Role


class ActorKind(StrEnum):
    """What acted: a person of a merchant, a person of the house, or the system itself."""

    USER = "USER"
    STAFF = "STAFF"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True)
class LogActor:
    """Who did it, as one may know it: a merchant sees the role of staff, never the name (OPS-3)."""

    kind: ActorKind
    role: Role | None
    name: str | None
    address: str | None


def shown_actor(
    actor_kind: ActorKind, actor_role: Role | None, actor_name: str, address: str | None, staff: bool
) -> LogActor:
    """The actor of a log row for a viewer who is staff, or is not."""
    hidden = actor_kind is ActorKind.STAFF and not staff
    return LogActor(actor_kind, actor_role, None if hidden else actor_name, None if hidden else address)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, as text."""

    field: str
    old: list[str]
    new: list[str]


def shown_changes(changes: list[dict[str, Any]]) -> list[FieldChange]:
    """The changes of a log row; a list keeps its items, a single value is a list of one."""
    return [FieldChange(c["field"], _texts(c["old"]), _texts(c["new"])) for c in changes]


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
