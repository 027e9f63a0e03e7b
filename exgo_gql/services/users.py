"""Users as the command line makes them: as the owner, before anybody can log in."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from exgo_gql.domain.actors import MERCHANT_ROLES, Role


class UserExists(Exception):  # noqa: N818  # a sentence for the command line
    """The user cannot be made, or is not there; the message says why."""


@dataclass(frozen=True, slots=True)
class KnownUser:
    """Who a token is made for."""

    id: UUID
    merchant_id: UUID | None
    name: str
    role: Role


async def create_user(
    owner: asyncpg.Connection, email: str, name: str, role: Role, credit_code: str | None, password_hash: str
) -> UUID:
    """Write a user. Raises ``UserExists`` for a taken e-mail or a merchant that does not fit the role."""
    if (role in MERCHANT_ROLES) != (credit_code is not None):
        raise UserExists(f"the role {role} {'needs' if role in MERCHANT_ROLES else 'has no'} merchant")
    merchant_id = None
    if credit_code is not None:
        merchant_id = await owner.fetchval("select id from merchants where credit_code = $1", credit_code)
        if merchant_id is None:
            raise UserExists(f"no merchant has the credit code {credit_code}")
    made: UUID | None = await owner.fetchval(
        """insert into users (merchant_id, email, name, role, password_hash)
           values ($1, lower($2), $3, $4, $5) on conflict (email) do nothing returning id""",
        merchant_id,
        email,
        name,
        role.name,
        password_hash,
    )
    if made is None:
        raise UserExists(f"the e-mail {email} is taken")
    return made


async def user_by_email(owner: asyncpg.Connection, email: str) -> KnownUser:
    """A user. Raises ``UserExists`` when there is none."""
    row = await owner.fetchrow("select id, merchant_id, name, role from users where email = lower($1)", email)
    if row is None:
        raise UserExists(f"no user has the e-mail {email}")
    return KnownUser(row["id"], row["merchant_id"], row["name"], Role[row["role"]])
