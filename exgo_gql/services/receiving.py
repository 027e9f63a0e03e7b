"""Counting what came, and laying it on shelves (ASN-8). A batch is not edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from exgo_gql.auth.viewer import system
from exgo_gql.db.asns import Asn, AsnLine, PutAway, ReceiptBatch, ReceiptLine
from exgo_gql.db.orders import Order
from exgo_gql.domain.actors import Actor
from exgo_gql.domain.asns import ASN, RECEIPT_LIMITS, AsnAction
from exgo_gql.domain.codes import Code
from exgo_gql.domain.fields import MOST_PIECES, check_fields
from exgo_gql.domain.machines import Mode
from exgo_gql.domain.numbers import batch_no
from exgo_gql.domain.orders import ORDER, OrderAction
from exgo_gql.domain.refusals import Refusal, Refused, insist, refusal
from exgo_gql.domain.stock import Bucket, Move, moves
from exgo_gql.services import asn_contents, asn_steps, stock
from exgo_gql.services.steps import check, take
from exgo_gql.services.work import Work


@dataclass(slots=True)
class Counted:
    """One line of a batch: what of it is taken in, and what is more than was announced."""

    line: AsnLine
    order_id: UUID | None
    good: int
    damaged: int
    excess: int
    details: Mapping[str, Any]


def taken_in(good: int, damaged: int, still_expected: int) -> tuple[int, int, int]:
    """(good, damaged, excess): pieces are taken in up to what is still expected, good ones first (ASN-8)."""
    kept_good = min(good, still_expected)
    kept_damaged = min(damaged, still_expected - kept_good)
    return kept_good, kept_damaged, good + damaged - kept_good - kept_damaged


async def book_lines(work: Work, id_: UUID, note: str | None, lines: Sequence[Mapping[str, Any]]) -> Asn:
    """Count the lines of a STOCK ASN into a new batch."""
    asn = await work.lock(Asn, id_)
    check(ASN, asn, AsnAction.BOOK_BATCH, {}, work.viewer)
    if asn.mode is not Mode.STOCK:
        raise Refused(refusal(Code.WRONG_MODE, "lines", mode=str(asn.mode)))
    known = {line.id: line for line in await asn_contents.lines_of(work, asn)}
    problems: list[Refusal] = []
    counted: list[Counted] = []
    for place, given in enumerate(lines):
        line = known.get(given["line_id"])
        if line is None:
            problems.append(refusal(Code.NOT_FOUND, "lines", place, "line_id", what="line"))
            continue
        problems += [p.under("lines", place) for p in check_fields(RECEIPT_LIMITS, given)]
        counted.append(Counted(line, None, given["good_qty"], given["damaged_qty"], 0, given))
    insist(problems)
    return await _book(work, asn, note, counted, [])


async def book_parcels(work: Work, id_: UUID, note: str | None, parcels: Sequence[Mapping[str, Any]]) -> Asn:
    """Count the parcels of a CONSOLIDATION ASN: one order is one parcel, known by its inbound tracking number.

    A parcel without lines came complete and good.
    """
    asn = await work.lock(Asn, id_)
    check(ASN, asn, AsnAction.BOOK_BATCH, {}, work.viewer)
    if asn.mode is not Mode.CONSOLIDATION:
        raise Refused(refusal(Code.WRONG_MODE, "parcels", mode=str(asn.mode)))
    orders = {order.inbound_tracking_no: order for order in await asn_steps.linked_orders(work, asn)}
    by_product = {line.product_id: line for line in await asn_contents.lines_of(work, asn)}
    needs = await stock.needs_of(work, [order.id for order in orders.values()])
    came = await _came_for_orders(work, asn)
    counted: list[Counted] = []
    problems: list[Refusal] = []
    seen: set[str] = set()
    for place, given in enumerate(parcels):
        number = given["inbound_tracking_no"]
        order = orders.get(number)
        if order is None:
            problems.append(refusal(Code.NOT_ON_ASN, "parcels", place, "inbound_tracking_no", value=number))
            continue
        if number in seen:
            problems.append(refusal(Code.TWICE, "parcels", place, "inbound_tracking_no", value=number))
        seen.add(number)
        # A damaged piece has come, too: another one for it would take the place of another order's.
        open_ = {p: qty - sum(came.get((order.id, p), (0, 0))) for p, qty in needs[order.id].items()}
        if not any(open_.values()):
            problems.append(
                refusal(Code.PARCEL_ARRIVED, "parcels", place, "inbound_tracking_no", value=number)
            )
            continue
        whole = [{"product_id": p, "good_qty": qty, "damaged_qty": 0} for p, qty in open_.items() if qty]
        for at, line in enumerate(whole if given.get("lines") is None else given["lines"]):
            if line["product_id"] not in open_:
                path = ("parcels", place, "lines", at, "product_id")
                problems.append(refusal(Code.NOT_FOUND, *path, what="product"))
                continue
            problems += [p.under("parcels", place, "lines", at) for p in check_fields(RECEIPT_LIMITS, line)]
            good, damaged, extra = taken_in(line["good_qty"], line["damaged_qty"], open_[line["product_id"]])
            open_[line["product_id"]] -= good + damaged
            counted.append(Counted(by_product[line["product_id"]], order.id, good, damaged, extra, line))
    insist(problems)
    return await _book(work, asn, note, counted, list(orders.values()))


async def put_away(work: Work, line_id: UUID, qty: int, location: str) -> Asn:
    """Lay good pieces of a batch line on their shelf: they can be sold from now on (上架)."""
    found = await work.find_all(ReceiptLine, ReceiptLine.id == line_id)
    batch = await work.find_all(ReceiptBatch, ReceiptBatch.id == found[0].batch_id) if found else []
    if not found or not batch:
        raise Refused(refusal(Code.NOT_FOUND, "receipt_line_id", what="receipt line"))
    asn = await work.lock(Asn, batch[0].asn_id)
    line = await work.lock(ReceiptLine, line_id, "receipt_line_id")
    check(ASN, asn, AsnAction.PUT_AWAY, {}, work.viewer)
    insist(check_fields(RECEIPT_LIMITS, {"qty": qty, "location": location}))
    left = line.good_qty - line.put_away_qty
    if qty > left:
        raise Refused(refusal(Code.PUT_AWAY_EXCEEDS, "qty", most=left))
    line.put_away_qty += qty
    work.add(
        PutAway(
            merchant_id=asn.merchant_id,
            receipt_line_id=line.id,
            qty=qty,
            location=location,
            at=work.now,
            operator_id=work.viewer.user_id,
        )
    )
    cause = stock.Cause(
        asn.merchant_id, asn.warehouse_code, asn.mode, "asn:put_away", asn_id=asn.id, batch_id=line.batch_id
    )
    shelved = Move(line.product_id, qty, Bucket.PENDING, Bucket.SELLABLE)
    await stock.move(work, cause, [(shelved, None)])
    take(work, ASN, asn, AsnAction.PUT_AWAY, **stock.came_in(asn, [line.product_id]))
    return asn


async def _book(
    work: Work, asn: Asn, note: str | None, counted: list[Counted], orders: Sequence[Order]
) -> Asn:
    wrong = check_fields(RECEIPT_LIMITS, {"note": note})
    insist(
        [
            *wrong,
            None if any(c.good + c.damaged + c.excess for c in counted) else refusal(Code.NOTHING_BOOKED),
        ]
    )
    number = 1 + (
        await work.session.scalar(
            select(func.count())
            .select_from(ReceiptBatch)
            .where(ReceiptBatch.merchant_id == asn.merchant_id, ReceiptBatch.asn_id == asn.id)
        )
        or 0
    )
    batch = work.add(
        ReceiptBatch(
            merchant_id=asn.merchant_id,
            asn_id=asn.id,
            number=number,
            batch_no=batch_no(asn.receiving_no, number),
            at=work.now,
            operator_id=work.viewer.user_id,
            note=note,
        )
    )
    await work.flush()
    movements: list[tuple[Move, UUID | None]] = []
    for position, count in enumerate((c for c in counted if c.good + c.damaged + c.excess), start=1):
        line = count.line
        good, damaged, excess = taken_in(
            count.good, count.damaged, line.qty - line.good_qty - line.damaged_qty
        )
        count.good, excess = good, excess + count.excess
        line.good_qty += good
        line.damaged_qty += damaged
        line.excess_qty += excess
        insist([_too_many(asn, line)])
        work.add(
            ReceiptLine(
                merchant_id=asn.merchant_id,
                batch_id=batch.id,
                asn_line_id=line.id,
                product_id=line.product_id,
                order_id=count.order_id,
                position=position,
                good_qty=good,
                damaged_qty=damaged,
                excess_qty=excess,
                location=count.details.get("location"),
                lot=count.details.get("lot"),
                expiry_date=count.details.get("expiry_date"),
            )
        )
        on_the_way = Bucket.ON_THE_WAY
        movements += [
            (m, count.order_id) for m in moves([(line.product_id, good)], on_the_way, Bucket.PENDING)
        ]
        movements += [
            (m, count.order_id) for m in moves([(line.product_id, damaged)], on_the_way, Bucket.UNSELLABLE)
        ]
    await work.flush()
    movements += await _arrived(work, asn, orders)
    cause = stock.Cause(
        asn.merchant_id, asn.warehouse_code, asn.mode, "asn:book_batch", asn_id=asn.id, batch_id=batch.id
    )
    await stock.move(work, cause, movements)
    take(work, ASN, asn, AsnAction.BOOK_BATCH, payload={"batch_no": batch.batch_no})
    return asn


def _too_many(asn: Asn, line: AsnLine) -> Refusal | None:
    name = "lines" if asn.mode is Mode.STOCK else "parcels"
    wrong = line.excess_qty > MOST_PIECES
    return refusal(Code.NUMBER_RANGE, name, least=0, most=MOST_PIECES) if wrong else None


async def _arrived(work: Work, asn: Asn, orders: Sequence[Order]) -> list[tuple[Move, UUID | None]]:
    """The orders whose last good piece came with this batch turn PROCESSING; their goods are theirs now."""
    came = await _came_for_orders(work, asn) if orders else {}
    needs = await stock.needs_of(work, [order.id for order in orders])
    movements: list[tuple[Move, UUID | None]] = []
    for order in orders:
        good = {product: came.get((order.id, product), (0, 0))[0] for product in needs[order.id]}
        complete = all(good[product] >= qty for product, qty in needs[order.id].items())
        if complete and ORDER.find(OrderAction.ASN_ARRIVE, order.status, order.mode):
            take(work, ORDER, order, OrderAction.ASN_ARRIVE, viewer=system(Actor.SYSTEM))
            reserved = moves(needs[order.id], Bucket.PENDING, Bucket.RESERVED)
            movements += [(m, order.id) for m in reserved]
    return movements


async def _came_for_orders(work: Work, asn: Asn) -> dict[tuple[UUID | None, UUID], tuple[int, int]]:
    """(order, product) → good and damaged pieces that came for it on this ASN."""
    good, damaged = func.sum(ReceiptLine.good_qty), func.sum(ReceiptLine.damaged_qty)
    chosen = (
        select(ReceiptLine.order_id, ReceiptLine.product_id, good, damaged)
        .join(
            ReceiptBatch,
            (ReceiptBatch.merchant_id == ReceiptLine.merchant_id) & (ReceiptBatch.id == ReceiptLine.batch_id),
        )
        .where(
            ReceiptBatch.merchant_id == asn.merchant_id,
            ReceiptBatch.asn_id == asn.id,
            ReceiptLine.order_id.is_not(None),
        )
        .group_by(ReceiptLine.order_id, ReceiptLine.product_id)
    )
    return {
        (row[0], row[1]): (int(row[2]), int(row[3])) for row in (await work.session.execute(chosen)).all()
    }
