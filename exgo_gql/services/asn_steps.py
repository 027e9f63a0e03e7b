"""The steps of an ASN from confirmation to completion (ASN-4, ASN-5). Counting is in ``receiving``."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from exgo_gql.auth.viewer import system
from exgo_gql.db.asns import Asn, Vehicle
from exgo_gql.db.facts import DIFFERING, HAS_CONTENT
from exgo_gql.db.orders import Order
from exgo_gql.db.products import Product
from exgo_gql.domain.actors import Actor
from exgo_gql.domain.asns import ASN, AsnAction
from exgo_gql.domain.codes import Code
from exgo_gql.domain.customs import Decision
from exgo_gql.domain.machines import Mode
from exgo_gql.domain.orders import ORDER, OrderAction
from exgo_gql.domain.products import ProductStatus
from exgo_gql.domain.refusals import Refused, insist, refusal
from exgo_gql.domain.stock import Bucket, moves
from exgo_gql.services import asn_contents, filings, stock
from exgo_gql.services.steps import check, take
from exgo_gql.services.work import Work


async def confirm(work: Work, id_: UUID) -> Asn:
    """Confirm: content and quantities are final. A consolidation ASN submits its orders (ORD-4)."""
    asn = await work.lock(Asn, id_)
    facts = {"has_content": await work.fact(HAS_CONTENT, asn)}
    check(ASN, asn, AsnAction.CONFIRM, facts, work.viewer)
    if asn.mode is Mode.CONSOLIDATION:
        await _move_orders(work, asn, OrderAction.ASN_CONFIRM)
        await asn_contents.derive_lines(work, asn)
    await _insist_filed(work, asn)
    asn.confirmed_at, asn.rejection_reason = work.now, None
    take(work, ASN, asn, AsnAction.CONFIRM, facts=facts)
    return asn


async def take_back(work: Work, id_: UUID) -> Asn:
    """The merchant takes a confirmed ASN back to draft; its orders return to CONFIRMED, still linked."""
    asn = await work.lock(Asn, id_)
    take(work, ASN, asn, AsnAction.TAKE_BACK)
    await _return_orders(work, asn)
    return asn


async def submit_review(work: Work, id_: UUID) -> Asn:
    """Submit for review by customs."""
    asn = await work.lock(Asn, id_)
    check(ASN, asn, AsnAction.SUBMIT_REVIEW, {}, work.viewer)
    lines = await asn_contents.lines_of(work, asn)
    snapshot = {
        "receiving_no": asn.receiving_no,
        "reference_no": asn.reference_no,
        "mode": str(asn.mode),
        "warehouse": asn.warehouse_code,
        "lines": [{"product_id": str(line.product_id), "qty": line.qty} for line in lines],
    }
    filing = await filings.send(work, asn, asn.reference_no, snapshot)
    take(work, ASN, asn, AsnAction.SUBMIT_REVIEW, **filings.told(filing))
    return asn


async def approve(work: Work, id_: UUID) -> Asn:
    """Customs approve by hand."""
    return await decide(work, id_, Decision(approved=True))


async def reject(work: Work, id_: UUID, reason: str) -> Asn:
    """Customs reject by hand, with a reason: back to draft."""
    filings.insist_reason(reason)
    return await decide(work, id_, Decision(approved=False, reason=reason))


async def decide(work: Work, id_: UUID, decision: Decision) -> Asn:
    """What customs decide of an ASN under review, once."""
    asn = await work.lock(Asn, id_)
    action = AsnAction.APPROVE if decision.approved else AsnAction.REJECT
    check(ASN, asn, action, {}, work.viewer)
    await filings.settle(work, asn, decision)
    take(work, ASN, asn, action, reason=decision.reason)
    if decision.approved:
        asn.approved_at = work.now
    else:
        asn.rejection_reason = decision.reason
        await _return_orders(work, asn)
    return asn


async def revoke(work: Work, id_: UUID, reason: str) -> Asn:
    """Customs revoke an approval that was not dispatched yet: back to draft."""
    filings.insist_reason(reason)
    asn = await work.lock(Asn, id_)
    take(work, ASN, asn, AsnAction.REVOKE, reason=reason)
    asn.approved_at, asn.rejection_reason = None, reason
    await _return_orders(work, asn)
    return asn


async def dispatch(work: Work, id_: UUID) -> Asn:
    """The goods leave for the warehouse: what is announced is on the way."""
    asn = await work.lock(Asn, id_)
    if asn.vehicle_id is not None:
        await work.hold(Vehicle, [asn.vehicle_id])
    take(work, ASN, asn, AsnAction.DISPATCH)
    asn.dispatched_at = work.now
    await _move_announced(work, asn, "asn:dispatch", None, Bucket.ON_THE_WAY)
    return asn


async def recall(work: Work, id_: UUID) -> Asn:
    """The merchant recalls a truck that has not arrived."""
    asn = await work.lock(Asn, id_)
    take(work, ASN, asn, AsnAction.RECALL)
    asn.dispatched_at = None
    await _move_announced(work, asn, "asn:recall", Bucket.ON_THE_WAY, None)
    return asn


async def arrive(work: Work, id_: UUID) -> Asn:
    """The truck is at the warehouse."""
    asn = await work.lock(Asn, id_)
    take(work, ASN, asn, AsnAction.ARRIVE)
    asn.arrived_at = work.now
    assert asn.vehicle_id is not None  # ck_asns_vehicle_set
    vehicle = await work.lock(Vehicle, asn.vehicle_id)
    if vehicle.arrived_at is None:
        vehicle.arrived_at = work.now
    return asn


async def complete(work: Work, id_: UUID) -> Asn:
    """Receiving is done: everything announced was counted, and nothing else."""
    asn = await work.lock(Asn, id_)
    take(work, ASN, asn, AsnAction.COMPLETE, facts={"differing": await work.fact(DIFFERING, asn)})
    asn.received_at = work.now
    return asn


async def release_orders(work: Work, id_: UUID) -> Asn:
    """Customs release all orders of an ASN that are in processing and not released yet (报关放行)."""
    asn = await work.lock(Asn, id_)
    orders = await linked_orders(work, asn)
    waiting = [o for o in orders if ORDER.find(OrderAction.RELEASE, o.status, o.mode) and not o.released_at]
    if not waiting:
        raise Refused(refusal(Code.EMPTY, "id"))
    for order in waiting:
        take(work, ORDER, order, OrderAction.RELEASE)
        order.released_at, order.release_refusal = work.now, None
    return asn


async def linked_orders(work: Work, asn: Asn) -> Sequence[Order]:
    """The orders of an ASN whose links have not ended, locked in the order of their ids."""
    return await work.lock_all(Order, [link.order_id for link in await asn_contents.live_links(work, asn)])


async def _move_orders(work: Work, asn: Asn, action: OrderAction) -> None:
    by_system = system(Actor.SYSTEM)
    for order in await linked_orders(work, asn):
        take(work, ORDER, order, action, viewer=by_system)
        order.submitted_at = work.now if action is OrderAction.ASN_CONFIRM else None


async def _return_orders(work: Work, asn: Asn) -> None:
    if asn.mode is Mode.CONSOLIDATION:
        await _move_orders(work, asn, OrderAction.ASN_RETURN)


async def _insist_filed(work: Work, asn: Asn) -> None:
    ids = {line.product_id for line in await asn_contents.lines_of(work, asn)}
    if asn.mode is Mode.CONSOLIDATION:
        ids |= await stock.ordered_products(
            work, [link.order_id for link in await asn_contents.live_links(work, asn)]
        )
    products = await work.hold(Product, ids)
    unfiled = sorted(p.sku for p in products.values() if p.status is not ProductStatus.FILED)
    insist([refusal(Code.PRODUCT_NOT_FILED, "id", skus=unfiled) if unfiled else None])


async def _move_announced(
    work: Work, asn: Asn, action: str, source: Bucket | None, target: Bucket | None
) -> None:
    announced = [(line.product_id, line.qty) for line in await asn_contents.lines_of(work, asn)]
    cause = stock.Cause(asn.merchant_id, asn.warehouse_code, asn.mode, action, asn_id=asn.id)
    await stock.move(work, cause, [(move, None) for move in moves(announced, source, target)])
