"""Queries answered by one statement; whatever cannot be, or fails, is left to the loaders."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from graphql import OperationType
from graphql.execution.values import VariableValues
from prometheus_client import Counter

from exgo_gql.auth.viewer import Viewer
from exgo_gql.context import Context
from exgo_gql.db.pools import Unavailable
from exgo_gql.extensions.documents import Prepared
from exgo_gql.loaders.batch import given
from exgo_gql.loaders.planner.plans import Document, Plan, Planner
from exgo_gql.loaders.planner.refusals import Reason, Unplannable

log = structlog.get_logger(__name__)

OPERATIONS = Counter(
    "exgo_operations",
    "Operations by how they were answered: planned, or loaded and for which reason.",
    ["execution", "reason"],
)
# Each made once: looking a child up by its labels costs more than counting. So all begin at zero, too.
_PLANNED = OPERATIONS.labels("planned", "")
_LOADED = {reason: OPERATIONS.labels("loaded", reason) for reason in Reason}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The JSON of ``data``; or, without it, the reason why the loaders must answer."""

    data: bytes | None
    plan: Plan | None = None
    refused: Unplannable | None = None


class Planned:
    """Runs operations through the planner."""

    def __init__(self, planner: Planner | None) -> None:
        """Without a planner, everything goes to the loaders."""
        self._planner = planner

    async def run(
        self, prepared: Prepared, variables: VariableValues, context: object, deadline: float
    ) -> Outcome:
        """Answer a query with one statement, if that can be done before the loop's time is ``deadline``.

        A run that fails is an outcome, too.
        """
        plan = None
        try:
            planner, context = self._askable(prepared, context)
            viewer = context.viewer
            document = Document(prepared.text, prepared.document, prepared.operation)
            plan, slots = planner.plan(document, variables, whole=viewer.merchant_id is None)
            _check(plan, viewer)
            # The driver's timer is cheaper than asyncio's.
            seconds = deadline - asyncio.get_running_loop().time()
            known = given(viewer, context.language)
            data = await plan.run(context.database, viewer.scope, slots, known, seconds=seconds)
        except Unplannable as refused:
            outcome = Outcome(None, plan, refused)
        except Exception as error:  # whatever it is, the errors of an answer are the loaders'
            if not isinstance(error, Unavailable):
                log.warning("planner:failed", document=prepared.text, exc_info=error)
                if plan is not None:
                    plan.failures += 1
            outcome = Outcome(None, plan, Unplannable(Reason.FAILED))
        else:
            outcome = Outcome(data, plan)
        (_PLANNED if outcome.refused is None else _LOADED[outcome.refused.reason]).inc()
        return outcome

    def _askable(self, prepared: Prepared, context: object) -> tuple[Planner, Context]:
        if self._planner is None or not isinstance(context, Context):
            raise Unplannable(Reason.OFF)
        if prepared.kind is not OperationType.QUERY:
            raise Unplannable(Reason.MUTATION)
        if context.known is None:
            raise Unplannable(Reason.ANONYMOUS)
        return self._planner, context


def _check(plan: Plan, viewer: Viewer) -> None:
    if not plan.works:
        raise Unplannable(Reason.FAILED)
    if not plan.permissions <= viewer.permissions:
        raise Unplannable(Reason.PERMISSION)
