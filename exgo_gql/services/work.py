"""The unit of work: one transaction, and all that is written beside the business rows in it (rules 7 and 13)."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from exgo_gql.auth.viewer import Viewer
from exgo_gql.db.base import Base
from exgo_gql.db.ledgers import Delivery, LogEntry, OutboxMessage
from exgo_gql.db.pools import Database
from exgo_gql.domain.codes import Code
from exgo_gql.domain.events import Topic, event_name
from exgo_gql.domain.refusals import Refused, refusal
from exgo_gql.services.violations import constraint_of, refusal_of

T = TypeVar("T")
E = TypeVar("E", bound=Base)

RETRIES = 3
"""How often a transaction that PostgreSQL sacrificed is run again (rule 14)."""
_SACRIFICED = ("40001", "40P01")
_UNLUCKY = ("uq_orders_order_no", "uq_asns_receiving_no")
"""A system number that chance gave twice: the act runs again and draws another."""

SUBJECTS = {"products": "product", "asns": "asn", "orders": "order", "vehicles": "vehicle"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: for the log."""

    address: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after."""

    field: str
    old: Any
    new: Any


@dataclass
class Work:
    """What a service writes with. It never commits: whoever opened the transaction does."""

    session: AsyncSession
    viewer: Viewer
    origin: Origin
    now: dt.datetime
    deliveries: list[Delivery] = field(default_factory=list)
    logged: list[LogEntry] = field(default_factory=list)
    """The rows of the log that this work wrote."""

    # -- reading for writing ------------------------------------------------------------------------------

    def mine(self, model: type[E]) -> Select[E]:
        """Rows that the viewer may touch: the services' own tenant filter, the first of the two locks."""
        chosen = select(model)
        tenant: Any = getattr(model, "merchant_id", None)
        if self.viewer.merchant_id is not None and tenant is not None:
            chosen = chosen.where(tenant == self.viewer.merchant_id)
        return chosen

    async def lock(self, model: type[E], id_: UUID, *path: str | int) -> E:
        """One row, locked against other steps but not against references to it (rule 9).

        Raises ``Refused`` with NOT_FOUND, the same for an unknown id and for another tenant's.
        """
        found = await self.lock_all(model, [id_])
        if not found:
            raise Refused(refusal(Code.NOT_FOUND, *(path or ("id",)), what=subject_of(model)))
        return found[0]

    async def lock_all(self, model: type[E], ids: Iterable[UUID]) -> list[E]:
        """Rows locked in the order of their ids, so that two transactions never wait for each other."""
        wanted = sorted(set(ids))
        if not wanted:
            return []
        key: Any = model.id  # type: ignore[attr-defined]  # every tenant table has one
        chosen = self.mine(model).where(key.in_(wanted)).order_by(key).with_for_update(key_share=True)
        return list(await self.session.scalars(chosen.execution_options(populate_existing=True)))

    async def hold(self, model: type[E], ids: Iterable[UUID]) -> dict[UUID, E]:
        """Rows that must not be deleted or change their state until this transaction ends; others may hold them
        too. By id; those that the viewer may not touch are missing.
        """
        key: Any = model.id  # type: ignore[attr-defined]  # every tenant table has one
        chosen = self.mine(model).where(key.in_(sorted(set(ids)))).order_by(key).with_for_update(read=True)
        found: list[Any] = list(await self.session.scalars(chosen))
        return {row.id: row for row in found}

    async def find_all(self, model: type[E], *conditions: ColumnElement[bool]) -> list[E]:
        """Rows that the viewer may touch, not locked: for what only a locked document can change."""
        key: Any = model.id  # type: ignore[attr-defined]  # every tenant table has one
        return list(await self.session.scalars(self.mine(model).where(*conditions).order_by(key)))

    async def fact(self, of: ColumnElement[T], row: Base) -> T:
        """The value of an SQL expression over one row."""
        model: Any = type(row)
        return (await self.session.execute(select(of).where(model.id == row.id))).scalar_one()  # type: ignore[attr-defined]

    # -- writing ------------------------------------------------------------------------------------------

    def add(self, row: E) -> E:
        """A new row, written at the next ``flush``."""
        self.session.add(row)
        return row

    async def flush(self, row: Base | None = None) -> None:
        """Send what is pending. A broken constraint becomes the refusal that it stands for; ``row`` is the one
        to blame then. Rows that others refer to are flushed before those are added: there is no order between
        tables otherwise.
        """
        written = dict(vars(row)) if row is not None else {}
        try:
            await self.session.flush()
        except DBAPIError as error:
            raise refusal_of(error, written) from error

    def log(
        self,
        row: Any,
        action: str,
        *,
        before: str | None = None,
        after: str | None = None,
        changes: Sequence[Change] = (),
        reason: str | None = None,
        viewer: Viewer | None = None,
    ) -> None:
        """One row of the operation log (OPS-3)."""
        who = viewer or self.viewer
        subject = subject_of(type(row))
        entry = self.add(
            LogEntry(
                merchant_id=row.merchant_id,
                **{f"{subject}_id": row.id},
                action=f"{subject}:{action.lower()}",
                at=self.now,
                actor_kind=who.kind,
                actor_id=who.user_id,
                actor_role=who.role,
                actor_name=who.name,
                address=self.origin.address,
                request_id=self.origin.request_id,
                state_before=before,
                state_after=after,
                version=getattr(row, "version", None),
                changes=[{"field": c.field, "old": _plain(c.old), "new": _plain(c.new)} for c in changes],
                reason=reason,
            )
        )
        self.logged.append(entry)

    def emit(
        self,
        row: Any,
        action: str,
        payload: Mapping[str, Any] | None = None,
        topics: Collection[tuple[Topic, str]] = (),
    ) -> None:
        """One message of the outbox, and a delivery to each topic under its key (rule 13)."""
        subject = subject_of(type(row))
        message = self.add(
            OutboxMessage(
                id=uuid7(),
                merchant_id=row.merchant_id,
                event=event_name(subject, action),
                subject_id=row.id,
                state=str(row.status) if hasattr(row, "status") else None,
                version=getattr(row, "version", None),
                payload=dict(payload or {}),
                at=self.now,
            )
        )
        self.deliveries += [
            Delivery(
                id=uuid7(), merchant_id=row.merchant_id, message_id=message.id, topic=topic, dedup_key=key
            )
            for topic, key in topics
        ]

    async def finish(self) -> None:
        """Write what is pending, and a job for every delivery, in the same transaction."""
        await self.flush()
        if self.deliveries:
            self.session.add_all(self.deliveries)
            await self.flush()
            # The dialect has sent BEGIN by now (the tenant was set), so this joins the transaction.
            raw = await (await self.session.connection()).get_raw_connection()
            ids: list[bytes | None] = [str(delivery.id).encode() for delivery in self.deliveries]
            await Queries(AsyncpgDriver(raw.driver_connection)).enqueue(  # type: ignore[arg-type]  # asyncpg's own
                ["deliver"] * len(ids), ids, [0] * len(ids)
            )
            self.deliveries.clear()


