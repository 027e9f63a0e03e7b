"""What an ASN announces: products in STOCK, orders in CONSOLIDATION, whose sum its lines are (ASN-1, ASN-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from exgo_gql.db.asns import Asn, AsnLine, AsnOrder
from exgo_gql.db.facts import LIVE_RECEIVING_NO
from exgo_gql.db.orders import Order, OrderLine
from exgo_gql.db.products import ComboPart, Product
from exgo_gql.domain import asns as rules
from exgo_gql.domain.asns import ASN, AsnAction
from exgo_gql.domain.codes import Code
from exgo_gql.domain.fields import MOST_PIECES
from exgo_gql.domain.machines import Mode
from exgo_gql.domain.orders import OrderStatus
from exgo_gql.domain.products import ProductKind, ProductStatus
from exgo_gql.domain.refusals import Refusal, Refused, insist, refusal
from exgo_gql.services.references import places_of
from exgo_gql.services.steps import check, check_version, take
from exgo_gql.services.work import Change, Work


async def editable(work: Work, id_: UUID, version: int, action: AsnAction) -> Asn:
    """An ASN locked for an edit from this version, if its state allows the action. Raises ``Refused``."""
    asn = await work.lock(Asn, id_)
    await check_version(work, asn, version)
    check(ASN, asn, action, {}, work.viewer)
    return asn


async def add_lines(work: Work, id_: UUID, version: int, lines: Sequence[Mapping[str, Any]]) -> Asn:
    """Add products to a STOCK draft."""
    asn = await editable(work, id_, version, AsnAction.ADD_LINES)
    _insist_some(lines, "lines")
    changes = await write_lines(work, asn, lines)
    take(work, ASN, asn, AsnAction.ADD_LINES, changes=changes)
    return asn


async def remove_lines(work: Work, id_: UUID, version: int, line_ids: Sequence[UUID]) -> Asn:
    """Take lines off a STOCK draft."""
    asn = await editable(work, id_, version, AsnAction.REMOVE_LINES)
    _insist_some(line_ids, "line_ids")
    lines = {line.id: line for line in await lines_of(work, asn)}
    insist(
        [
            refusal(Code.NOT_FOUND, "line_ids", place, what="line")
            for place, line_id in enumerate(line_ids)
            if line_id not in lines
        ]
    )
    gone = [lines[line_id] for line_id in line_ids]
    for line in gone:
        await work.session.delete(line)
    await work.flush()
    change = Change("lines", [f"{line.product_id}×{line.qty}" for line in gone], [])
    take(work, ASN, asn, AsnAction.REMOVE_LINES, changes=[change])
    return asn


async def add_orders(work: Work, id_: UUID, version: int, order_ids: Sequence[UUID]) -> Asn:
    """Add confirmed consolidation orders to a draft; its lines are the sum of theirs."""
    asn = await editable(work, id_, version, AsnAction.ADD_ORDERS)
    _insist_some(order_ids, "order_ids")
    changes = await link_orders(work, asn, order_ids)
    take(work, ASN, asn, AsnAction.ADD_ORDERS, changes=changes)
    return asn


async def remove_orders(work: Work, id_: UUID, version: int, order_ids: Sequence[UUID]) -> Asn:
    """Take orders off a draft; they stay CONFIRMED."""
    asn = await editable(work, id_, version, AsnAction.REMOVE_ORDERS)
    _insist_some(order_ids, "order_ids")
    links = {link.order_id: link for link in await live_links(work, asn)}
    insist(
        [
            refusal(Code.NOT_FOUND, "order_ids", place, what="order")
            for place, order_id in enumerate(order_ids)
            if order_id not in links
        ]
    )
    orders = await work.lock_all(Order, order_ids)
    for order in orders:
        end(work, links[order.id])
    await work.flush()
    await derive_lines(work, asn)
    change = Change("orders", sorted(order.order_no for order in orders), [])
    take(work, ASN, asn, AsnAction.REMOVE_ORDERS, changes=[change])
    return asn


async def lines_of(work: Work, asn: Asn) -> list[AsnLine]:
    """The lines of an ASN in their order."""
    chosen = work.mine(AsnLine).where(AsnLine.merchant_id == asn.merchant_id, AsnLine.asn_id == asn.id)
    return list(await work.session.scalars(chosen.order_by(AsnLine.position)))


async def live_links(work: Work, asn: Asn) -> list[AsnOrder]:
    """The links of an ASN to orders that have not ended."""
    return await work.find_all(
        AsnOrder,
        AsnOrder.merchant_id == asn.merchant_id,
        AsnOrder.asn_id == asn.id,
        AsnOrder.ended_at.is_(None),
    )


def end(work: Work, link: AsnOrder) -> None:
    """End a link: it stays as history, and lets warehouse and currency of its documents go their own ways."""
    link.ended_at, link.warehouse_code, link.currency_code = work.now, None, None


async def derive_lines(work: Work, asn: Asn) -> None:
    """Write the lines of a consolidation ASN anew: one per product, the sum of its orders' (ASN-3)."""
    for line in await lines_of(work, asn):
        await work.session.delete(line)
    await work.flush()
    places = await places_of(work, asn.currency_code)
    qtys: dict[UUID, int] = {}
    amounts: dict[UUID, Decimal] = {}
    for qty, amount, parts in await _ordered(work, asn):
        shares = rules.split(amount, {part: per * price for part, per, price in parts}, places)
        for part, per, _ in parts:
            qtys[part] = qtys.get(part, 0) + qty * per
            amounts[part] = amounts.get(part, Decimal(0)) + shares[part]
    if max(qtys.values(), default=0) > MOST_PIECES:
        raise Refused(refusal(Code.NUMBER_RANGE, "order_ids", least=1, most=MOST_PIECES))
    if max(amounts.values(), default=Decimal(0)) > rules.AMOUNT.most:
        raise Refused(refusal(Code.NUMBER_RANGE, "order_ids", least=Decimal(0), most=rules.AMOUNT.most))
    for position, product_id in enumerate(sorted(qtys), start=1):
        work.add(
            AsnLine(
                merchant_id=asn.merchant_id,
                asn_id=asn.id,
                product_id=product_id,
                position=position,
                qty=qtys[product_id],
                amount=amounts[product_id],
            )
        )
    await work.flush()


