"""Inputs of ASNs, vehicles and receiving: described and limited by the fields they write."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import strawberry

from exgo_gql.domain.asns import LIMITS, LINE_LIMITS, RECEIPT_LIMITS, VEHICLE_LIMITS, AsnType
from exgo_gql.domain.fields import REASON
from exgo_gql.domain.machines import Mode
from exgo_gql.schema.asns import Asn, AsnLine, ReceiptBatch, ReceiptLine, Vehicle
from exgo_gql.schema.inputs import VERSION, refers, refers_or_not, writes

THE_ASN = "The ASN."
WAREHOUSE = "Code of the warehouse (仓库)."
VEHICLE = "The truck it rides on: of the same merchant, to the same warehouse."


@writes(AsnLine, limits=LINE_LIMITS)
class AsnLineInput:
    """A product to announce (备货)."""

    product_id: strawberry.ID = refers("Product", "An ordinary product that is not deleted.")
    qty: int
    carton_no: str | None
    unit_price: Decimal | None


@writes(Asn, limits=LIMITS)
class AsnCreateInput:
    """A new ASN. In 备货 it takes lines, in 集货 orders; both can be added later."""

    mode: Mode
    reference_no: str
    type: AsnType
    warehouse_code: str = strawberry.field(description=WAREHOUSE)
    expected_arrival_date: dt.date
    packages: int
    contact: str
    phone: str
    gross_weight_kg: Decimal | None
    volume_cbm: Decimal | None
    wrapping: str | None
    carrier: str | None
    carrier_tracking_no: str | None
    bill_of_lading: str | None
    remarks: str | None
    vehicle_id: strawberry.ID | None = refers_or_not("Vehicle", VEHICLE)
    lines: list[AsnLineInput] | None = strawberry.field(
        description="备货: what is announced.", default=strawberry.UNSET
    )
    order_ids: list[strawberry.ID] | None = refers_or_not(
        "Order", "集货: the orders whose parcels it brings."
    )


@writes(Asn, limits=LIMITS)
class AsnUpdateInput:
    """Changes of a draft's head: absent stays, null empties."""

    id: strawberry.ID = refers("Asn", THE_ASN)
    version: int
    reference_no: str | None
    type: AsnType | None
    warehouse_code: str | None = strawberry.field(description=WAREHOUSE, default=strawberry.UNSET)
    expected_arrival_date: dt.date | None
    packages: int | None
    contact: str | None
    phone: str | None
    gross_weight_kg: Decimal | None
    volume_cbm: Decimal | None
    wrapping: str | None
    carrier: str | None
    carrier_tracking_no: str | None
    bill_of_lading: str | None
    remarks: str | None
    vehicle_id: strawberry.ID | None = refers_or_not("Vehicle", VEHICLE)


@writes(Asn, limits=LIMITS)
class AsnSetTransportInput:
    """What can still be set between confirmation and dispatch."""

    id: strawberry.ID = refers("Asn", THE_ASN)
    version: int
    vehicle_id: strawberry.ID | None = refers_or_not("Vehicle", VEHICLE)
    expected_arrival_date: dt.date | None
    carrier: str | None
    carrier_tracking_no: str | None
    contact: str | None
    phone: str | None
    remarks: str | None


@strawberry.input(description="Products to add to a draft (备货).")
class AsnAddLinesInput:
    """Lines to add."""

    id: strawberry.ID = refers("Asn", THE_ASN)
    version: int = strawberry.field(description=VERSION)
    lines: list[AsnLineInput] = strawberry.field(
        description="What is announced; an ASN has at most 1,000 lines."
    )


@strawberry.input(description="Lines to take off a draft (备货).")
class AsnRemoveLinesInput:
    """Lines to remove."""

    id: strawberry.ID = refers("Asn", THE_ASN)
    version: int = strawberry.field(description=VERSION)
    line_ids: list[strawberry.ID] = refers("AsnLine", "The lines.")


@strawberry.input(description="Orders to add to a draft, or to take off it (集货).")
class AsnOrdersInput:
    """Orders of an ASN."""

    id: strawberry.ID = refers("Asn", THE_ASN)
    version: int = strawberry.field(description=VERSION)
    order_ids: list[strawberry.ID] = refers(
        "Order",
        "CONFIRMED consolidation orders of the same warehouse and currency; an ASN has at most 5,000.",
    )


@strawberry.input(description="An ASN to take a step with.")
class AsnIdInput:
    """One ASN."""

    id: strawberry.ID = refers("Asn", THE_ASN)


@strawberry.input(description="An ASN that customs refuse or revoke.")
class AsnReasonInput:
    """One ASN, and why."""

    id: strawberry.ID = refers("Asn", THE_ASN)
    reason: str = strawberry.field(description=f"Why ({REASON.said}).")


@writes(ReceiptLine, limits=RECEIPT_LIMITS)
class ReceiptLineInput:
    """What was counted of one line (备货)."""

    line_id: strawberry.ID = refers("AsnLine", "The line of the ASN.")
    good_qty: int
    damaged_qty: int
    location: str | None
    lot: str | None
    expiry_date: dt.date | None


@writes(ReceiptLine, limits=RECEIPT_LIMITS)
class ParcelLineInput:
    """What was counted of one product in a parcel (集货)."""

    product_id: strawberry.ID = refers("Product", "A product of the parcel's order, a combo's by its parts.")
    good_qty: int
    damaged_qty: int


@strawberry.input(description="A parcel that was counted (集货).")
class ReceiptParcelInput:
    """One parcel."""

    inbound_tracking_no: str = strawberry.field(description="The label that was scanned.")
    lines: list[ParcelLineInput] | None = strawberry.field(
        description="What was in it; left out, all that is still missing came good.", default=strawberry.UNSET
    )


@writes(ReceiptBatch, limits=RECEIPT_LIMITS)
class AsnBookBatchInput:
    """One count (收货批次): lines in 备货, parcels in 集货."""

    id: strawberry.ID = refers("Asn", THE_ASN)
    note: str | None
    lines: list[ReceiptLineInput] | None = strawberry.field(
        description="备货: what was counted. Good and damaged pieces beyond what is expected are kept as excess.",
        default=strawberry.UNSET,
    )
    parcels: list[ReceiptParcelInput] | None = strawberry.field(
        description="集货: the parcels that came.", default=strawberry.UNSET
    )


@writes(ReceiptLine, limits=RECEIPT_LIMITS)
class AsnPutAwayInput:
    """Good pieces to lay on a shelf (上架)."""

    receipt_line_id: strawberry.ID = refers("ReceiptLine", "The line of the batch.")
    qty: int = strawberry.field(description="Pieces, at most those good and not put away yet.")
    location: str


@writes(Vehicle, limits=VEHICLE_LIMITS)
class VehicleCreateInput:
    """A trip to announce."""

    plate: str
    warehouse_code: str = strawberry.field(description=WAREHOUSE)
    driver: str | None
    phone: str | None
    expected_arrival_date: dt.date | None


@writes(Vehicle, limits=VEHICLE_LIMITS)
class VehicleUpdateInput:
    """Changes of a trip: absent stays, null empties."""

    id: strawberry.ID = refers("Vehicle", "The vehicle.")
    version: int
    plate: str | None
    driver: str | None
    phone: str | None
    expected_arrival_date: dt.date | None
