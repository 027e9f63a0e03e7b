"""The four database roles, and what each is held to for as long as it is connected (reliability, rule 2).

``exgo_owner`` owns everything and cannot log in; the three others own nothing and cannot bypass row-level
security. Which of them serves a request, the viewer alone decides.
"""

from __future__ import annotations

from enum import StrEnum

import asyncpg


class DatabaseRole(StrEnum):
    """The roles that processes log in as."""

    MERCHANT = "exgo_merchant"
    STAFF = "exgo_staff"
    WORKER = "exgo_worker"


OWNER = "exgo_owner"

_SETTINGS = {
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    # What pages read is in memory: with the usual 4.0, an index is dearer than reading a small table whole.
    "random_page_cost": "1.1",
    "timezone": "UTC",
}
_WORKER_SETTINGS = {"statement_timeout": "120s", "idle_in_transaction_session_timeout": "120s"}

_LOCK = 0x6578676F  # "exgo": roles are the cluster's, so one migration at a time touches them


async def ensure_roles(admin: asyncpg.Connection, password: str | None) -> None:
    """Create or mend the roles. ``admin`` may create roles; ``password`` is what the three log in with.

    Raises ``asyncpg.InsufficientPrivilegeError`` when ``admin`` may not.
    """
    async with admin.transaction():
        await admin.execute("select pg_advisory_xact_lock($1)", _LOCK)
        await _ensure(admin, OWNER, "nologin")
        await admin.execute(f"grant {OWNER} to current_user")
        for role in DatabaseRole:
            await _ensure(admin, role, "login")
            if password:
                # ALTER ROLE takes no parameters; quote_literal is the server's own quoting.
                literal = await admin.fetchval("select quote_literal($1)", password)
                await admin.execute(f"alter role {role} password {literal}")
            settings = _SETTINGS | (_WORKER_SETTINGS if role is DatabaseRole.WORKER else {})
            for name, value in settings.items():
                await admin.execute(f"alter role {role} set {name} = '{value}'")
        database = await admin.fetchval("select quote_ident(current_database())")
        await admin.execute(f"grant usage, create on schema public to {OWNER}")
        await admin.execute(f"grant connect on database {database} to {', '.join(DatabaseRole)}")
        await admin.execute(f"grant usage on schema public to {', '.join(DatabaseRole)}")


async def _ensure(admin: asyncpg.Connection, role: str, login: str) -> None:
    held = "nosuperuser nobypassrls nocreatedb nocreaterole noinherit"
    exists = await admin.fetchval("select true from pg_roles where rolname = $1", str(role))
    if not exists:
        await admin.execute(f"create role {role} {login} {held}")
