"""One delivery of the outbox, from its job to its end (rule 13): attempts are counted before each try."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy import select

from exgo_gql.db.ledgers import Delivery, OutboxMessage
from exgo_gql.domain.events import Topic
from exgo_gql.jobs import customs, exceptions
from exgo_gql.jobs.desk import Desk, Message
from exgo_gql.services.work import Work

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 8
FIRST_WAIT = dt.timedelta(seconds=2)
"""The second try comes after this, each later one after twice as long: the eighth after about four minutes."""


Consumer = Callable[[Desk, Message], Awaitable[None]]

CONSUMERS: dict[Topic, Consumer] = {Topic.CUSTOMS: customs.consume, Topic.EXCEPTIONS: exceptions.consume}


async def deliver(desk: Desk, delivery_id: UUID) -> None:
    """Try a delivery once. What fails is tried again later, and is dead after ``MOST_ATTEMPTS``."""
    counted = await desk.transact(lambda work: _count(work, delivery_id))
    if counted is None:
        return
    topic, message, attempts = counted
    try:
        await CONSUMERS[topic](desk, message)
    except Exception as error:  # whatever it was, it is kept with the delivery and tried again
        log.warning(
            "delivery failed", delivery=str(delivery_id), topic=topic, attempts=attempts, exc_info=True
        )
        reason = f"{type(error).__name__}: {error}"[:500]
        await desk.transact(lambda work: _failed(work, delivery_id, reason, attempts))
    else:
        await desk.transact(lambda work: _done(work, delivery_id))


async def _count(work: Work, delivery_id: UUID) -> tuple[Topic, Message, int] | None:
    delivery = await work.lock(Delivery, delivery_id)
    if delivery.done_at is not None or delivery.dead_at is not None:
        return None
    delivery.attempts += 1
    row = (
        await work.session.scalars(select(OutboxMessage).where(OutboxMessage.id == delivery.message_id))
    ).one()
    return delivery.topic, Message(row.merchant_id, row.subject_id, row.payload), delivery.attempts


async def _done(work: Work, delivery_id: UUID) -> None:
    delivery = await work.lock(Delivery, delivery_id)
    delivery.done_at, delivery.last_error = work.now, None


async def _failed(work: Work, delivery_id: UUID, reason: str, attempts: int) -> None:
    delivery = await work.lock(Delivery, delivery_id)
    delivery.last_error = reason
    if attempts >= MOST_ATTEMPTS:
        delivery.dead_at = work.now
        return
    await work.flush()
    raw = await (await work.session.connection()).get_raw_connection()
    await Queries(AsyncpgDriver(raw.driver_connection)).enqueue(  # type: ignore[arg-type]  # asyncpg's own
        "deliver", str(delivery_id).encode(), execute_after=FIRST_WAIT * 2 ** (attempts - 1)
    )
