"""One operation, from what a client sent to what it is answered (rules 16, 17 and 20)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, cast

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType
from graphql import Executor as Operation

from exgo_gql.extensions.coercion import variable_faults
from exgo_gql.extensions.documents import Documents, Prepared
from exgo_gql.extensions.inputs import check_variables
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.masking import publish
from exgo_gql.extensions.prices import check_page
from exgo_gql.extensions.refusals import RequestCode, RequestRefused, coded, refused


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

    data: dict[str, Any] | None
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


class Executor:
    """Runs operations against one schema, and lets nothing by that passes a limit."""

    def __init__(self, schema: GraphQLSchema, documents: Documents, limits: Limits) -> None:
        self._schema = schema
        self._documents = documents
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
        try:
            prepared = self._documents.prepare(
                params.query, params.operation_name, may_introspect=may_introspect
            )
            _check_kind(prepared, allow_mutation=allow_mutation, may_introspect=may_introspect)
            check_variables(params.variables, self.limits)
            operation = self._built(prepared, params.variables, context, may_introspect=may_introspect)
            cost = self._cost(prepared, operation.variable_values.coerced)
        except RequestRefused as refusal:
            errors = publish(refusal.errors, request_id, self.limits)
            return Answer(None, errors, {}, executed=False, status=refusal.status)
        result = await self._executed(operation)
        errors = publish(result.errors or (), request_id, self.limits)
        return Answer(result.data, errors, {"cost": cost}, executed=True)

    def _built(
        self, prepared: Prepared, variables: dict[str, Any], context: object, *, may_introspect: bool
    ) -> Operation[Any]:
        """Operation, context and coerced variables together, as graphql-core runs them."""
        name = prepared.operation.name
        built = Operation.build(
            self._schema,
            prepared.document,
            context_value=context,
            raw_variable_values=variables,
            operation_name=name.value if name else None,
            max_coercion_errors=0,  # graphql-core's errors repeat values; ours are made afresh
            hide_suggestions=not may_introspect,
        )
        if isinstance(built, list):
            raise RequestRefused(variable_faults(self._schema, prepared.operation, variables, self.limits))
        return built

    def _cost(self, prepared: Prepared, values: dict[str, Any]) -> int:
        for name in prepared.measure.pages:
            if isinstance(page := values.get(name), int):
                check_page(page, self.limits)
        cost = prepared.measure.cost.at(values)
        self.limits.insist("cost", cost, prepared.operation)
        return cost

    async def _executed(self, operation: Operation[Any]) -> ExecutionResult:
        try:
            async with asyncio.timeout(self.limits.execution) as limit:
                result = operation.execute_operation()
                return cast("ExecutionResult", await result if isawaitable(result) else result)
        except TimeoutError as error:
            if not limit.expired():
                return _failed(error)
            message = f"The operation was stopped after {self.limits.execution:g} seconds."
            return ExecutionResult(None, [coded(RequestCode.TIMEOUT, message)])
        except Exception as error:  # noqa: BLE001  # whatever a resolver's machinery lets through is masked
            return _failed(error)


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
