"""Moving stock: appended rows, inserted by one statement; the database keeps the balances (rule 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from exgo_gql.db.orders import OrderLine
from exgo_gql.db.products import ComboPart, Product
from exgo_gql.db.stock import Inventory
from exgo_gql.domain.codes import Code
from exgo_gql.domain.events import Topic
from exgo_gql.domain.machines import Mode
from exgo_gql.domain.orders import Shortfall
from exgo_gql.domain.products import ProductStatus
from exgo_gql.domain.refusals import Refused, refusal
from exgo_gql.domain.stock import MOST_STOCK, Move
from exgo_gql.services.violations import constraint_of
from exgo_gql.services.work import Work

SELLABLE_SHORT = "ck_inventory_sellable_not_negative"
OUT_OF_RANGE = "22003"

_INSERT = text(
    """
    insert into stock_movements (id, merchant_id, product_id, warehouse_code, mode, bucket, qty, action,
                                 asn_id, batch_id, order_id, actor_kind, actor_id, at)
    select r.id, :merchant_id, r.product_id, :warehouse_code, :mode, r.bucket, r.qty, :action,
           :asn_id, :batch_id, r.order_id, :actor_kind, :actor_id, :at
    from unnest(cast(:ids as uuid[]), cast(:products as uuid[]), cast(:buckets as text[]),
                cast(:qtys as int[]), cast(:orders as uuid[])) as r (id, product_id, bucket, qty, order_id)
    """
)


class Short(Exception):  # noqa: N818  # an answer, not a fault
    """There is less sellable than was wanted; nothing moved."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Where and why stock moves."""

    merchant_id: UUID
    warehouse_code: str
    mode: Mode
    action: str
    asn_id: UUID | None = None
    batch_id: UUID | None = None


async def move(work: Work, cause: Cause, moves: Iterable[tuple[Move, UUID | None]]) -> None:
    """Write the movements of a step, each with the order that caused it, if one did.

    Raises ``Short`` when SELLABLE would fall below zero, and ``Refused`` when a balance would pass
    ``MOST_STOCK``; any other bucket below zero is a fault.
    """
    rows = [(m.product_id, bucket, qty, order_id) for m, order_id in moves for bucket, qty in m.sides()]
    if not rows:
        return
    values = {
        "merchant_id": cause.merchant_id,
        "warehouse_code": cause.warehouse_code,
        "mode": cause.mode.name,
        "action": cause.action,
        "asn_id": cause.asn_id,
        "batch_id": cause.batch_id,
        "actor_kind": work.viewer.kind.name,
        "actor_id": work.viewer.user_id,
        "at": work.now,
        "ids": [uuid7() for _ in rows],
        "products": [product for product, *_ in rows],
        "buckets": [bucket.name for _, bucket, *_ in rows],
        "qtys": [qty for _, _, qty, _ in rows],
        "orders": [order_id for *_, order_id in rows],
    }
    try:
        async with work.session.begin_nested():
            await work.session.execute(_INSERT, values)
    except DBAPIError as error:
        if constraint_of(error) == SELLABLE_SHORT:
            raise Short from error
        if getattr(error.orig, "sqlstate", None) == OUT_OF_RANGE:
            raise Refused(refusal(Code.NUMBER_RANGE, "id", least=0, most=MOST_STOCK)) from error
        raise


def came_in(row: Any, products: Iterable[UUID]) -> dict[str, Any]:
    """The part of a step that lets orders in EXCEPTION look again, because of what happened to these products."""
    return {
        "payload": {"product_ids": [str(id_) for id_ in products]},
        "topics": [(Topic.EXCEPTIONS, f"exceptions:{row.id}:{row.version}")],
    }


async def needs_of(work: Work, order_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, int]]:
    """What the lines of orders take from stock, combos by their parts: order → product → pieces."""
    chosen = (
        select(OrderLine.order_id, OrderLine.product_id, OrderLine.qty, ComboPart.part_id, ComboPart.qty)
        .outerjoin(
            ComboPart,
            (ComboPart.merchant_id == OrderLine.merchant_id) & (ComboPart.combo_id == OrderLine.product_id),
        )
        .where(OrderLine.order_id.in_(order_ids))
        .order_by(OrderLine.order_id, OrderLine.position)
    )
    if work.viewer.merchant_id is not None:
        chosen = chosen.where(OrderLine.merchant_id == work.viewer.merchant_id)
    needs: dict[UUID, dict[UUID, int]] = {id_: {} for id_ in order_ids}
    for order_id, product_id, qty, part_id, per_combo in (await work.session.execute(chosen)).all():
        product, pieces = (part_id, qty * per_combo) if part_id else (product_id, qty)
        needs[order_id][product] = needs[order_id].get(product, 0) + pieces
    return needs


async def ordered_products(work: Work, order_ids: Sequence[UUID]) -> set[UUID]:
    """The products that stand on the lines of orders, combos as themselves."""
    lines = await work.find_all(OrderLine, OrderLine.order_id.in_(order_ids))
    return {line.product_id for line in lines}


async def unfiled(work: Work, order_id: UUID, needs: Mapping[UUID, int]) -> list[Shortfall]:
    """The products of an order, and the parts of its combos, that are not FILED any more."""
    on_lines = select(OrderLine.product_id).where(OrderLine.order_id == order_id)
    products = await work.find_all(
        Product,
        Product.id.in_(on_lines) | Product.id.in_(list(needs)),
        Product.status != ProductStatus.FILED,
    )
    return [Shortfall(Code.PRODUCT, sku) for sku in sorted(p.sku for p in products)]


async def shortfalls(work: Work, warehouse_code: str, needs: Mapping[UUID, int]) -> list[Shortfall]:
    """The products of which less is sellable than needed, with how much."""
    products = {p.id: p for p in await work.find_all(Product, Product.id.in_(list(needs)))}
    rows = await work.find_all(
        Inventory,
        Inventory.product_id.in_(list(needs)),
        Inventory.warehouse_code == warehouse_code,
        Inventory.mode == Mode.STOCK,
    )
    for row in rows:
        await work.session.refresh(row)
    sellable: dict[Any, int] = {row.product_id: row.sellable_qty for row in rows}
    return [
        Shortfall(Code.STOCK, products[id_].sku, qty, sellable.get(id_, 0))
        for id_, qty in sorted(needs.items(), key=lambda item: products[item[0]].sku)
        if sellable.get(id_, 0) < qty
    ]
