"""What a request may ask to be told of its own run: ``extensions`` beside ``query``, answered in kind."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from graphql import GraphQLError

from exgo_gql.auth.permissions import EXPLAIN
from exgo_gql.auth.viewer import Forbidden
from exgo_gql.context import Context
from exgo_gql.extensions.planned import Outcome
from exgo_gql.extensions.refusals import RequestRefused


@dataclass(frozen=True, slots=True)
class Report:
    """``{"execution": true}``: how it was answered and by how many statements. ``{"explain": true}``: by which."""

    execution: bool
    explain: bool

    @classmethod
    def asked(cls, extensions: dict[str, Any], context: object) -> Report:
        """Raises ``RequestRefused`` with ``FORBIDDEN`` for an explanation that the caller may not have."""
        explain = extensions.get("explain") is True
        if explain and not (isinstance(context, Context) and context.known and context.known.may(EXPLAIN)):
            forbidden = Forbidden(EXPLAIN)
            error = GraphQLError(str(forbidden), extensions=forbidden.extensions)
            raise RequestRefused([error], HTTPStatus.FORBIDDEN)
        return cls(extensions.get("execution") is True, explain)

    def of(self, outcome: Outcome, statements: int) -> dict[str, Any]:
        """What was asked for. A statement is told with its marks, never with values."""
        told: dict[str, Any] = {}
        if self.execution:
            told["execution"] = "loaded" if outcome.data is None else "planned"
            told["statements"] = statements
        if self.explain:
            told["explain"] = {
                "statement": outcome.plan.sql if outcome.plan is not None else None,
                "refused": str(outcome.refused) if outcome.refused is not None else None,
            }
        return told
