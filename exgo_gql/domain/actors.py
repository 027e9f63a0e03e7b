"""Who acts: the roles people have, and the parts they play in the tables of states."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a user may be: three roles of a merchant, five of the house."""

    OWNER = "OWNER"
    OPERATOR = "OPERATOR"
    VIEWER = "VIEWER"
    SUPPORT = "SUPPORT"
    CUSTOMS = "CUSTOMS"
    WAREHOUSE = "WAREHOUSE"
    FINANCE = "FINANCE"
    ADMIN = "ADMIN"


class Actor(StrEnum):
    """The letters of the tables of states: M, C, W, F, A, S."""

    MERCHANT = "MERCHANT"
    CUSTOMS = "CUSTOMS"
    WAREHOUSE = "WAREHOUSE"
    FINANCE = "FINANCE"
    ADMIN = "ADMIN"
    SYSTEM = "SYSTEM"


MERCHANT_ROLES = frozenset({Role.OWNER, Role.OPERATOR, Role.VIEWER})
STAFF_ROLES = frozenset(Role) - MERCHANT_ROLES

PARTS: dict[Role, frozenset[Actor]] = {
    Role.OWNER: frozenset({Actor.MERCHANT}),
    Role.OPERATOR: frozenset({Actor.MERCHANT}),
    Role.VIEWER: frozenset(),
    Role.SUPPORT: frozenset(),
    Role.CUSTOMS: frozenset({Actor.CUSTOMS}),
    Role.WAREHOUSE: frozenset({Actor.WAREHOUSE}),
    Role.FINANCE: frozenset({Actor.FINANCE}),
    Role.ADMIN: frozenset({Actor.ADMIN}),
}
"""Which parts a role plays. A viewer and support play none: they read."""
