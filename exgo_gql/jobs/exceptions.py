"""Orders in EXCEPTION are submitted again when stock comes in, oldest first (ORD-5)."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from exgo_gql.domain.refusals import Refused
from exgo_gql.jobs.desk import Desk, Message
from exgo_gql.services import order_steps


async def consume(desk: Desk, message: Message) -> None:
    """Try each order in a transaction of its own; one that still lacks something is passed over.

    The message names the one order that has just entered EXCEPTION, or the products that came in.
    """
    for order_id in await _concerned(desk, message):
        try:
            await desk.transact(partial(order_steps.submit, id_=order_id))
        except Refused:
            continue  # somebody took it elsewhere meanwhile


async def _concerned(desk: Desk, message: Message) -> list[UUID]:
    if "order_id" in message.payload:
        return [UUID(message.payload["order_id"])]
    products = [UUID(id_) for id_ in message.payload["product_ids"]]
    return await desk.transact(lambda work: order_steps.waiting(work, message.merchant_id, products))
