"""What a request carries: who asks, in which language, how to read, and what to say back in headers."""

from __future__ import annotations

from dataclasses import dataclass, field

from exgo_gql.auth.passwords import Passwords
from exgo_gql.auth.viewer import Unauthenticated, Viewer
from exgo_gql.db.pools import Database
from exgo_gql.domain.refusals import Language
from exgo_gql.loaders.batch import Loaders
from exgo_gql.services.viewers import Viewers
from exgo_gql.services.work import Origin


@dataclass(slots=True)
class Context:
    """One request. Nothing of it outlives the answer."""

    database: Database
    passwords: Passwords
    viewers: Viewers
    known: Viewer | None
    language: Language
    origin: Origin
    idempotency_key: str | None = None
    """The request's header; joined with each mutation's place in the document."""
    secure_cookies: bool = False
    response_headers: list[tuple[str, str]] = field(default_factory=list)
    _loaders: Loaders | None = None

    @property
    def viewer(self) -> Viewer:
        """Who asks. Raises ``Unauthenticated``."""
        if self.known is None:
            raise Unauthenticated
        return self.known

    @property
    def loaders(self) -> Loaders:
        """The loaders of this request; made anew after each mutation."""
        if self._loaders is None:
            self._loaders = Loaders(self.database, self.viewer, self.language)
        return self._loaders

    @property
    def statements(self) -> int:
        """How many statements the loaders have run since something was last written."""
        return self._loaders.statements if self._loaders is not None else 0

    @property
    def may_introspect(self) -> bool:
        """The schema is shown to those who are logged in."""
        return self.known is not None

    def forget(self) -> None:
        """Forget what was read: something was written."""
        self._loaders = None

    def became(self, viewer: Viewer | None) -> None:
        """The viewer changed: a log-in or a log-out within this request."""
        self.known, self._loaders = viewer, None
