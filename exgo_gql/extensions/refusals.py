"""Requests that are turned away before anything runs, and the codes that say why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from graphql import GraphQLError, Node


class RequestCode(StrEnum):
    """Why a request as a whole, or one of its fields, has no answer: ``errors[].extensions.code``."""

    # The HTTP request
    BAD_REQUEST = "BAD_REQUEST"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    BODY_TOO_SLOW = "BODY_TOO_SLOW"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    # The document and its variables
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    OPERATION_NOT_FOUND = "OPERATION_NOT_FOUND"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    INTROSPECTION_DISABLED = "INTROSPECTION_DISABLED"
    SUBSCRIPTION_OVER_HTTP = "SUBSCRIPTION_OVER_HTTP"
    # The run
    TIMEOUT = "TIMEOUT"
    INTERNAL = "INTERNAL"


class RequestRefused(Exception):  # noqa: N818  # not a fault: an answer
    """The request is not run. Its errors are public: each has a code and repeats no value (rule 20)."""

    def __init__(
        self,
        errors: Sequence[GraphQLError],
        status: int = 400,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """``status`` is the HTTP status, ``headers`` go with it (``Allow``, ``Retry-After`` …)."""
        super().__init__("; ".join(error.message for error in errors))
        self.errors = list(errors)
        self.status = status
        self.headers = dict(headers or {})


def coded(code: str, message: str, node: Node | None = None) -> GraphQLError:
    """A public error; ``node`` gives it its place in the document."""
    return GraphQLError(message, node, extensions={"code": str(code)})


def refused(
    code: str, message: str, status: int = 400, headers: Mapping[str, str] | None = None
) -> RequestRefused:
    """Spell a refusal with one error in one line."""
    return RequestRefused([coded(code, message)], status, headers)
