"""The steps of an order from submission to the recipient's signature (ORD-4, ORD-5, ORD-10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from exgo_gql.auth.viewer import system
from exgo_gql.db.orders import Order, OrderLine, Parcel, TrackingEvent
from exgo_gql.db.products import ComboPart
from exgo_gql.domain import orders as rules
from exgo_gql.domain.actors import Actor
from exgo_gql.domain.codes import Code
from exgo_gql.domain.customs import Decision
from exgo_gql.domain.events import Topic
from exgo_gql.domain.fields import WEIGHT, check_fields
from exgo_gql.domain.orders import ORDER, OrderAction, OrderStatus, Shortfall, TrackingSource, TrackingStatus
from exgo_gql.domain.refusals import Refusal, Refused, insist, refusal
from exgo_gql.domain.stock import Bucket, moves
from exgo_gql.services import filings, stock
from exgo_gql.services.steps import check, take
from exgo_gql.services.work import Work

ATTEMPTS = 3
"""How often a reservation is tried when stock comes in between the refusal and the counting of what lacks."""


async def submit(work: Work, id_: UUID) -> Order:
    """Submit a STOCK order: all of its stock is reserved, or none and it is in EXCEPTION with the reasons."""
    order = await work.lock(Order, id_)
    check(ORDER, order, OrderAction.SUBMIT, {}, work.viewer)
    lacking = await _reserve(work, order)
    if lacking:
        _except(work, order, lacking)
        return order
    lines = await work.find_all(OrderLine, OrderLine.order_id == order.id)
    snapshot = {
        "order_no": order.order_no,
        "reference_no": order.reference_no,
        "country": order.recipient_country_code,
        "lines": [
            {"product_id": str(line.product_id), "qty": line.qty, "amount": str(line.amount)}
            for line in lines
        ],
    }
    filing = await filings.send(work, order, order.reference_no, snapshot)
    order.exception = order.exception_at = order.reviewed_at = order.picked_at = None
    order.submitted_at = work.now
    take(work, ORDER, order, OrderAction.SUBMIT, **filings.told(filing))
    return order


async def waiting(work: Work, merchant_id: UUID, product_ids: Sequence[UUID]) -> list[UUID]:
    """The orders of a merchant in EXCEPTION that want one of these products, also as parts, oldest first."""
    combos = select(ComboPart.combo_id).where(
        ComboPart.merchant_id == merchant_id, ComboPart.part_id.in_(product_ids)
    )
    wanting = select(OrderLine.order_id).where(
        OrderLine.merchant_id == merchant_id,
        OrderLine.product_id.in_(product_ids) | OrderLine.product_id.in_(combos),
    )
    found = await work.find_all(
        Order, Order.merchant_id == merchant_id, Order.status == OrderStatus.EXCEPTION, Order.id.in_(wanting)
    )
    return [o.id for o in sorted(found, key=lambda o: (o.exception_at or o.created_at, o.id))]


async def approve(work: Work, id_: UUID) -> Order:
    """Customs approve by hand."""
    return await decide(work, id_, Decision(approved=True))


async def reject(work: Work, id_: UUID, reason: str) -> Order:
    """Customs reject by hand, with a reason: back to draft, all freed."""
    filings.insist_reason(reason)
    return await decide(work, id_, Decision(approved=False, reason=reason))


async def decide(work: Work, id_: UUID, decision: Decision) -> Order:
    """What customs decide of a submitted STOCK order."""
    order = await work.lock(Order, id_)
    action = OrderAction.APPROVE if decision.approved else OrderAction.REJECT
    check(ORDER, order, action, {}, work.viewer)
    if await filings.open_filing(work, order) is not None:
        await filings.settle(work, order, decision)
    if decision.approved:
        take(work, ORDER, order, action)
        order.reviewed_at = work.now
        return order
    needs = (await stock.needs_of(work, [order.id]))[order.id]
    take(
        work,
        ORDER,
        order,
        action,
        reason=decision.reason,
        **stock.came_in(order, needs),
    )
    order.rejection_reason = decision.reason
    order.submitted_at = order.reviewed_at = order.confirmed_at = None
    await _move(work, order, "order:reject", Bucket.RESERVED, Bucket.SELLABLE, needs)
    return order


async def pick(work: Work, id_: UUID) -> Order:
    """The warehouse takes the goods off their shelves (下架)."""
    order = await work.lock(Order, id_)
    take(work, ORDER, order, OrderAction.PICK)
    order.picked_at = work.now
    return order


async def release(work: Work, id_: UUID) -> Order:
    """Customs release a consolidation order in processing (报关放行)."""
    order = await work.lock(Order, id_)
    take(work, ORDER, order, OrderAction.RELEASE)
    order.released_at, order.release_refusal = work.now, None
    return order


async def refuse_release(work: Work, id_: UUID, reason: str) -> Order:
    """Customs refuse to release; the reason stays on the order until they do."""
    filings.insist_reason(reason)
    order = await work.lock(Order, id_)
    take(work, ORDER, order, OrderAction.REFUSE_RELEASE, reason=reason)
    order.release_refusal = reason
    return order


async def ship(
    work: Work, id_: UUID, values: Mapping[str, Any], parcels: Sequence[Mapping[str, Any]]
) -> Order:
    """The parcel leaves the warehouse: carrier, tracking number, and each box with its weight."""
    order = await work.lock(Order, id_)
    check(ORDER, order, OrderAction.SHIP, {}, work.viewer)
    problems: list[Refusal] = check_fields({**rules.LIMITS, **rules.SHIP_LIMITS}, values)
    if not parcels:
        problems.append(refusal(Code.EMPTY, "parcels"))
    for place, parcel in enumerate(parcels):
        problems += [p.under("parcels", place) for p in check_fields(rules.SHIP_LIMITS, parcel)]
    weight = sum((parcel["weight_kg"] for parcel in parcels), start=Decimal(0))
    too_heavy = WEIGHT.check(weight) if parcels and not problems else None
    problems += [too_heavy.under("parcels")] if too_heavy else []
    new_label = values.get("new_label_no") or order.new_label_no
    problems += rules.label_rules(order.mode, order.relabel, new_label)
    if order.relabel and not new_label:
        problems.append(refusal(Code.LABEL_MISSING, "new_label_no"))
    insist(problems)
    order.carrier, order.tracking_no, order.new_label_no = values["carrier"], values["tracking_no"], new_label
    order.shipped_weight_kg = weight
    order.shipped_at = work.now
    for position, parcel in enumerate(parcels, start=1):
        work.add(Parcel(merchant_id=order.merchant_id, order_id=order.id, position=position, **parcel))
    take(work, ORDER, order, OrderAction.SHIP, payload={"tracking_no": order.tracking_no})
    await work.flush(order)
    await _move(work, order, "order:ship", Bucket.RESERVED, Bucket.SHIPPED)
    return order


async def sign(work: Work, id_: UUID) -> Order:
    """The recipient has signed for it."""
    order = await work.lock(Order, id_)
    take(work, ORDER, order, OrderAction.SIGN)
    order.signed_at = work.now
    return order


async def track(work: Work, id_: UUID, values: Mapping[str, Any]) -> Order:
    """Note where a shipped parcel is. A repeated event is stored once; DELIVERED signs the order (ORD-10)."""
    order = await work.lock(Order, id_)
    insist(check_fields(rules.TRACKING_LIMITS, values))
    if order.status not in (OrderStatus.SHIPPED, OrderStatus.SIGNED):
        allowed = ORDER.allowed(order.status, order.mode, work.viewer.parts)
        raise Refused(
            refusal(Code.ILLEGAL_TRANSITION, "id", from_=str(order.status), action="TRACK", allowed=allowed)
        )
    event = insert(TrackingEvent).values(
        merchant_id=order.merchant_id,
        order_id=order.id,
        source=TrackingSource.STAFF,
        created_at=work.now,
        **values,
    )
    stored = await work.session.execute(event.on_conflict_do_nothing().returning(TrackingEvent.id))
    if stored.first() is None:
        return order
    order.version += 1
    order.updated_at = work.now
    work.log(order, "TRACK", before=str(order.status), after=str(order.status))
    work.emit(order, "TRACK", {"status": str(values["status"]), "at": values["at"].isoformat()})
    if values["status"] is TrackingStatus.DELIVERED and order.status is OrderStatus.SHIPPED:
        take(work, ORDER, order, OrderAction.SIGN, viewer=system(Actor.SYSTEM))
        order.signed_at = min(values["at"], work.now)
    return order


async def _reserve(work: Work, order: Order) -> list[Shortfall]:
    """Reserve all that an order needs; what it lacks, if anything, and then nothing is reserved."""
    needs = (await stock.needs_of(work, [order.id]))[order.id]
    unfiled = await stock.unfiled(work, order.id, needs)
    if unfiled:
        return unfiled
    for _ in range(ATTEMPTS):
        try:
            await _move(work, order, "order:submit", Bucket.SELLABLE, Bucket.RESERVED, needs)
        except stock.Short:
            lacking = await stock.shortfalls(work, order.warehouse_code, needs)
            if lacking:
                return lacking
        else:
            return []
    # Stock that comes and goes this fast is as good as gone; the retry that every EXCEPTION asks for decides.
    return [Shortfall(Code.STOCK, "*", sum(needs.values()), 0)]


def _except(work: Work, order: Order, lacking: Sequence[Shortfall]) -> None:
    reasons = [
        {"code": str(s.code), "sku": s.sku, "requested": s.requested, "available": s.available}
        for s in lacking
    ]
    again = order.status is OrderStatus.EXCEPTION
    if again and order.exception == reasons and work.viewer.parts & {Actor.SYSTEM}:
        return  # the system logs only a change
    order.exception = reasons
    order.exception_at = order.exception_at or work.now
    # Stock may have come in between the refusal and this commit: who enters EXCEPTION asks for one retry of its own.
    retry = [] if again else [(Topic.EXCEPTIONS, f"exceptions:{order.id}:{order.version}")]
    take(
        work,
        ORDER,
        order,
        OrderAction.SUBMIT,
        target=OrderStatus.EXCEPTION,
        payload={"exception": reasons, "order_id": str(order.id)},
        topics=retry,
    )


async def _move(
    work: Work,
    order: Order,
    action: str,
    source: Bucket,
    target: Bucket,
    needs: Mapping[UUID, int] | None = None,
) -> None:
    if needs is None:
        needs = (await stock.needs_of(work, [order.id]))[order.id]
    cause = stock.Cause(order.merchant_id, order.warehouse_code, order.mode, action)
    await stock.move(work, cause, [(move, order.id) for move in moves(needs, source, target)])
