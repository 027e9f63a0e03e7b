"""From an HTTP request to its context: who asks, in which language, from where."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache

from starlette.requests import Request

from exgo_gql.auth import tokens
from exgo_gql.auth.passwords import Passwords
from exgo_gql.auth.viewer import Viewer
from exgo_gql.context import Context
from exgo_gql.db.pools import Database
from exgo_gql.domain.refusals import Language
from exgo_gql.extensions.refusals import RequestCode, refused
from exgo_gql.services.viewers import Viewers
from exgo_gql.services.work import Origin

MOST_TOKEN = 200
MOST_LANGUAGES = 500
"""Characters of ``Accept-Language`` that are read."""


def context_maker(
    database: Callable[[], Database], passwords: Passwords, viewers: Viewers, *, secure_cookies: bool
) -> Callable[[Request], Awaitable[Context]]:
    """A function from requests to contexts. It raises ``RequestRefused`` with 401 for a token that is no good."""

    async def context_for(request: Request) -> Context:
        opened, client = database(), request.client
        return Context(
            database=opened,
            passwords=passwords,
            viewers=viewers,
            known=await _viewer(request, opened, viewers),
            language=preferred_language(request.headers.get("accept-language", "")[:MOST_LANGUAGES]),
            origin=Origin(client.host if client else None, getattr(request.state, "request_id", None)),
            idempotency_key=request.headers.get("idempotency-key"),
            secure_cookies=secure_cookies,
        )

    return context_for


async def _viewer(request: Request, database: Database, viewers: Viewers) -> Viewer | None:
    """A bearer token that is wrong is refused; a cookie that has ended is nobody, so that one can log in again."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        bearer = token.strip() if scheme.lower() == "bearer" else ""
        viewer = await viewers.of(database, bearer) if 0 < len(bearer) <= MOST_TOKEN else None
        if viewer is None:
            raise refused(
                RequestCode.UNAUTHENTICATED,
                "The token is not valid, or has ended.",
                401,
                {"www-authenticate": "Bearer"},
            )
        return viewer
    cookie = request.cookies.get(tokens.COOKIE, "")
    return await viewers.of(database, cookie) if 0 < len(cookie) <= MOST_TOKEN else None


@lru_cache(maxsize=256)
def preferred_language(accept: str) -> Language:
    """Chinese unless English is preferred: the first language of ours by quality (RFC 9110, 12.5.4)."""
    best, chosen = 0.0, Language.ZH
    for part in accept.split(","):
        tag, _, parameter = part.partition(";")
        name, _, value = parameter.strip().partition("=")
        try:
            quality = float(value) if name == "q" else 1.0
        except ValueError:
            continue
        language = {"en": Language.EN, "zh": Language.ZH}.get(tag.strip().lower()[:2])
        if language is not None and quality > best:
            best, chosen = quality, language
    return chosen
