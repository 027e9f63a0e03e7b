"""The ASGI application, with a short way to the endpoint."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send


class Application(Starlette):
    """Starlette, but for one path that nearly all requests have: it is led past middleware and routes.

    Its endpoint answers every method and its own faults, so it needs neither.
    """

    def __init__(self, path: str, endpoint: ASGIApp, **given: Any) -> None:
        """``given`` is Starlette's."""
        super().__init__(**given)
        self._path, self._endpoint = path, endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self._path:
            await self._endpoint(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
