"""Orders: reading and every step."""

from __future__ import annotations

import strawberry

from exgo_gql.db import orders as rows
from exgo_gql.domain.orders import ORDER, OrderAction, OrderStatus
from exgo_gql.loaders.fields import counts, lookup, pages
from exgo_gql.loaders.pages import Connection
from exgo_gql.resolvers.mutating import mutates
from exgo_gql.schema.inputs import values
from exgo_gql.schema.order_inputs import (
    OrderCreateInput,
    OrderIdInput,
    OrderReasonInput,
    OrderShipInput,
    OrderTrackInput,
    OrderUpdateInput,
)
from exgo_gql.schema.orders import ORDER_SORTS, Order, OrderCount, OrderFilter
from exgo_gql.services import order_steps, orders
from exgo_gql.services.work import Work


@strawberry.type
class OrderQueries:
    """Root fields of reading."""

    order: Order | None = lookup(
        rows.Order.order_no,
        rows.Order.reference_no,
        living=rows.Order.status != OrderStatus.DELETED,
        description="An order, by its id, its order number, or the reference of one not deleted.",
    )
    orders: Connection[Order] = pages(
        sorts=ORDER_SORTS, filters=OrderFilter, description="The order lists (集货/备货订单列表)."
    )
    order_counts: list[OrderCount] = counts(
        rows.Order.status,
        filters=OrderFilter,
        description="How many orders are in each state, of those listed.",
    )


def _may(action: OrderAction) -> str:
    return ORDER.permission(action)


@mutates(may=_may(OrderAction.CREATE), gives=Order)
async def order_create(work: Work, input: OrderCreateInput) -> rows.Order:
    """Create an order (订单) as a draft. The mode is chosen here and never changes."""
    given = values(input)
    mode, lines = given.pop("mode"), given.pop("lines")
    return await orders.create(work, mode, given, lines)


@mutates(may=_may(OrderAction.UPDATE), gives=Order)
async def order_update(work: Work, input: OrderUpdateInput) -> rows.Order:
    """Change a draft. A field left out stays as it is, null empties it; lines replace the old ones."""
    given = values(input)
    return await orders.update(work, given.pop("id"), given.pop("version"), given, given.pop("lines", None))


@mutates(may=_may(OrderAction.DELETE), gives=Order)
async def order_delete(work: Work, input: OrderIdInput) -> rows.Order:
    """Delete a draft (删除). It stays readable, and its reference is free again."""
    return await orders.delete(work, values(input)["id"])


@mutates(may=_may(OrderAction.CONFIRM), gives=Order)
async def order_confirm(work: Work, input: OrderIdInput) -> rows.Order:
    """Confirm (确认): all that a parcel needs is there, and its products are filed."""
    return await orders.confirm(work, values(input)["id"])


@mutates(may=_may(OrderAction.TO_DRAFT), gives=Order)
async def order_to_draft(work: Work, input: OrderIdInput) -> rows.Order:
    """Back to draft (移至草稿). Refused for an order in a live ASN."""
    return await orders.to_draft(work, values(input)["id"])


@mutates(may=_may(OrderAction.SUBMIT), gives=Order)
async def order_submit(work: Work, input: OrderIdInput) -> rows.Order:
    """备货: submit (提交订单): reserves all of its stock, or none of it; then the order is in EXCEPTION, which is an
    outcome and no error, and `exceptions` says what is lacking.
    """
    return await order_steps.submit(work, values(input)["id"])


@mutates(may=_may(OrderAction.APPROVE), gives=Order)
async def order_approve(work: Work, input: OrderIdInput) -> rows.Order:
    """备货: customs approve the order."""
    return await order_steps.approve(work, values(input)["id"])


@mutates(may=_may(OrderAction.REJECT), gives=Order)
async def order_reject(work: Work, input: OrderReasonInput) -> rows.Order:
    """备货: customs reject the order, with a reason: back to draft, its stock free again."""
    given = values(input)
    return await order_steps.reject(work, given["id"], given["reason"])


@mutates(may=_may(OrderAction.PICK), gives=Order)
async def order_pick(work: Work, input: OrderIdInput) -> rows.Order:
    """备货: the warehouse picks the order (下架)."""
    return await order_steps.pick(work, values(input)["id"])


@mutates(may=_may(OrderAction.RELEASE), gives=Order)
async def order_release(work: Work, input: OrderIdInput) -> rows.Order:
    """集货: customs release the order (报关放行); without it none ships."""
    return await order_steps.release(work, values(input)["id"])


@mutates(may=_may(OrderAction.REFUSE_RELEASE), gives=Order)
async def order_refuse_release(work: Work, input: OrderReasonInput) -> rows.Order:
    """集货: customs refuse to release the order, with a reason."""
    given = values(input)
    return await order_steps.refuse_release(work, given["id"], given["reason"])


@mutates(may=_may(OrderAction.SHIP), gives=Order)
async def order_ship(work: Work, input: OrderShipInput) -> rows.Order:
    """The order leaves the warehouse (仓库出货)."""
    given = values(input)
    return await order_steps.ship(work, given.pop("id"), given, given.pop("parcels"))


@mutates(may=_may(OrderAction.SIGN), gives=Order)
async def order_sign(work: Work, input: OrderIdInput) -> rows.Order:
    """The recipient has signed for it (已签收)."""
    return await order_steps.sign(work, values(input)["id"])


@mutates(may="order:track", gives=Order)
async def order_track(work: Work, input: OrderTrackInput) -> rows.Order:
    """Note where a shipped order is (跟踪信息). A repeated event is stored once; DELIVERED signs the order."""
    given = values(input)
    return await order_steps.track(work, given.pop("id"), given)


MUTATIONS = (
    order_create,
    order_update,
    order_delete,
    order_confirm,
    order_to_draft,
    order_submit,
    order_approve,
    order_reject,
    order_pick,
    order_release,
    order_refuse_release,
    order_ship,
    order_sign,
    order_track,
)
