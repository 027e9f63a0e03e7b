"""Logging in and out, and knowing a request's viewer by its token (ACC-5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update

from exgo_gql.auth import tokens
from exgo_gql.auth.passwords import Passwords
from exgo_gql.auth.viewer import Viewer, person
from exgo_gql.db.merchants import Session
from exgo_gql.db.pools import Database
from exgo_gql.domain.actors import Role
from exgo_gql.domain.codes import Code
from exgo_gql.domain.merchants import SessionKind
from exgo_gql.domain.refusals import Refused, refusal
from exgo_gql.services.work import Origin, Work, transact

LIFETIME = dt.timedelta(hours=12)
MOST_EMAIL, MOST_PASSWORD = 254, 256
"""Longer ones are wrong without being looked at."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A fresh session. The token is shown this once."""

    viewer: Viewer
    token: str


async def log_in(
    database: Database, passwords: Passwords, email: str, password: str, origin: Origin
) -> LoggedIn:
    """Open a session. Raises ``Refused``, the same and after the same work for an unknown e-mail and a wrong
    password.
    """
    fits = len(email) <= MOST_EMAIL and len(password) <= MOST_PASSWORD
    found = None
    if fits:
        found = await database.look_up("select * from login_user($1)", email)
    stored = found["password_hash"] if found else None
    if not await passwords.matches(stored, password if fits else "") or found is None:
        raise Refused(refusal(Code.CREDENTIALS_WRONG))
    token = await open_session(
        database,
        person(found["user_id"], found["merchant_id"], email, Role[found["role"]]),
        SessionKind.LOGIN,
        LIFETIME,
        origin,
    )
    viewer = await viewer_of(database, tokens.digest(token))
    if viewer is None:
        raise Refused(refusal(Code.CREDENTIALS_WRONG))
    return LoggedIn(viewer, token)


async def open_session(
    database: Database, viewer: Viewer, kind: SessionKind, lifetime: dt.timedelta, origin: Origin
) -> str:
    """Write a session and give its token."""
    token = tokens.make()

    async def act(work: Work) -> None:
        work.add(
            Session(
                merchant_id=viewer.merchant_id,
                user_id=viewer.user_id,
                token_hash=tokens.digest(token),
                kind=kind,
                address=origin.address,
                expires_at=work.now + lifetime,
            )
        )

    await transact(database, viewer, origin, act)
    return token


async def viewer_of(database: Database, token_hash: bytes) -> Viewer | None:
    """Whose token this is, if it is one that still holds. Raises ``Unavailable``."""
    row = await database.look_up("select * from session_viewer($1)", token_hash)
    if row is None:
        return None
    return person(
        row["user_id"], row["merchant_id"], row["name"], Role[row["role"]], row["session_id"], row["email"]
    )


async def log_out(database: Database, viewer: Viewer, origin: Origin) -> None:
    """End the session at once, everywhere."""

    async def act(work: Work) -> UUID | None:
        ended = update(Session).where(Session.id == viewer.session_id, Session.ended_at.is_(None))
        await work.session.execute(ended.values(ended_at=work.now))
        return viewer.session_id

    await transact(database, viewer, origin, act)
