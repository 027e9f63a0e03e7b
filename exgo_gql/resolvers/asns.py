"""ASNs and vehicles: reading and every step."""

from __future__ import annotations

import strawberry

from exgo_gql.db import asns as rows
from exgo_gql.domain.asns import ASN, AsnAction, AsnStatus
from exgo_gql.domain.codes import Code
from exgo_gql.domain.orders import ORDER, OrderAction
from exgo_gql.domain.refusals import Refused, refusal
from exgo_gql.loaders.fields import Sorts, counts, lookup, pages
from exgo_gql.loaders.pages import Connection
from exgo_gql.resolvers.mutating import mutates
from exgo_gql.schema.asn_inputs import (
    AsnAddLinesInput,
    AsnBookBatchInput,
    AsnCreateInput,
    AsnIdInput,
    AsnOrdersInput,
    AsnPutAwayInput,
    AsnReasonInput,
    AsnRemoveLinesInput,
    AsnSetTransportInput,
    AsnUpdateInput,
    VehicleCreateInput,
    VehicleUpdateInput,
)
from exgo_gql.schema.asns import ASN_SORTS, Asn, AsnCount, AsnFilter, Vehicle, VehicleFilter
from exgo_gql.schema.inputs import values
from exgo_gql.services import asn_contents, asn_steps, asns, receiving, vehicles
from exgo_gql.services.work import Work

VEHICLE_SORTS = Sorts(
    "VehicleSort", "The orders of vehicles.", NEWEST=("Newest first.", rows.Vehicle.created_at.desc())
)


@strawberry.type
class AsnQueries:
    """Root fields of reading."""

    asn: Asn | None = lookup(
        rows.Asn.receiving_no,
        rows.Asn.reference_no,
        living=rows.Asn.status != AsnStatus.DELETED,
        description="An ASN, by its id, its receiving number, or the reference of one not deleted.",
    )
    asns: Connection[Asn] = pages(
        sorts=ASN_SORTS, filters=AsnFilter, description="The ASN lists (集货/备货 ASN 列表)."
    )
    asn_counts: list[AsnCount] = counts(
        rows.Asn.status, filters=AsnFilter, description="How many ASNs are in each state, of those listed."
    )
    vehicle: Vehicle | None = lookup(description="A vehicle.")
    vehicles: Connection[Vehicle] = pages(
        sorts=VEHICLE_SORTS, filters=VehicleFilter, description="The trips to the warehouses (车辆)."
    )


def _may(action: AsnAction) -> str:
    return ASN.permission(action)


@mutates(may=_may(AsnAction.CREATE), gives=Asn)
async def asn_create(work: Work, input: AsnCreateInput) -> rows.Asn:
    """Create an ASN (入库预报) as a draft. The mode is chosen here and never changes."""
    given = values(input)
    mode, lines, orders = given.pop("mode"), given.pop("lines", None), given.pop("order_ids", None)
    return await asns.create(work, mode, given, lines or [], orders or [])


@mutates(may=_may(AsnAction.UPDATE), gives=Asn)
async def asn_update(work: Work, input: AsnUpdateInput) -> rows.Asn:
    """Change the head of a draft. A field left out stays as it is, null empties it."""
    given = values(input)
    return await asns.update(work, given.pop("id"), given.pop("version"), given)


@mutates(may=_may(AsnAction.ADD_LINES), gives=Asn)
async def asn_add_lines(work: Work, input: AsnAddLinesInput) -> rows.Asn:
    """备货: add products to a draft."""
    given = values(input)
    return await asn_contents.add_lines(work, given["id"], given["version"], given["lines"])


@mutates(may=_may(AsnAction.REMOVE_LINES), gives=Asn)
async def asn_remove_lines(work: Work, input: AsnRemoveLinesInput) -> rows.Asn:
    """备货: take lines off a draft."""
    given = values(input)
    return await asn_contents.remove_lines(work, given["id"], given["version"], given["line_ids"])


@mutates(may=_may(AsnAction.ADD_ORDERS), gives=Asn)
async def asn_add_orders(work: Work, input: AsnOrdersInput) -> rows.Asn:
    """集货: add confirmed orders to a draft; its lines become the sum of theirs."""
    given = values(input)
    return await asn_contents.add_orders(work, given["id"], given["version"], given["order_ids"])


@mutates(may=_may(AsnAction.REMOVE_ORDERS), gives=Asn)
async def asn_remove_orders(work: Work, input: AsnOrdersInput) -> rows.Asn:
    """集货: take orders off a draft; they stay CONFIRMED."""
    given = values(input)
    return await asn_contents.remove_orders(work, given["id"], given["version"], given["order_ids"])


@mutates(may=_may(AsnAction.DELETE), gives=Asn)
async def asn_delete(work: Work, input: AsnIdInput) -> rows.Asn:
    """Delete a draft (删除). It stays readable; its orders stay CONFIRMED."""
    return await asns.delete(work, values(input)["id"])


@mutates(may=_may(AsnAction.CONFIRM), gives=Asn)
async def asn_confirm(work: Work, input: AsnIdInput) -> rows.Asn:
    """Confirm (确认): content and quantities are final. 集货: submits its orders."""
    return await asn_steps.confirm(work, values(input)["id"])


