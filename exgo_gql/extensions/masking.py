"""What a caller is told of an error: a code and a sentence, or that something went wrong here (rule 20)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError, ValueNode, VariableNode
from strawberry.exceptions import StrawberryInputCoercionError

from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.refusals import RequestCode

INTERNAL = "Something went wrong on our side."

log = structlog.get_logger(__name__)


def public(error: GraphQLError, request_id: str, logged: set[int] | None = None) -> dict[str, Any]:
    """The error as it goes out: ``message``, ``locations``, ``path`` and ``extensions`` with a ``code``.

    An error that carries a code was written for the caller. What else a client can cause is told without its
    values. Anything left is ours: it becomes ``INTERNAL`` with the ``requestId``, and its traceback is
    logged, unless it is in ``logged`` already.
    """
    message, extensions = error.message, error.extensions or {}
    cause = _cause(error)
    if "code" not in extensions:
        if isinstance(error, GraphQLSyntaxError):
            code, message = RequestCode.GRAPHQL_PARSE_FAILED, "The document cannot be parsed."
        elif isinstance(cause, TimeoutError):
            code, message = RequestCode.TIMEOUT, "This took too long and was stopped."
        elif (unfit := _unfit(cause)) is not None:
            code, message = RequestCode.BAD_USER_INPUT, unfit
        else:
            code, message = RequestCode.INTERNAL, INTERNAL
            _log(cause, error, request_id, set() if logged is None else logged)
        extensions = {"code": str(code)}
        if code is RequestCode.INTERNAL:
            extensions["requestId"] = request_id
    told: dict[str, Any] = {"message": message, "extensions": extensions}
    if error.locations:
        told["locations"] = [location.formatted for location in error.locations]
    if error.path:
        told["path"] = error.path
    return told


def publish(errors: Sequence[GraphQLError], request_id: str, limits: Limits) -> list[dict[str, Any]]:
    """The errors of one answer: at most ``Limits.errors``, messages of at most ``Limits.message`` characters.

    A fault that failed many fields, such as a loader's, is logged once.
    """
    logged: set[int] = set()
    told = [public(error, request_id, logged) for error in islice(errors, limits.errors)]
    for error in told:
        if len(error["message"]) > limits.message:
            error["message"] = error["message"][: limits.message - 1] + "…"
    return told


def _cause(error: GraphQLError) -> Exception:
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _unfit(cause: Exception) -> str | None:
    """Input that checks before the run cannot refuse: a null from a nullable variable, an id that is none."""
    blamed = cause.nodes[0] if isinstance(cause, GraphQLError) and cause.nodes else None
    if isinstance(blamed, VariableNode):
        return f"Variable '${blamed.name.value}' has no value where one is needed."
    if isinstance(blamed, ValueNode) or isinstance(cause, StrawberryInputCoercionError):
        return "An argument has no value of the type that is needed."
    return None


def _log(cause: Exception, error: GraphQLError, request_id: str, logged: set[int]) -> None:
    if id(cause) not in logged:
        logged.add(id(cause))
        log.error("request:internal", request_id=request_id, path=error.path, exc_info=cause)
