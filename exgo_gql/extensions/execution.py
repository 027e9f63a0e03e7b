"""One operation, from what a client sent to what it is answered (rules 16, 17 and 20)."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, NamedTuple, cast

import orjson
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType, get_variable_values
from graphql import Executor as Operation
from graphql.execution.values import VariableValues

from exgo_gql.extensions.coercion import variable_faults
from exgo_gql.extensions.documents import Documents, Prepared
from exgo_gql.extensions.inputs import check_variables
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.masking import publish
from exgo_gql.extensions.planned import Outcome, Planned
from exgo_gql.extensions.prices import check_page
from exgo_gql.extensions.refusals import RequestCode, RequestRefused, coded, refused
from exgo_gql.extensions.reports import Report
from exgo_gql.loaders.planner.plans import Planner


@dataclass(frozen=True, slots=True)
class Params:
    """What a request asks for, by whatever transport it came. Its types are checked, its contents are not."""

    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    extensions: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out. If it was not ``executed``, the request was refused before anything ran."""

    data: dict[str, Any] | orjson.Fragment | None
    errors: list[dict[str, Any]]
    extensions: dict[str, Any]
    executed: bool
    status: int = 200
    """The HTTP status for ``application/graphql-response+json``: 200 if executed, else 400 or 405."""

    @property
    def body(self) -> dict[str, Any]:
        """The response map of the GraphQL specification: ``data`` only if executed, empty parts left out.

        In the order that people read it.
        """
        parts = {"errors": self.errors, "data": self.data, "extensions": self.extensions}
        return {name: part for name, part in parts.items() if (self.executed if name == "data" else part)}


class _Ready(NamedTuple):
    """An operation that may run: every check is behind it."""

    prepared: Prepared
    given: dict[str, Any]
    variables: VariableValues
    cost: int


