"""ASNs, vehicles and receiving as the SDL shows them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from exgo_gql.db import asns as rows
from exgo_gql.db import ledgers, orders, products
from exgo_gql.db.facts import DIFFERING, HAS_CONTENT, asked
from exgo_gql.domain.asns import ASN, AsnStatus, AsnType
from exgo_gql.domain.machines import ActionState, Mode
from exgo_gql.loaders.fields import Sorts, column, computed, linked, many, one, pages
from exgo_gql.loaders.filters import Filters, after, among, at_least, begins, below, equals, filters, where
from exgo_gql.loaders.nodes import Node, node
from exgo_gql.loaders.pages import Connection
from exgo_gql.schema.orders import OrderFilter

if TYPE_CHECKING:
    from exgo_gql.schema.actions import LogEntry
    from exgo_gql.schema.merchants import Merchant
    from exgo_gql.schema.orders import Order
    from exgo_gql.schema.products import CustomsFiling, Product
    from exgo_gql.schema.reference import Currency, Warehouse


@filters("Which ASNs to list.")
class AsnFilter(Filters):
    """The search conditions of the manual's ASN lists, and what integrators need (ASN-6, API-11)."""

    mode: Mode | None = where(equals(rows.Asn.mode), description="集货 or 备货.")
    status: list[AsnStatus] | None = where(among(rows.Asn.status), description="One of these states.")
    receiving_no: str | None = where(
        begins(rows.Asn.receiving_no), description="How the receiving number begins."
    )
    reference_no: str | None = where(begins(rows.Asn.reference_no), description="How the reference begins.")
    reference_no_in: list[str] | None = where(
        among(rows.Asn.reference_no), description="One of these references."
    )
    type: AsnType | None = where(equals(rows.Asn.type), description="This type alone.")
    warehouse_code: str | None = where(equals(rows.Asn.warehouse_code), description="This warehouse alone.")
    created_from: dt.datetime | None = where(at_least(rows.Asn.created_at), description="Made then or later.")
    created_to: dt.datetime | None = where(below(rows.Asn.created_at), description="Made before then.")
    updated_after: dt.datetime | None = where(after(rows.Asn.updated_at), description="Changed after then.")


ASN_SORTS = Sorts(
    "AsnSort",
    "The orders of ASNs.",
    NEWEST=("Newest first.", rows.Asn.created_at.desc()),
    OLDEST=("Oldest first.", rows.Asn.created_at),
    REFERENCE=("By the merchant's reference.", rows.Asn.reference_no),
    UPDATED=("Last changed first.", rows.Asn.updated_at.desc()),
)


@strawberry.type(description="How many ASNs are in a state.")
class AsnCount:
    """One state's share of a list."""

    status: AsnStatus = strawberry.field(description="The state.")
    count: int = strawberry.field(description="How many.")


@node(rows.Asn, may="asn:read", facts=asked(ASN, rows.Asn, has_content=HAS_CONTENT, differing=DIFFERING))
class Asn(Node):
    """An advance shipping notice (入库预报): goods announced to a warehouse."""

    __slots__ = ()
    receiving_no: str = column(description="Receiving number (收货单号), made by the system.")
    reference_no: str = column(
        description="Customer reference (客户参考号), unique among the merchant's not deleted."
    )
    mode: Mode = column(description="集货: with orders; 备货: with products.")
    type: AsnType = column(description="What it is for.")
    status: AsnStatus = column(description="Where it stands.")
    version: int = column(description="Counts its changes: send it with an edit.")
    expected_arrival_date: dt.date = column(description="The day it is expected.")
    packages: int = column(description="Number of packages (件数).")
    gross_weight_kg: Decimal | None = column(description="Gross weight, kg, 3 places.")
    volume_cbm: Decimal | None = column(description="Volume, m³, 3 places.")
    wrapping: str | None = column(description="Kind of package (包装种类).")
    carrier: str | None = column(description="Who brings it.")
    carrier_tracking_no: str | None = column(description="The carrier's number of it.")
    bill_of_lading: str | None = column(description="Bill of lading (提单号).")
    contact: str = column(description="Whom the warehouse asks.")
    phone: str = column(description="Under which number.")
    remarks: str | None = column(description="The merchant's remarks.")
    rejection_reason: str | None = column(description="Why customs refused or revoked it last.")
    confirmed_at: dt.datetime | None = column(description="When it was confirmed last.")
    approved_at: dt.datetime | None = column(description="When customs approved it.")
    dispatched_at: dt.datetime | None = column(description="When it left.")
    arrived_at: dt.datetime | None = column(description="When it came to the warehouse.")
    received_at: dt.datetime | None = column(description="When counting was complete.")
    created_at: dt.datetime = column(description="When it was made.")
    updated_at: dt.datetime = column(description="When it last changed.")
    available_actions: list[ActionState] = computed(
        ASN.asked_by(AsnStatus, moded=True), description="What you may do with it now, and why not the rest."
    )
    merchant: Merchant = one(description="Whose it is.")
    warehouse: Warehouse = one(description="Where it goes.")
    currency: Currency = one(description="The currency of its prices.")
    vehicle: Vehicle | None = one(description="The truck it rides on; needed before dispatch.")
    lines: Connection[AsnLine] = pages(
        order_by=rows.AsnLine.position,
        description="What is announced and what came of it. In 集货, the sum of its orders, one line per product.",
    )
    orders: Connection[Order] = pages(
        through=linked(rows.AsnOrder, rows.AsnOrder.ended_at.is_(None)),
        order_by=orders.Order.created_at.desc(),
        filters=OrderFilter,
        description="集货: the orders whose parcels it brings.",
    )
    batches: Connection[ReceiptBatch] = pages(
        order_by=rows.ReceiptBatch.at.desc(), description="Receipt batches (收货批次), newest first."
    )
    filings: Connection[CustomsFiling] = pages(
        order_by=products.CustomsFiling.queued_at.desc(), description="Reviews by customs, newest first."
    )
    log: Connection[LogEntry] = pages(
        order_by=ledgers.LogEntry.at.desc(), description="Operation log (操作日志), newest first."
    )


