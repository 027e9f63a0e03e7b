"""The viewer of a request: who it is, whose rows it sees, which parts it plays."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from exgo_gql.auth.permissions import of_parts, of_role
from exgo_gql.db.pools import Scope
from exgo_gql.db.roles import DatabaseRole
from exgo_gql.domain.actors import PARTS, STAFF_ROLES, Actor, Role
from exgo_gql.domain.log import ActorKind


class Unauthenticated(Exception):  # noqa: N818  # named for what the caller is told
    """Nobody, or somebody no longer: a top-level error."""

    extensions = {"code": "UNAUTHENTICATED"}  # noqa: RUF012  # graphql-core reads it from the class

    def __init__(self) -> None:
        super().__init__("Log in first.")


class Forbidden(Exception):  # noqa: N818  # named for what the caller is told
    """The viewer lacks a permission: a top-level error that names it."""

    def __init__(self, permission: str) -> None:
        super().__init__(f"This needs the permission {permission}.")
        self.extensions = {"code": "FORBIDDEN", "permission": permission}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody known. ``merchant_id`` is null for staff and for the system."""

    kind: ActorKind
    user_id: UUID | None
    merchant_id: UUID | None
    name: str
    role: Role | None
    parts: frozenset[Actor]
    permissions: frozenset[str]
    scope: Scope
    session_id: UUID | None = None
    email: str | None = None
    caller_id: UUID = field(default=UUID(int=0))
    """Whose idempotency keys are whose."""

    @property
    def is_staff(self) -> bool:
        return self.kind is not ActorKind.USER

    def may(self, permission: str) -> bool:
        return permission in self.permissions


def person(
    user_id: UUID,
    merchant_id: UUID | None,
    name: str,
    role: Role,
    session_id: UUID | None = None,
    email: str | None = None,
) -> Viewer:
    """The viewer that a user is."""
    staff = role in STAFF_ROLES
    return Viewer(
        kind=ActorKind.STAFF if staff else ActorKind.USER,
        user_id=user_id,
        merchant_id=merchant_id,
        name=name,
        role=role,
        parts=PARTS[role],
        permissions=of_role(role),
        scope=Scope(DatabaseRole.STAFF if staff else DatabaseRole.MERCHANT, merchant_id),
        session_id=session_id,
        email=email,
        caller_id=user_id,
    )


def system(*parts: Actor, name: str = "system") -> Viewer:
    """The worker, playing the system's part and, where it carries an answer of the gateway, that of customs."""
    played = frozenset({Actor.SYSTEM, *parts})
    return Viewer(
        kind=ActorKind.SYSTEM,
        user_id=None,
        merchant_id=None,
        name=name,
        role=None,
        parts=played,
        permissions=of_parts(played),
        scope=Scope(DatabaseRole.WORKER),
    )