class Executor:
    """Runs operations against one schema, and lets nothing by that passes a limit."""

    def __init__(
        self, schema: GraphQLSchema, documents: Documents, limits: Limits, planner: Planner | None = None
    ) -> None:
        """Without a planner, the loaders answer everything."""
        self._schema = schema
        self._documents = documents
        self._planned = Planned(planner)
        self.limits = limits

    async def run(
        self,
        params: Params,
        context: object,
        *,
        allow_mutation: bool,
        may_introspect: bool,
        request_id: str,
    ) -> Answer:
        """Run a query or a mutation for as long as ``Limits.execution`` allows.

        What a client can cause is never raised, it is in the answer. Refused with status 405: a mutation,
        unless ``allow_mutation``. With 400: whatever ``Documents.prepare`` refuses, introspection unless
        ``may_introspect``, subscriptions, and variables of wrong type, too long, too deep or too costly.
        ``context`` is what resolvers find in ``info.context``.
        """
        deadline = asyncio.get_running_loop().time() + self.limits.execution
        try:
            report = Report.asked(params.extensions, context)
            ready, outcome = await self._tried(
                params, context, deadline, allow_mutation=allow_mutation, may_introspect=may_introspect
            )
        except RequestRefused as refusal:
            errors = publish(refusal.errors, request_id, self.limits)
            return Answer(None, errors, {}, executed=False, status=refusal.status)
        extensions = {"cost": ready.cost}
        if outcome.data is not None:
            extensions |= report.of(outcome, 1)
            return Answer(orjson.Fragment(outcome.data), [], extensions, executed=True)
        result = await self._loaded(ready, context, deadline, may_introspect=may_introspect)
        errors = publish(result.errors or (), request_id, self.limits)
        extensions |= report.of(outcome, getattr(context, "statements", 0))
        return Answer(result.data, errors, extensions, executed=True)

    async def _tried(
        self, params: Params, context: object, deadline: float, *, allow_mutation: bool, may_introspect: bool
    ) -> tuple[_Ready, Outcome]:
        """Check an operation and try to answer it by one statement: that of the template which its text shares with
        others, or its own. Where a template fails, the text is read after all: its errors have their places in it.
        """
        known = self._documents.known(params.query, params.operation_name)
        shared = self._alike(params) if known is None else None
        outcome = await self._plan(shared, context, deadline) if shared is not None else None
        if shared is not None and outcome is not None and outcome.data is not None:
            return shared, outcome
        prepared = known or self._documents.prepare(
            params.query, params.operation_name, may_introspect=may_introspect
        )
        _check_kind(prepared, allow_mutation=allow_mutation, may_introspect=may_introspect)
        ready = self._ready(prepared, params.variables)
        return ready, outcome or await self._plan(ready, context, deadline)

    async def _plan(self, ready: _Ready, context: object, deadline: float) -> Outcome:
        return await self._planned.run(ready.prepared, ready.variables, context, deadline)

    def _alike(self, params: Params) -> _Ready | None:
        """The template that this text shares with others, if it is a query that may run so."""
        shared = self._documents.alike(params.query, params.operation_name)
        if shared is None or shared[0].uses_introspection:
            return None
        prepared, literals = shared
        with contextlib.suppress(RequestRefused):
            check_variables(params.variables, self.limits)
            return self._coerced(prepared, params.variables | literals)
        return None

    def _ready(self, prepared: Prepared, given: dict[str, Any]) -> _Ready:
        check_variables(given, self.limits)
        return self._coerced(prepared, given)

    def _coerced(self, prepared: Prepared, given: dict[str, Any]) -> _Ready:
        definitions = prepared.operation.variable_definitions or ()
        # graphql-core's errors repeat values; ours are made afresh.
        coerced = get_variable_values(self._schema, definitions, given, max_errors=0)
        if isinstance(coerced, list):
            raise RequestRefused(variable_faults(self._schema, prepared.operation, given, self.limits))
        return _Ready(prepared, given, coerced, self._cost(prepared, coerced.coerced))

    def _cost(self, prepared: Prepared, values: dict[str, Any]) -> int:
        for name in prepared.measure.pages:
            if isinstance(page := values.get(name), int):
                check_page(page, self.limits)
        cost = prepared.measure.cost.at(values)
        self.limits.insist("cost", cost, prepared.operation)
        return cost

    async def _loaded(
        self, ready: _Ready, context: object, deadline: float, *, may_introspect: bool
    ) -> ExecutionResult:
        try:
            async with asyncio.timeout_at(deadline) as limit:
                result = self._operation(ready, context, may_introspect=may_introspect).execute_operation()
                return cast("ExecutionResult", await result if isawaitable(result) else result)
        except TimeoutError as error:
            if not limit.expired():
                return _failed(error)
            message = f"The operation was stopped after {self.limits.execution:g} seconds."
            return ExecutionResult(None, [coded(RequestCode.TIMEOUT, message)])
        except Exception as error:  # noqa: BLE001  # whatever a resolver's machinery lets through is masked
            return _failed(error)

    def _operation(self, ready: _Ready, context: object, *, may_introspect: bool) -> Operation[Any]:
        """Operation, context and coerced variables together, as graphql-core runs them."""
        name = ready.prepared.operation.name
        built = Operation.build(
            self._schema,
            ready.prepared.document,
            context_value=context,
            raw_variable_values=ready.given,
            operation_name=name.value if name else None,
            hide_suggestions=not may_introspect,
        )
        assert not isinstance(built, list)  # the variables were coerced before
        return built


def _check_kind(prepared: Prepared, *, allow_mutation: bool, may_introspect: bool) -> None:
    if prepared.kind is OperationType.MUTATION and not allow_mutation:
        raise refused(RequestCode.METHOD_NOT_ALLOWED, "Mutations are sent by POST.", 405)
    if prepared.kind is OperationType.SUBSCRIPTION:
        raise refused(
            RequestCode.SUBSCRIPTION_OVER_HTTP, "Subscriptions need a WebSocket or an event stream."
        )
    if prepared.uses_introspection and not may_introspect:
        raise refused(RequestCode.INTROSPECTION_DISABLED, "Introspection is not open to this caller.")


def _failed(error: Exception) -> ExecutionResult:
    return ExecutionResult(None, [GraphQLError(str(error), original_error=error)])
