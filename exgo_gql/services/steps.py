"""Taking a step: the only code that assigns a status. Asks the table, writes the row, the log and the outbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from exgo_gql.auth.viewer import Viewer
from exgo_gql.db.ledgers import LogEntry
from exgo_gql.domain.codes import Code
from exgo_gql.domain.events import Topic
from exgo_gql.domain.machines import Machine, Transition
from exgo_gql.domain.refusals import Refused, refusal
from exgo_gql.services.work import Change, Work, subject_of


def check(
    machine: Machine, row: Any, action: StrEnum, facts: Mapping[str, Any], viewer: Viewer
) -> Transition:
    """The row of the table for this step. Raises ``Refused``, with what is allowed instead."""
    known = {need: getattr(row, need) for need in machine.facts if need not in facts and hasattr(row, need)}
    known |= {"status": row.status, "mode": getattr(row, "mode", None), **facts}
    # Facts that a step does not ask for may be missing; those it asks for may not.
    return machine.check(action, known, viewer.parts)


def take(
    work: Work,
    machine: Machine,
    row: Any,
    action: StrEnum,
    *,
    facts: Mapping[str, Any] | None = None,
    target: StrEnum | None = None,
    changes: Sequence[Change] = (),
    reason: str | None = None,
    payload: Mapping[str, Any] | None = None,
    topics: Collection[tuple[Topic, str]] = (),
    viewer: Viewer | None = None,
) -> None:
    """Take a step with a locked row, or raise ``Refused`` and change nothing.

    ``target`` overrides the table's target where the table leaves a choice (a combo is filed at once, an
    order may end in EXCEPTION); ``viewer`` is the system where it acts inside somebody else's step.
    """
    who = viewer or work.viewer
    step = check(machine, row, action, facts or {}, who)
    before = row.status
    if target is not None or step.target is not None:
        row.status = target or step.target
    row.version += 1
    row.updated_at = work.now
    work.log(
        row,
        str(action),
        before=str(before),
        after=str(row.status),
        changes=changes,
        reason=reason,
        viewer=who,
    )
    work.emit(row, str(action), payload, topics)


def opened(work: Work, machine: Machine, row: Any, action: StrEnum) -> None:
    """Log and tell of a row that was just made in the first state of its table."""
    step = next(r for r in machine.rows if r.action == action and r.creates)
    row.status, row.version = step.target, 1
    work.log(row, str(action), after=str(step.target))
    work.emit(row, str(action))


def changed(row: Any, values: Mapping[str, Any]) -> list[Change]:
    """Assign values to a row; what really changed, for the log."""
    changes = []
    for name, new in values.items():
        old = getattr(row, name)
        if old != new:
            changes.append(Change(name, old, new))
            setattr(row, name, new)
    return changes


async def check_version(work: Work, row: Any, version: int) -> None:
    """Refuse an edit from a stale version, telling what changed since (API-2)."""
    if row.version == version:
        return
    key = getattr(LogEntry, f"{subject_of(type(row))}_id")
    since = await work.session.scalars(
        select(LogEntry.changes).where(key == row.id, LogEntry.version > version).order_by(LogEntry.at)
    )
    names = sorted({change["field"] for changes in since for change in changes})
    raise Refused(refusal(Code.STALE_VERSION, "version", current=row.version, changed=names))
