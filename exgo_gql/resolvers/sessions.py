"""Who asks: the viewer, logging in, logging out. The only root fields that need no permission."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Annotated, Any

import strawberry

from exgo_gql.auth import tokens
from exgo_gql.auth.viewer import Viewer as Known
from exgo_gql.context import Context
from exgo_gql.domain.refusals import Refused
from exgo_gql.schema.errors import UserError, shown
from exgo_gql.schema.merchants import LoginInput, Merchant, Viewer
from exgo_gql.services import sessions

Info = strawberry.Info[Context, None]


@strawberry.type(description="What `login` answers.")
class LoginPayload:
    """A session, or why there is none."""

    viewer: Viewer | None = strawberry.field(description="Who is logged in now.")
    token: str | None = strawberry.field(
        description="Send it as `Authorization: Bearer …`; shown this once. Browsers get an HttpOnly cookie beside it."
    )
    errors: list[UserError] = strawberry.field(description="Why it was refused.")


@strawberry.type(description="What `logout` answers.")
class LogoutPayload:
    """The end of a session."""

    errors: list[UserError] = strawberry.field(description="Why it was refused.")


async def viewer(info: Info) -> Viewer | None:
    context = info.context
    return await _shown(context, context.known) if context.known is not None else None


async def login(
    info: Info,
    input: Annotated[LoginInput, strawberry.argument(description="E-mail and password.")],
) -> LoginPayload:
    context = info.context
    try:
        opened = await sessions.log_in(
            context.database, context.passwords, input.email, input.password, context.origin
        )
    except Refused as refused:
        errors = [shown(r.under("input"), context.language) for r in refused.refusals]
        return LoginPayload(viewer=None, token=None, errors=errors)
    context.became(opened.viewer)
    lifetime = int(sessions.LIFETIME.total_seconds())
    context.response_headers.append(_cookie(opened.token, lifetime, secure=context.secure_cookies))
    return LoginPayload(viewer=await _shown(context, opened.viewer), token=opened.token, errors=[])


async def logout(info: Info) -> LogoutPayload:
    context = info.context
    try:
        await sessions.log_out(context.database, context.viewer, context.origin)
    finally:  # a connection may be lost after the commit
        context.viewers.forget(context.viewer.session_id)
    context.became(None)
    context.response_headers.append(_cookie("", 0, secure=context.secure_cookies))
    return LogoutPayload(errors=[])


async def _shown(context: Context, known: Known) -> Viewer:
    merchant = await context.loaders.row(Merchant, known.merchant_id) if known.merchant_id else None
    assert known.role is not None  # people have one
    return Viewer(
        email=known.email or "",
        name=known.name,
        role=known.role,
        permissions=sorted(known.permissions),
        merchant=merchant,
    )


def _cookie(token: str, seconds: int, *, secure: bool) -> tuple[str, str]:
    cookie: SimpleCookie = SimpleCookie()
    cookie[tokens.COOKIE] = token
    morsel: Any = cookie[tokens.COOKIE]
    morsel.update(
        {"httponly": True, "samesite": "Strict", "path": "/", "max-age": str(seconds), "secure": secure}
    )
    return "set-cookie", cookie[tokens.COOKIE].OutputString()


@strawberry.type
class SessionQueries:
    """Root fields of reading."""

    viewer: Viewer | None = strawberry.field(
        resolver=viewer, description="Who asks; null when nobody is logged in."
    )


MUTATIONS: tuple[Any, ...] = (
    strawberry.field(
        resolver=login,
        name="login",
        description="Log in with e-mail and password (登录). A wrong e-mail and a wrong password answer alike.",
    ),
    strawberry.field(
        resolver=logout, name="logout", description="End this session at once, everywhere (退出)."
    ),
)