@node(rows.AsnLine, may="asn:read")
class AsnLine(Node):
    """A product announced, with what was received of it so far."""

    __slots__ = ()
    position: int = column(description="Its place, from 1.")
    qty: int = column(description="Pieces expected.")
    carton_no: str | None = column(description="In which carton (箱号).")
    unit_price: Decimal | None = column(description="Price of one piece, in the ASN's currency, 4 places.")
    amount: Decimal = column(description="Quantity × price with the currency's places.")
    good_qty: int = column(description="Pieces received good.")
    damaged_qty: int = column(description="Pieces received damaged.")
    excess_qty: int = column(description="Pieces that came beyond what was expected; in no stock.")
    received_qty: int = column(
        rows.AsnLine.good_qty + rows.AsnLine.damaged_qty, description="Pieces received: good and damaged."
    )
    difference_qty: int = column(
        rows.AsnLine.good_qty + rows.AsnLine.damaged_qty + rows.AsnLine.excess_qty - rows.AsnLine.qty,
        description="What came less what was expected: negative is missing, positive is too many.",
    )
    product: Product = one(description="The product.")
    asn: Asn = one(description="The ASN.")


@node(rows.ReceiptBatch, may="asn:read")
class ReceiptBatch(Node):
    """One count of what came (收货批次)."""

    __slots__ = ()
    batch_no: str = column(description="The ASN's number and its place, such as `…-01`.")
    number: int = column(description="Its place, from 1.")
    at: dt.datetime = column(description="When it was booked.")
    note: str | None = column(description="The operator's note.")
    asn: Asn = one(description="The ASN.")
    lines: Connection[ReceiptLine] = pages(
        order_by=rows.ReceiptLine.position, description="What was counted."
    )


@node(rows.ReceiptLine, may="asn:read")
class ReceiptLine(Node):
    """What one batch counted of one line, in 集货 of one order's parcel."""

    __slots__ = ()
    position: int = column(description="Its place, from 1.")
    good_qty: int = column(description="Pieces good.")
    damaged_qty: int = column(description="Pieces damaged.")
    excess_qty: int = column(description="Pieces beyond what was expected; in no stock.")
    put_away_qty: int = column(description="Good pieces laid on shelves so far.")
    location: str | None = column(description="Where they were put down.")
    lot: str | None = column(description="Lot (批号).")
    expiry_date: dt.date | None = column(description="Best before.")
    product: Product = one(description="The product.")
    line: AsnLine = one(description="The line of the ASN.")
    batch: ReceiptBatch = one(description="The batch.")
    order: Order | None = one(description="集货: the order whose parcel it was.")
    put_aways: list[PutAway] = many(
        order_by=rows.PutAway.at,
        limit=100,
        description="How its pieces were laid on shelves (上架), at most 100.",
    )


@node(rows.PutAway, may="asn:read")
class PutAway(Node):
    """Pieces laid on a shelf (上架)."""

    __slots__ = ()
    qty: int = column(description="Pieces.")
    location: str = column(description="Which shelf.")
    at: dt.datetime = column(description="When.")


@node(rows.Vehicle, may="vehicle:read")
class Vehicle(Node):
    """One trip of one truck (车辆) to one warehouse. Several ASNs can ride on it; an ASN rides on one."""

    __slots__ = ()
    version: int = column(description="Counts its changes: send it with an edit.")
    plate: str = column(description="Number plate (车牌).")
    driver: str | None = column(description="The driver's name.")
    phone: str | None = column(description="The driver's phone.")
    expected_arrival_date: dt.date | None = column(description="The day it is expected.")
    arrived_at: dt.datetime | None = column(description="When its first ASN arrived.")
    created_at: dt.datetime = column(description="When it was announced.")
    merchant: Merchant = one(description="Whose goods it brings.")
    warehouse: Warehouse = one(description="Where it drives to.")
    asns: Connection[Asn] = pages(
        rows.Asn.vehicle_id,
        order_by=rows.Asn.created_at.desc(),
        description="The ASNs that ride on it, newest first.",
    )


@filters("Which vehicles to list.")
class VehicleFilter(Filters):
    """Conditions on trips."""

    warehouse_code: str | None = where(
        equals(rows.Vehicle.warehouse_code), description="To this warehouse alone."
    )
    plate: str | None = where(begins(rows.Vehicle.plate), description="How the plate begins.")
