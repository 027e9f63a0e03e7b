"""Filings on their way to customs (CUS-2): sent outside any transaction, decided once."""

from __future__ import annotations

from uuid import UUID

from exgo_gql.domain.actors import Actor
from exgo_gql.domain.refusals import Refused
from exgo_gql.jobs.desk import Desk, Message
from exgo_gql.services import customs


async def consume(desk: Desk, message: Message) -> None:
    """Send one filing and carry the answer back. One that was decided by hand meanwhile stays as it is."""
    filing_id = UUID(str(message.payload["filing_id"]))
    filing = await desk.transact(lambda work: customs.mark_sent(work, filing_id), Actor.CUSTOMS)
    if filing is None:
        return
    decision = await desk.gateway.submit(str(filing.id), filing.number)
    try:
        await desk.transact(lambda work: customs.answer(work, filing, decision), Actor.CUSTOMS)
    except Refused:
        return
