"""A request whose headers are looked up in a map: Starlette's own walk the list each time, a dozen times a request."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Receive, Scope


class MappedHeaders(Headers):
    """Starlette's headers; of a name that came twice, ``get`` gives the first value, as theirs does."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope=scope)
        self._first = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(self.raw)}

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a header, by its name in small letters."""
        return self._first.get(key, default)


class MappedRequest(Request):
    """A request to the endpoint."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self._mapped = MappedHeaders(scope)

    @property
    def headers(self) -> Headers:
        """The headers."""
        return self._mapped