async def write_lines(work: Work, asn: Asn, lines: Sequence[Mapping[str, Any]]) -> list[Change]:
    """Write lines behind those that a STOCK draft has; every problem of every line is told at once."""
    last, count = (
        await work.session.execute(
            select(func.coalesce(func.max(AsnLine.position), 0), func.count()).where(
                AsnLine.merchant_id == asn.merchant_id, AsnLine.asn_id == asn.id
            )
        )
    ).one()
    if count + len(lines) > rules.MOST_LINES:
        raise Refused(refusal(Code.TOO_MANY, "lines", most=rules.MOST_LINES))
    products = await work.hold(Product, [line["product_id"] for line in lines])
    problems: list[Refusal] = []
    for place, line in enumerate(lines):
        product = products.get(line["product_id"])
        if product is None or product.status is ProductStatus.DELETED:
            problems.append(refusal(Code.NOT_FOUND, "lines", place, "product_id", what="product"))
        elif product.kind is ProductKind.COMBO:
            problems.append(refusal(Code.COMBO_ON_ASN, "lines", place, "product_id", sku=product.sku))
        problems += [p.under("lines", place) for p in rules.line_problems(rules.LINE_LIMITS, line)]
    insist(problems)
    places = await places_of(work, asn.currency_code)
    for position, line in enumerate(lines, start=last + 1):
        price = line.get("unit_price")
        work.add(
            AsnLine(
                merchant_id=asn.merchant_id,
                asn_id=asn.id,
                position=position,
                amount=rules.amount(line["qty"], price or Decimal(0), places),
                **line,
            )
        )
    await work.flush()
    return [Change("lines", [], [f"{products[line['product_id']].sku}×{line['qty']}" for line in lines])]