@mutates(may=_may(AsnAction.TAKE_BACK), gives=Asn)
async def asn_take_back(work: Work, input: AsnIdInput) -> rows.Asn:
    """Take a confirmed ASN back to draft; its orders return to CONFIRMED, still linked."""
    return await asn_steps.take_back(work, values(input)["id"])


@mutates(may=_may(AsnAction.SUBMIT_REVIEW), gives=Asn)
async def asn_submit_review(work: Work, input: AsnIdInput) -> rows.Asn:
    """Submit for review by customs (移至待审核)."""
    return await asn_steps.submit_review(work, values(input)["id"])


@mutates(may=_may(AsnAction.APPROVE), gives=Asn)
async def asn_approve(work: Work, input: AsnIdInput) -> rows.Asn:
    """Customs approve (审核通过)."""
    return await asn_steps.approve(work, values(input)["id"])


@mutates(may=_may(AsnAction.REJECT), gives=Asn)
async def asn_reject(work: Work, input: AsnReasonInput) -> rows.Asn:
    """Customs reject, with a reason: back to draft."""
    given = values(input)
    return await asn_steps.reject(work, given["id"], given["reason"])


@mutates(may=_may(AsnAction.SET_TRANSPORT), gives=Asn)
async def asn_set_transport(work: Work, input: AsnSetTransportInput) -> rows.Asn:
    """Set vehicle, arrival, carrier and contact between confirmation and dispatch."""
    given = values(input)
    return await asns.set_transport(work, given.pop("id"), given.pop("version"), given)


@mutates(may=_may(AsnAction.REVOKE), gives=Asn)
async def asn_revoke(work: Work, input: AsnReasonInput) -> rows.Asn:
    """Customs revoke an approval before dispatch: back to draft."""
    given = values(input)
    return await asn_steps.revoke(work, given["id"], given["reason"])


@mutates(may=_may(AsnAction.DISPATCH), gives=Asn)
async def asn_dispatch(work: Work, input: AsnIdInput) -> rows.Asn:
    """The goods leave for the warehouse (在途)."""
    return await asn_steps.dispatch(work, values(input)["id"])


@mutates(may=_may(AsnAction.RECALL), gives=Asn)
async def asn_recall(work: Work, input: AsnIdInput) -> rows.Asn:
    """Recall a truck that has not arrived."""
    return await asn_steps.recall(work, values(input)["id"])


@mutates(may=_may(AsnAction.ARRIVE), gives=Asn)
async def asn_arrive(work: Work, input: AsnIdInput) -> rows.Asn:
    """The truck is at the warehouse (收货中)."""
    return await asn_steps.arrive(work, values(input)["id"])


@mutates(may=_may(AsnAction.BOOK_BATCH), gives=Asn)
async def asn_book_batch(work: Work, input: AsnBookBatchInput) -> rows.Asn:
    """Book a receipt batch (收货批次): lines in 备货, parcels in 集货."""
    given = values(input)
    id_, note, lines, parcels = given["id"], given.get("note"), given.get("lines"), given.get("parcels")
    if (lines is not None and parcels is not None) or (lines is None and parcels is None):
        raise Refused(refusal(Code.REQUIRED, "lines"))
    if lines is not None:
        return await receiving.book_lines(work, id_, note, lines)
    return await receiving.book_parcels(work, id_, note, parcels or [])


@mutates(may=_may(AsnAction.PUT_AWAY), gives=Asn)
async def asn_put_away(work: Work, input: AsnPutAwayInput) -> rows.Asn:
    """备货: lay good pieces of a batch line on their shelf (上架): they can be sold from now on."""
    given = values(input)
    return await receiving.put_away(work, given["receipt_line_id"], given["qty"], given["location"])


@mutates(may=_may(AsnAction.COMPLETE), gives=Asn)
async def asn_complete(work: Work, input: AsnIdInput) -> rows.Asn:
    """Receiving is complete (收货完成): refused while the count differs from what was announced."""
    return await asn_steps.complete(work, values(input)["id"])


@mutates(may=ORDER.permission(OrderAction.RELEASE), gives=Asn)
async def asn_release_orders(work: Work, input: AsnIdInput) -> rows.Asn:
    """集货: customs release (报关放行) all orders of an ASN that are in processing."""
    return await asn_steps.release_orders(work, values(input)["id"])


@mutates(may="vehicle:create", gives=Vehicle)
async def vehicle_create(work: Work, input: VehicleCreateInput) -> rows.Vehicle:
    """Announce a trip of a truck (车辆)."""
    return await vehicles.create(work, values(input))


@mutates(may="vehicle:update", gives=Vehicle)
async def vehicle_update(work: Work, input: VehicleUpdateInput) -> rows.Vehicle:
    """Change a trip until one of its ASNs is on the way."""
    given = values(input)
    return await vehicles.update(work, given.pop("id"), given.pop("version"), given)


MUTATIONS = (
    asn_create,
    asn_update,
    asn_add_lines,
    asn_remove_lines,
    asn_add_orders,
    asn_remove_orders,
    asn_delete,
    asn_confirm,
    asn_take_back,
    asn_submit_review,
    asn_approve,
    asn_reject,
    asn_set_transport,
    asn_revoke,
    asn_dispatch,
    asn_recall,
    asn_arrive,
    asn_book_batch,
    asn_put_away,
    asn_complete,
    asn_release_orders,
    vehicle_create,
    vehicle_update,
)
