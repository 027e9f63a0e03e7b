"""Orders while they are drafts: creating, editing, confirming, deleting (ORD-2, ORD-4)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from exgo_gql.db.facts import LIVE_RECEIVING_NO
from exgo_gql.db.orders import Order, OrderLine
from exgo_gql.db.products import Product
from exgo_gql.domain import orders as rules
from exgo_gql.domain.asns import amount, line_problems
from exgo_gql.domain.codes import Code
from exgo_gql.domain.fields import MOST_PIECES, check_fields, check_required
from exgo_gql.domain.machines import Mode
from exgo_gql.domain.numbers import NumberKind, make
from exgo_gql.domain.orders import ORDER, OrderAction, OrderStatus
from exgo_gql.domain.products import ProductStatus
from exgo_gql.domain.refusals import Refusal, Refused, insist, refusal
from exgo_gql.services import merchants, stock
from exgo_gql.services.references import check_codes, places_of
from exgo_gql.services.steps import changed, check, check_version, opened, take
from exgo_gql.services.work import Change, Work

REQUIRED = ("reference_no", "type", "warehouse_code")


async def create(
    work: Work, mode: Mode, values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
) -> Order:
    """An order as a draft. What a confirmed order needs may still be missing (ORD-2)."""
    merchant = await merchants.current(work)
    columns = dict(values)
    if columns.get("currency_code") is None:
        columns["currency_code"] = merchant.currency_code
    insist(check_required(REQUIRED, columns) + await _value_problems(work, mode, columns))
    order = work.add(
        Order(
            merchant_id=merchant.id,
            mode=mode,
            status=OrderStatus.DRAFT,
            order_no=make(NumberKind.ORDER, work.now, secrets.choice),
            created_at=work.now,
            updated_at=work.now,
            **columns,
        )
    )
    await work.flush(order)
    await _write_lines(work, order, lines)
    opened(work, ORDER, order, OrderAction.CREATE)
    return order


async def update(
    work: Work, id_: UUID, version: int, values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]] | None
) -> Order:
    """Change a draft; ``lines``, where given, replace the old ones."""
    order = await work.lock(Order, id_)
    await check_version(work, order, version)
    check(ORDER, order, OrderAction.UPDATE, {}, work.viewer)
    needed = (*REQUIRED, "currency_code", "relabel")
    insist([refusal(Code.REQUIRED, n) for n in needed if n in values and values[n] is None])
    merged = {n: values.get(n, getattr(order, n)) for n in ("relabel", "new_label_no", "inbound_tracking_no")}
    insist(await _value_problems(work, order.mode, {**merged, **values}))
    changes = changed(order, values)
    await work.flush(order)
    if lines is not None:
        changes += await _write_lines(work, order, lines)
    elif "currency_code" in values:
        await _count_anew(work, order)
    take(work, ORDER, order, OrderAction.UPDATE, changes=changes)
    return order


async def delete(work: Work, id_: UUID) -> Order:
    """Delete a draft: a state, not a removal."""
    order = await work.lock(Order, id_)
    take(work, ORDER, order, OrderAction.DELETE)
    return order


async def confirm(work: Work, id_: UUID) -> Order:
    """Confirm: all that a parcel needs is there, and every product is FILED."""
    order = await work.lock(Order, id_)
    check(ORDER, order, OrderAction.CONFIRM, {}, work.viewer)
    values = {column.key: getattr(order, column.key) for column in Order.__table__.columns}
    problems = rules.confirm_blockers(values, order.mode)
    products = await work.hold(Product, await stock.ordered_products(work, [order.id]))
    if not products:
        problems.append(refusal(Code.EMPTY, "lines"))
    unfiled = sorted(p.sku for p in products.values() if p.status is not ProductStatus.FILED)
    if unfiled:
        problems.append(refusal(Code.PRODUCT_NOT_FILED, "lines", skus=unfiled))
    needs = (await stock.needs_of(work, [order.id]))[order.id]
    if max(needs.values(), default=0) > MOST_PIECES:
        problems.append(refusal(Code.NUMBER_RANGE, "lines", least=1, most=MOST_PIECES))
    insist(problems)
    order.confirmed_at, order.rejection_reason = work.now, None
    take(work, ORDER, order, OrderAction.CONFIRM)
    return order


async def to_draft(work: Work, id_: UUID) -> Order:
    """Back to draft: from CONFIRMED, or from EXCEPTION, where nothing was held."""
    order = await work.lock(Order, id_)
    facts = {"live_receiving_no": await work.fact(LIVE_RECEIVING_NO, order)}
    check(ORDER, order, OrderAction.TO_DRAFT, facts, work.viewer)
    order.exception = order.exception_at = order.confirmed_at = None
    take(work, ORDER, order, OrderAction.TO_DRAFT, facts=facts)
    return order


async def _value_problems(work: Work, mode: Mode, values: Mapping[str, Any]) -> list[Refusal]:
    problems = check_fields(rules.LIMITS, values) + await check_codes(work, values)
    problems += rules.label_rules(mode, bool(values.get("relabel")), values.get("new_label_no"))
    if mode is Mode.STOCK and values.get("inbound_tracking_no"):
        problems.append(refusal(Code.WRONG_MODE, "inbound_tracking_no", mode=str(mode)))
    return problems


async def _count_anew(work: Work, order: Order) -> None:
    """Amounts have the places of the order's currency: another one rounds them anew."""
    places = await places_of(work, order.currency_code)
    for line in await work.find_all(OrderLine, OrderLine.order_id == order.id):
        line.amount = amount(line.qty, line.unit_price, places)


async def _write_lines(work: Work, order: Order, lines: Sequence[Mapping[str, Any]]) -> list[Change]:
    if not 1 <= len(lines) <= rules.MOST_LINES:
        code = Code.TOO_MANY if lines else Code.EMPTY
        raise Refused(refusal(code, "lines", most=rules.MOST_LINES))
    products = await work.hold(Product, [line["product_id"] for line in lines])
    problems: list[Refusal] = []
    for place, line in enumerate(lines):
        product = products.get(line["product_id"])
        if product is None or product.status is ProductStatus.DELETED:
            problems.append(refusal(Code.NOT_FOUND, "lines", place, "product_id", what="product"))
        problems += [p.under("lines", place) for p in line_problems(rules.LINE_LIMITS, line)]
    insist(problems)
    old = await work.find_all(OrderLine, OrderLine.order_id == order.id)
    for row in old:
        await work.session.delete(row)
    await work.flush()
    places = await places_of(work, order.currency_code)
    for position, line in enumerate(lines, start=1):
        work.add(
            OrderLine(
                merchant_id=order.merchant_id,
                order_id=order.id,
                position=position,
                amount=amount(line["qty"], line["unit_price"], places),
                **line,
            )
        )
    await work.flush()
    before = [f"{row.product_id}×{row.qty}@{row.unit_price.normalize():f}" for row in old]
    after = [f"{line['product_id']}×{line['qty']}@{line['unit_price'].normalize():f}" for line in lines]
    return [Change("lines", before, after)] if old and before != after else []
