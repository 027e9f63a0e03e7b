"""Between the worker and customs: which filing goes out, and where its answer goes."""

from __future__ import annotations

from uuid import UUID

from exgo_gql.db.asns import Asn
from exgo_gql.db.orders import Order
from exgo_gql.db.products import CustomsFiling, Product
from exgo_gql.domain.codes import Code
from exgo_gql.domain.customs import Decision, FilingStatus
from exgo_gql.domain.refusals import Refused, refusal
from exgo_gql.services import asn_steps, filings, order_steps
from exgo_gql.services.work import Work


async def mark_sent(work: Work, filing_id: UUID) -> CustomsFiling | None:
    """About to send: the filing, or ``None`` when somebody has decided it by hand meanwhile."""
    filing = await work.lock(CustomsFiling, filing_id)
    if filing.decided_at is not None:
        return None
    if filing.status is FilingStatus.QUEUED:
        filing.status, filing.sent_at = FilingStatus.SENT, work.now
    return filing


async def answer(work: Work, filing: CustomsFiling, decision: Decision) -> None:
    """Carry the gateway's answer to its document. Raises ``Refused`` when that filing was decided already, also
    where another one of the same document waits by now.
    """
    for model, id_ in ((Product, filing.product_id), (Asn, filing.asn_id), (Order, filing.order_id)):
        if id_ is not None:
            await work.lock(model, id_)  # filings are decided under the lock of their document
    if not await work.find_all(
        CustomsFiling, CustomsFiling.id == filing.id, CustomsFiling.decided_at.is_(None)
    ):
        raise Refused(refusal(Code.ALREADY_DECIDED, "id"))
    if filing.product_id is not None:
        await filings.decide_product(work, filing.product_id, decision)
    elif filing.asn_id is not None:
        await asn_steps.decide(work, filing.asn_id, decision)
    elif filing.order_id is not None:
        await order_steps.decide(work, filing.order_id, decision)
