"""The one pipeline that every mutation runs through.

Permission → transaction → idempotency → the service → commit (or rollback, on a refusal or a dry run) →
loaders forgotten → payload. Refusals are answered outside the transaction; faults go up as errors.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Self, get_type_hints
from uuid import UUID

from graphql.pyutils import Path
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from exgo_gql.auth.viewer import Forbidden
from exgo_gql.context import Context
from exgo_gql.db.base import Base
from exgo_gql.domain.log import FieldChange
from exgo_gql.domain.refusals import Refused
from exgo_gql.loaders.nodes import Row
from exgo_gql.schema.actions import shown_changes
from exgo_gql.schema.errors import shown
from exgo_gql.schema.inputs import values
from exgo_gql.schema.payloads import payload
from exgo_gql.services import idempotency
from exgo_gql.services.work import Work, transact

Act = Callable[[Work, Any], Awaitable[Base]]

_KEY = "Send the same key to ask again without doing it twice: 1–255 visible ASCII characters, kept 24 hours."
_DRY = "Check everything, change nothing."


class Done:
    """What a mutation came to."""

    __slots__ = ("changes", "id", "replayed")

    def __init__(
        self, id_: UUID | None, *, replayed: bool = False, changes: list[FieldChange] | None = None
    ) -> None:
        self.id, self.replayed, self.changes = id_, replayed, changes


class MutationField(StrawberryField):
    """A root field that writes."""

    act: Act
    gives: type[Row]
    may: str
    input_type: type
    payload_type: type[Any]

    def __copy__(self) -> Self:
        new = super().__copy__()
        for name in ("act", "gives", "may", "input_type", "payload_type"):
            setattr(new, name, getattr(self, name))
        return new

    @property
    def is_basic_field(self) -> bool:
        return False

    async def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:  # noqa: ARG002  # Strawberry's
        context: Context = info.context
        if not context.viewer.may(self.may):
            raise Forbidden(self.may)
        dry_run = bool(kwargs.get("dry_run"))
        try:
            key = None if dry_run else _key(context, kwargs.get("idempotency_key"), info.path)
            done = await self._run(context, kwargs["input"], key, dry_run=dry_run)
        except Refused as refused:
            errors = [
                shown(r if r.path[:1] == ("idempotency_key",) else r.under("input"), context.language)
                for r in refused.refusals
            ]
            return self._answer(None, errors=errors)
        context.forget()
        found = await context.loaders.row(self.gives, done.id) if done.id is not None else None
        return self._answer(found, replayed=done.replayed, would_change=done.changes)

    async def _run(self, context: Context, given: Any, key: str | None, *, dry_run: bool) -> Done:
        hash_ = idempotency.request_hash(self.python_name, values(given))

        async def act(work: Work) -> Done:
            if key is not None:
                kept = await idempotency.claim(work, key, hash_)
                if kept is not None:
                    return Done(kept.id, replayed=True)
            row: Any = await self.act(work, given)
            changes = _changes(work, row) if dry_run else None
            if key is not None:
                await idempotency.keep(work, key, row.id)
            return Done(row.id, changes=changes)

        return await transact(context.database, context.viewer, context.origin, act, dry_run=dry_run)

    def _answer(
        self,
        found: Any,
        *,
        errors: Any = (),
        replayed: bool = False,
        would_change: list[FieldChange] | None = None,
    ) -> Any:
        answer = {self.payload_type.object_field: found}
        return self.payload_type(**answer, errors=list(errors), replayed=replayed, would_change=would_change)


def mutates(*, may: str, gives: type[Row]) -> Callable[[Act], Any]:
    """Make a root field of an act: ``async def(work, input) -> row``, its docstring the description."""

    def wrap(act: Act) -> Any:
        hints = get_type_hints(act)
        name = act.__name__
        field = MutationField(
            python_name=name,
            description=f"{inspect.cleandoc(act.__doc__ or '')} Needs the permission `{may}`.",
        )
        field.act, field.may, field.gives, field.input_type = act, may, gives, hints["input"]
        field.payload_type = payload(name, gives)
        field.type_annotation = StrawberryAnnotation(field.payload_type)
        field.arguments = [
            StrawberryArgument(
                "input", None, StrawberryAnnotation(hints["input"]), description="What to do."
            ),
            StrawberryArgument("idempotency_key", None, StrawberryAnnotation(str | None), description=_KEY),
            StrawberryArgument("dry_run", None, StrawberryAnnotation(bool), default=False, description=_DRY),
        ]
        return field

    return wrap


def _changes(work: Work, row: Any) -> list[FieldChange]:
    """What the log would say of the row: its state, then its fields."""
    changes: list[dict[str, Any]] = []
    for entry in work.logged:
        if row.id not in (entry.product_id, entry.asn_id, entry.order_id, entry.vehicle_id):
            continue
        if entry.state_before != entry.state_after:
            changes.append({"field": "status", "old": entry.state_before, "new": entry.state_after})
        changes += entry.changes
    return shown_changes(changes)


def _key(context: Context, argument: str | None, path: Path) -> str | None:
    """The key of this mutation: its own, or the request's with its place in the document, because a header
    belongs to all mutations of a request (rule 12). Raises ``Refused``.
    """
    if argument is not None:
        return idempotency.checked_key(argument)
    if context.idempotency_key is None:
        return None
    place = idempotency.place_digest(".".join(str(step) for step in path.as_list()))
    return f"{idempotency.checked_key(context.idempotency_key)}#{place}"
