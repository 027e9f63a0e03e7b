"""The GraphQL endpoint: one ASGI application for ``/graphql``."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from secrets import token_hex
from time import perf_counter
from typing import Protocol

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from exgo_gql import logs
from exgo_gql.db.pools import Unavailable
from exgo_gql.extensions.execution import Executor
from exgo_gql.extensions.masking import INTERNAL, public, publish
from exgo_gql.extensions.refusals import RequestCode, RequestRefused, refused
from exgo_gql.web.graphql.bodies import params_of_get, params_of_post
from exgo_gql.web.graphql.negotiation import Medium, negotiate
from exgo_gql.web.graphql.replies import Reply
from exgo_gql.web.graphql.requests import MappedRequest

_ALLOWED = {"allow": "GET, POST, OPTIONS"}
_RETRY = {"retry-after": "1"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestContext(Protocol):
    """What the endpoint asks of a request's context. Resolvers find the whole of it in ``info.context``."""

    @property
    def may_introspect(self) -> bool:
        """Whether the caller may see the schema, and names suggested from it."""
        ...

    @property
    def response_headers(self) -> list[tuple[str, str]]:
        """Headers that resolvers add to the answer, such as a log-in's cookie."""
        ...


class GraphQLEndpoint:
    """Answers GraphQL requests over HTTP, and never with 5xx for anything that a client sends (rule 18)."""

    def __init__(
        self,
        executor: Executor,
        context_for: Callable[[Request], Awaitable[RequestContext]],
        page: Callable[[Request], Response] | None = None,
    ) -> None:
        """``context_for`` finds out who asks, before the document is looked at.

        It raises ``RequestRefused`` with 401 and ``UNAUTHENTICATED`` for a credential that is no good, and
        finds the request's id in ``request.state.request_id``. ``page`` is what a browser is shown.
        """
        self._executor = executor
        self._context_for = context_for
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request, began = MappedRequest(scope, receive), perf_counter()
        given = request.headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else token_hex(16)
        request.state.request_id = request_id
        page = self._page if request.method == "GET" else None
        medium = negotiate(request.headers.getlist("accept"), page=page is not None)
        bound = logs.REQUEST_ID.set(request_id)
        try:
            try:
                if page is not None and medium is Medium.PAGE:
                    response = _complete(page(request), request_id)
                else:
                    response = await self._answered(request, medium, request_id)
            except RequestRefused as refusal:
                errors = publish(refusal.errors, request_id, self._executor.limits)
                response = Reply({"errors": errors}, refusal.status, medium, request_id, refusal.headers)
            except Unavailable as error:
                masked = public(GraphQLError(str(error), original_error=error), request_id)
                response = Reply(
                    {"errors": [masked]}, HTTPStatus.SERVICE_UNAVAILABLE, medium, request_id, _RETRY
                )
            except Exception as error:  # noqa: BLE001  # ours, and masked like any other
                masked = public(GraphQLError(INTERNAL, original_error=error), request_id)
                response = Reply({"errors": [masked]}, HTTPStatus.INTERNAL_SERVER_ERROR, medium, request_id)
            logs.requests.tell(
                getattr(request.state, "operation", None),
                response.status_code,
                milliseconds=round((perf_counter() - began) * 1000, 1),
            )
        finally:
            logs.REQUEST_ID.reset(bound)
        await response(scope, receive, send)

    async def _answered(self, request: Request, medium: Medium | None, request_id: str) -> Response:
        if request.method == "OPTIONS":
            return _complete(Response(status_code=HTTPStatus.NO_CONTENT, headers=_ALLOWED), request_id)
        if request.method not in {"GET", "POST"}:
            raise refused(RequestCode.METHOD_NOT_ALLOWED, "Requests are sent by GET or POST.", 405, _ALLOWED)
        if medium is None:
            raise refused(RequestCode.NOT_ACCEPTABLE, f"Answers are {Medium.RESPONSE} or {Medium.JSON}.", 406)
        limits = self._executor.limits
        by_post = request.method == "POST"
        params = await params_of_post(request, limits) if by_post else params_of_get(request, limits)
        request.state.operation = params.operation_name
        context = await self._context_for(request)
        answer = await self._executor.run(
            params,
            context,
            allow_mutation=by_post,
            may_introspect=context.may_introspect,
            request_id=request_id,
        )
        status = answer.status
        if medium is Medium.JSON and status == HTTPStatus.BAD_REQUEST:
            status = HTTPStatus.OK  # well-formed, and older clients take any other status for a broken server
        headers = _ALLOWED if status == HTTPStatus.METHOD_NOT_ALLOWED else None
        if any(error["extensions"]["code"] == Unavailable.extensions["code"] for error in answer.errors):
            status, headers = HTTPStatus.SERVICE_UNAVAILABLE, _RETRY
        response = Reply(answer.body, status, medium, request_id, headers)
        for name, value in context.response_headers:
            response.headers.append(name, value)
        return response


def _complete(response: Response, request_id: str) -> Response:
    """With the headers that a ``Reply`` has from its beginning."""
    response.headers.add_vary_header("Accept")
    response.headers.setdefault("cache-control", "no-store")
    response.headers["x-request-id"] = request_id
    return response
