"""Whose rows: the one place where a table's name enters SQL text, with the tenant's condition (rule 2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Table

from exgo_gql.loaders.values import quote


class Statement(NamedTuple):
    """SQL text, and how each of its parameters is had from a request."""

    sql: str
    get: tuple[Callable[[Any], Any], ...]

    def bound(self, request: Any) -> list[Any]:
        """The parameters for one request, in order."""
        return [get(request) for get in self.get]


class Binds:
    """The parameters of one statement while it is being written.

    A builder may ask for a bind that its SQL then does not mention; PostgreSQL refuses those, so numbers are
    given last, by ``finish``.
    """

    def __init__(self) -> None:
        self._get: list[Callable[[Any], Any]] = []
        self._tenant: str | None = None

    def add(self, get: Callable[[Any], Any]) -> str:
        """A mark to write where the value goes."""
        self._get.append(get)
        return f"\x01{len(self._get) - 1}\x02"

    def tenant(self) -> str:
        """The mark of the viewer's merchant: one parameter, however often it is mentioned."""
        self._tenant = self._tenant or self.add(lambda request: request.merchant_id)
        return self._tenant

    def finish(self, sql: str) -> Statement:
        """Number the marks that the text mentions."""
        used: dict[str, int] = {}
        numbered = re.sub("\x01(\\d+)\x02", lambda m: f"${used.setdefault(m[1], len(used) + 1)}", sql)
        return Statement(numbered, tuple(self._get[int(i)] for i in used))


def tenant_column(table: Table) -> str | None:
    """The column that says whose a row is; ``None`` for reference data."""
    return table.info.get("tenant") or ("merchant_id" if "merchant_id" in table.c else None)


class Lock:
    """The first of the two locks. Tests take it out to see that the second one holds alone."""

    filtering = True


def visible(table: Table, whole: bool, binds: Binds) -> str:
    """The rows of a table that the viewer may see; ``whole`` for staff, who see every tenant's."""
    tenant = tenant_column(table)
    if tenant is None or whole or not Lock.filtering:
        return quote(table.name)
    return f"(select * from {quote(table.name)} where {quote(tenant)} = {binds.tenant()})"