def subject_of(model: type) -> str:
    """What a mapped class is called in logs, events and messages."""
    table: str = model.__tablename__  # type: ignore[attr-defined]  # mapped classes have one
    return SUBJECTS.get(table, table.rstrip("s"))


async def transact(
    database: Database,
    viewer: Viewer,
    origin: Origin,
    act: Callable[[Work], Awaitable[T]],
    *,
    dry_run: bool = False,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> T:
    """Run one act in one transaction and commit it here, the only place that does.

    Rolls back on any exception, and on a dry run after the act has gone through. A transaction that
    PostgreSQL sacrificed to a deadlock or a conflict is run again, three times at most.
    """
    for attempt in range(RETRIES + 1):
        try:
            async with database.writing(viewer.scope) as session:
                work = Work(session, viewer, origin, now())
                result = await act(work)
                await work.finish()
                if dry_run:
                    await session.rollback()
                else:
                    await session.commit()
                return result
        except DBAPIError as error:
            again = getattr(error.orig, "sqlstate", None) in _SACRIFICED or constraint_of(error) in _UNLUCKY
            if not again or attempt == RETRIES:
                raise
            await asyncio.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311  # jitter, not a secret
    raise AssertionError("the loop returns or raises")


def _plain(value: Any) -> Any:
    """As JSON: numbers keep their digits as text, states and dates their spelling."""
    return value if value is None or isinstance(value, bool | int | list) else str(value)