async def link_orders(work: Work, asn: Asn, order_ids: Sequence[UUID]) -> list[Change]:
    """Link orders to a CONSOLIDATION draft and derive its lines anew."""
    linked = len(await live_links(work, asn))
    if linked + len(order_ids) > rules.MOST_ORDERS:
        raise Refused(refusal(Code.TOO_MANY, "order_ids", most=rules.MOST_ORDERS))
    orders = {o.id: o for o in await work.lock_all(Order, order_ids)}
    problems: list[Refusal] = []
    seen: set[UUID] = set()
    for place, order_id in enumerate(order_ids):
        order = orders.get(order_id)
        if order is None:
            problems.append(refusal(Code.NOT_FOUND, "order_ids", place, what="order"))
        elif order.id in seen:
            problems.append(refusal(Code.TWICE, "order_ids", place, value=order.order_no))
        elif not await _selectable(work, asn, order):
            problems.append(refusal(Code.ORDER_NOT_SELECTABLE, "order_ids", place, order_no=order.order_no))
        else:
            seen.add(order.id)
    insist(problems)
    for order in orders.values():
        work.add(
            AsnOrder(
                merchant_id=asn.merchant_id,
                asn_id=asn.id,
                order_id=order.id,
                warehouse_code=asn.warehouse_code,
                currency_code=asn.currency_code,
                linked_at=work.now,
            )
        )
    await work.flush()
    await derive_lines(work, asn)
    return [Change("orders", [], sorted(order.order_no for order in orders.values()))]


async def _ordered(work: Work, asn: Asn) -> list[tuple[int, Decimal, list[tuple[UUID, int, Decimal]]]]:
    """Each order line of an ASN: (quantity, amount, [(ordinary product, pieces of it in one, its sales price)])."""
    part = select(
        ComboPart.combo_id, ComboPart.part_id, ComboPart.qty, ComboPart.position, Product.sales_price
    )
    part = part.join(
        Product, (Product.merchant_id == ComboPart.merchant_id) & (Product.id == ComboPart.part_id)
    )
    parts = part.where(ComboPart.merchant_id == asn.merchant_id).subquery()
    chosen = (
        select(
            OrderLine.id,
            OrderLine.product_id,
            OrderLine.qty,
            OrderLine.amount,
            parts.c.part_id,
            parts.c.qty,
            parts.c.sales_price,
        )
        .join(
            AsnOrder,
            (AsnOrder.merchant_id == OrderLine.merchant_id) & (AsnOrder.order_id == OrderLine.order_id),
        )
        .outerjoin(parts, parts.c.combo_id == OrderLine.product_id)
        .where(
            AsnOrder.merchant_id == asn.merchant_id, AsnOrder.asn_id == asn.id, AsnOrder.ended_at.is_(None)
        )
        .order_by(OrderLine.id, parts.c.position)
    )
    made: dict[UUID, tuple[int, Decimal, list[tuple[UUID, int, Decimal]]]] = {}
    for line_id, product, qty, amount, part_id, per, price in (await work.session.execute(chosen)).all():
        line = made.setdefault(line_id, (qty, amount, []))
        line[2].append((part_id, per, price or Decimal(0)) if part_id else (product, 1, Decimal(1)))
    return list(made.values())


async def _selectable(work: Work, asn: Asn, order: Order) -> bool:
    """Whether an order can be added: exactly the confirmed consolidation orders in no live ASN (ORD-8)."""
    same = (order.warehouse_code, order.currency_code) == (asn.warehouse_code, asn.currency_code)
    confirmed = order.mode is Mode.CONSOLIDATION and order.status is OrderStatus.CONFIRMED
    return same and confirmed and await work.fact(LIVE_RECEIVING_NO, order) is None


def _insist_some(portion: Sequence[Any], name: str) -> None:
    insist([] if portion else [refusal(Code.EMPTY, name)])
