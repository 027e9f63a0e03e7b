"""Orders in EXCEPTION are submitted again when stock comes in, oldest first (ORD-5)."""

from __future__ import annotations

from functools import partial

from exgo_gql.domain.refusals import Refused
from exgo_gql.jobs.desk import Desk, Message
from exgo_gql.services import order_steps


async def consume(desk: Desk, message: Message) -> None:
    """Try each order of the merchant in a transaction of its own; one that still lacks something is passed over."""
    for order_id in await desk.transact(lambda work: order_steps.waiting(work, message.merchant_id)):
        try:
            await desk.transact(partial(order_steps.submit, id_=order_id))
        except Refused:
            continue  # somebody took it elsewhere meanwhile
