"""Documents to plans, the most recently used kept; and plans run."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import strawberry
from graphql import DocumentNode, OperationDefinitionNode
from graphql.execution.values import VariableValues

from exgo_gql.db.pools import Database, Scope, carried
from exgo_gql.loaders.planner.collect import switches
from exgo_gql.loaders.planner.computed import Fill
from exgo_gql.loaders.planner.emit import Emitter, Forms
from exgo_gql.loaders.planner.refusals import Unplannable
from exgo_gql.loaders.planner.resolve import resolve
from exgo_gql.loaders.planner.selection import Outline, Slot
from exgo_gql.loaders.planner.splice import splice
from exgo_gql.loaders.recent import Recent
from exgo_gql.loaders.sources import Arguments, Relation
from exgo_gql.loaders.statements import Form, form

MOST_BYTES = 32 << 20
"""What outlines and plans may take up in memory, about."""

_OUTLINE_BYTES = 100
"""What an outline takes up for each byte of its document's text, about."""

_PLAN_BYTES = 2
"""What a plan takes up for each byte of its SQL, about."""


MOST_FAILURES = 3
"""After so many failed runs a plan is given up."""


class Document(NamedTuple):
    """A valid document and the query of it that is to be run."""

    text: str
    parsed: DocumentNode
    operation: OperationDefinitionNode

    @property
    def key(self) -> tuple[str, str | None]:
        """What its plans are kept by."""
        name = self.operation.name
        return self.text, name.value if name is not None else None


@dataclass(frozen=True, slots=True)
class Request:
    """What the parameters of a plan are taken from."""

    merchant_id: UUID | None
    slots: Sequence[Arguments]


@dataclass(slots=True)
class Plan:
    """One statement, and how its JSON becomes the answer. It holds nothing of any viewer."""

    sql: str
    get: tuple[Callable[[Any], Any], ...]
    fillings: tuple[Fill, ...]
    permissions: frozenset[str]
    uses: int = 0
    failures: int = 0

    @property
    def works(self) -> bool:
        """Whether it is worth running: one that keeps failing costs each request twice."""
        return self.failures < MOST_FAILURES

    async def run(
        self,
        database: Database,
        scope: Scope,
        slots: Sequence[Arguments],
        given: Mapping[str, Any],
        *,
        seconds: float,
    ) -> bytes:
        """The JSON of ``data``. Raises whatever the database or a computed field raises.

        The statement is stopped after so many ``seconds``: ``Unavailable``.
        """
        request = Request(scope.merchant_id, slots)
        # A statement that comes once must not push one that comes often out of the connections' caches.
        self.uses += 1
        values = [get(request) for get in self.get]
        page = await database.page(scope, self.sql, values, keep=self.uses > 1, seconds=seconds)
        return splice(page, self.fillings, given)


@dataclass(slots=True)
class _Operation:
    """What is known of one operation: an outline for each choice of its switches, a plan for each form."""

    switches: tuple[str, ...]
    outlines: dict[Hashable, Outline | Unplannable] = field(default_factory=dict)
    plans: dict[Hashable, Plan | Unplannable] = field(default_factory=dict)


class Planner:
    """Plans for the documents that came lately: one process's, for all viewers."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._schema = schema
        self._operations: Recent[_Operation] = Recent(MOST_BYTES)

    def plan(
        self, document: Document, variables: VariableValues, *, whole: bool
    ) -> tuple[Plan, Sequence[Arguments]]:
        """Find or make the plan for a query and these variables, and evaluate its arguments.

        ``whole`` says whose rows: every tenant's, or only those of one.

        Raises:
            Unplannable: the loaders must answer.

        """
        operation = self._operations.get(document.key)
        if operation is None:
            operation = _Operation(switches(document.parsed))
            self._operations.put(document.key, operation, len(document.text))
        chosen = tuple(variables.coerced.get(name) for name in operation.switches)
        outline = self._outline(operation, chosen, document, variables, frozenset())
        slots = _evaluated(outline, variables)
        if outline.global_ids and (missing := _types(slots) - outline.types):
            outline = self._outline(operation, chosen, document, variables, outline.types | missing)
            slots = _evaluated(outline, variables)  # those below the types are new
        varying = [_form(outline.slots[place], slots[place], whole=whole) for place in outline.varying]
        # An outline of more types has other slots, and a plan's parameters are taken from its own outline's.
        key = (chosen, whole, outline.types, *varying)
        plan = operation.plans.get(key)
        if plan is None:
            plan = operation.plans[key] = self._made(outline, slots, whole=whole)
            self._operations.grow(document.key, _PLAN_BYTES * len(getattr(plan, "sql", document.text)))
        if isinstance(plan, Unplannable):
            raise plan
        return plan, slots

    def _outline(
        self,
        operation: _Operation,
        chosen: Hashable,
        document: Document,
        variables: VariableValues,
        types: frozenset[str],
    ) -> Outline:
        known = operation.outlines.get(chosen)
        if known is None or (isinstance(known, Outline) and not types <= known.types):
            try:
                known = resolve(self._schema, document.parsed, document.operation, variables, types)
            except Unplannable as reason:
                known = reason
            operation.outlines[chosen] = known
            self._operations.grow(document.key, _OUTLINE_BYTES * len(document.text))
        if isinstance(known, Unplannable):
            raise known
        return known

    def _made(self, outline: Outline, slots: Sequence[Arguments], *, whole: bool) -> Plan | Unplannable:
        forms: Forms = tuple(
            _form(slot, arguments, whole=whole) for slot, arguments in zip(outline.slots, slots, strict=True)
        )
        emitter = Emitter(outline, forms, whole=whole)
        try:
            sql, get = emitter.statement()
        except Unplannable as reason:
            return reason
        return Plan(carried(sql, len(get), whole=whole), get, outline.fillings, emitter.permissions)


def _evaluated(outline: Outline, variables: VariableValues) -> list[Arguments]:
    return [slot.fixed if slot.fixed is not None else slot.evaluate(variables) for slot in outline.slots]


def _types(slots: Sequence[Arguments]) -> frozenset[str]:
    return frozenset(name[0].__name__ for arguments in slots for name in arguments.ids if name is not None)


def _form(slot: Slot, arguments: Arguments, *, whole: bool) -> Form | frozenset[str]:
    if isinstance(slot.source, Relation):
        return form(arguments, whole=whole, counting=False)
    return _types([arguments])
