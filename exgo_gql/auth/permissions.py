"""What each role may: reading by role, acting by the tables of states, which say who takes which step."""

from __future__ import annotations

from functools import cache

from exgo_gql.domain.actors import PARTS, Actor, Role
from exgo_gql.domain.asns import ASN
from exgo_gql.domain.orders import ORDER
from exgo_gql.domain.products import PRODUCT

MACHINES = (PRODUCT, ASN, ORDER)

REFERENCE = "reference:read"
READING = frozenset(
    {REFERENCE, "merchant:read", "product:read", "stock:read", "asn:read", "vehicle:read", "order:read"}
)
"""What everybody known may read: merchants of their own, staff of all."""

EXPLAIN = "plan:explain"
"""To see the statement that a document becomes."""

_ROLES: dict[Role, frozenset[str]] = {
    Role.SUPPORT: frozenset({EXPLAIN}),
    Role.ADMIN: frozenset({EXPLAIN}),
}
"""What goes with a role, whichever parts it plays."""

_EXTRA: dict[Actor, frozenset[str]] = {
    Actor.MERCHANT: frozenset({"vehicle:create", "vehicle:update"}),
    Actor.WAREHOUSE: frozenset({"order:track"}),
}
"""Steps that change no state, so that no table of states names them."""


@cache
def of_parts(parts: frozenset[Actor]) -> frozenset[str]:
    """The permissions of somebody who plays these parts."""
    acting = [machine.permissions(parts) for machine in MACHINES]
    return READING.union(*acting, *(_EXTRA.get(part, frozenset()) for part in parts))


@cache
def of_role(role: Role) -> frozenset[str]:
    """The permissions of a role."""
    return of_parts(PARTS[role]) | _ROLES.get(role, frozenset())


ALL = frozenset().union(*(of_role(role) for role in Role), of_parts(frozenset(Actor)))
"""Every permission there is; a declaration that names another is refused at start-up."""
