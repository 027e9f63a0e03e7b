"""ASNs (入库预报): eight states, their conditions, and the limits of their fields (ASN-1 to ASN-8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from exgo_gql.domain.actors import Actor
from exgo_gql.domain.codes import Code
from exgo_gql.domain.fields import LINE_QTY, REMARKS, UNIT_PRICE, Limit, Number, Text, Whole, check_fields
from exgo_gql.domain.machines import Machine, Mode, Transition
from exgo_gql.domain.refusals import Refusal, refusal


class AsnStatus(StrEnum):
    """Where an ASN stands: the eight states of the manual (ASN-4)."""

    DRAFT = "DRAFT"
    CONFIRMED = "CONFIRMED"
    PENDING_REVIEW = "PENDING_REVIEW"
    APPROVED = "APPROVED"
    IN_TRANSIT = "IN_TRANSIT"
    RECEIVING = "RECEIVING"
    RECEIVED = "RECEIVED"
    DELETED = "DELETED"


class AsnType(StrEnum):
    """What an ASN is for: recorded and filterable, it changes no rule."""

    PURCHASE = "PURCHASE"
    TRANSFER = "TRANSFER"
    RETURN = "RETURN"


class AsnAction(StrEnum):
    """What can be done to an ASN."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    ADD_LINES = "ADD_LINES"
    REMOVE_LINES = "REMOVE_LINES"
    ADD_ORDERS = "ADD_ORDERS"
    REMOVE_ORDERS = "REMOVE_ORDERS"
    DELETE = "DELETE"
    CONFIRM = "CONFIRM"
    TAKE_BACK = "TAKE_BACK"
    SUBMIT_REVIEW = "SUBMIT_REVIEW"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    SET_TRANSPORT = "SET_TRANSPORT"
    REVOKE = "REVOKE"
    DISPATCH = "DISPATCH"
    RECALL = "RECALL"
    ARRIVE = "ARRIVE"
    BOOK_BATCH = "BOOK_BATCH"
    COMPLETE = "COMPLETE"
    PUT_AWAY = "PUT_AWAY"


def _has_content(has_content: bool) -> Refusal | None:
    return None if has_content else refusal(Code.EMPTY)


def _vehicle_set(vehicle_id: UUID | None) -> Refusal | None:
    return refusal(Code.VEHICLE_MISSING) if vehicle_id is None else None


def _counted_as_announced(differing: Sequence[str]) -> Refusal | None:
    return refusal(Code.COUNT_DIFFERS, skus=list(differing)) if differing else None


M, C, W = frozenset({Actor.MERCHANT}), frozenset({Actor.CUSTOMS}), frozenset({Actor.WAREHOUSE})
_S = AsnStatus
_A = AsnAction
_STOCK, _PARCELS = frozenset({Mode.STOCK}), frozenset({Mode.CONSOLIDATION})

ASN = Machine(
    "asn",
    (
        Transition(_A.CREATE, (), _S.DRAFT, M),
        Transition(_A.UPDATE, (_S.DRAFT,), None, M),
        Transition(_A.ADD_LINES, (_S.DRAFT,), None, M, modes=_STOCK),
        Transition(_A.REMOVE_LINES, (_S.DRAFT,), None, M, modes=_STOCK),
        Transition(_A.ADD_ORDERS, (_S.DRAFT,), None, M, modes=_PARCELS),
        Transition(_A.REMOVE_ORDERS, (_S.DRAFT,), None, M, modes=_PARCELS),
        Transition(_A.DELETE, (_S.DRAFT,), _S.DELETED, M),
        Transition(_A.CONFIRM, (_S.DRAFT,), _S.CONFIRMED, M, (_has_content,), maybe=True),
        Transition(_A.TAKE_BACK, (_S.CONFIRMED,), _S.DRAFT, M),
        Transition(_A.SUBMIT_REVIEW, (_S.CONFIRMED,), _S.PENDING_REVIEW, M),
        Transition(_A.APPROVE, (_S.PENDING_REVIEW,), _S.APPROVED, C),
        Transition(_A.REJECT, (_S.PENDING_REVIEW,), _S.DRAFT, C),
        Transition(_A.SET_TRANSPORT, (_S.CONFIRMED, _S.PENDING_REVIEW, _S.APPROVED), None, M),
        Transition(_A.REVOKE, (_S.APPROVED,), _S.DRAFT, C),
        Transition(_A.DISPATCH, (_S.APPROVED,), _S.IN_TRANSIT, M, (_vehicle_set,)),
        Transition(_A.RECALL, (_S.IN_TRANSIT,), _S.APPROVED, M),
        Transition(_A.ARRIVE, (_S.IN_TRANSIT,), _S.RECEIVING, W),
        Transition(_A.BOOK_BATCH, (_S.RECEIVING,), None, W),
        Transition(_A.COMPLETE, (_S.RECEIVING,), _S.RECEIVED, W, (_counted_as_announced,)),
        Transition(_A.PUT_AWAY, (_S.RECEIVING, _S.RECEIVED), None, W, modes=_STOCK, maybe=True),
    ),
)

LIVE = tuple(s for s in AsnStatus if s not in (AsnStatus.DELETED, AsnStatus.RECEIVED))
"""A live ASN: in any state but DELETED and RECEIVED (spec, "Words")."""

LIMITS: dict[str, Limit] = {
    "reference_no": Text(64),
    "packages": Whole(1, 100_000),
    "gross_weight_kg": Number(places=3, digits=9, positive=True),
    "volume_cbm": Number(places=3, digits=7, positive=True),
    "wrapping": Text(50),
    "carrier": Text(100),
    "carrier_tracking_no": Text(64),
    "bill_of_lading": Text(64),
    "contact": Text(100),
    "phone": Text(40, pattern=r"[0-9+() -]+", expected="digits and + - ( ) space"),
    "remarks": REMARKS,
}

LINE_LIMITS: dict[str, Limit] = {"qty": LINE_QTY, "carton_no": Text(40), "unit_price": UNIT_PRICE}

RECEIPT_LIMITS: dict[str, Limit] = {
    "good_qty": Whole(0),
    "damaged_qty": Whole(0),
    "location": Text(40),
    "lot": Text(64),
    "note": Text(500, lines=True),
    "qty": LINE_QTY,
}

VEHICLE_LIMITS: dict[str, Limit] = {
    "plate": Text(20),
    "driver": Text(100),
    "phone": Text(40, pattern=r"[0-9+() -]+", expected="digits and + - ( ) space"),
}

TRANSPORT_FIELDS = (
    "vehicle_id",
    "expected_arrival_date",
    "carrier",
    "carrier_tracking_no",
    "contact",
    "phone",
    "remarks",
)
"""What can still be set between CONFIRMED and dispatch (ASN-5)."""

MOST_LINES = 1_000
MOST_ORDERS = 5_000


AMOUNT = Number(places=4, digits=14)
"""What the amount of a line can be."""


def line_problems(limits: Mapping[str, Limit], line: Mapping[str, Any]) -> list[Refusal]:
    """What is wrong with a line: each value by its limit, then the amount that they make."""
    problems = check_fields(limits, line)
    price = line.get("unit_price")
    if not problems and price is not None and AMOUNT.check(line["qty"] * price):
        most = (AMOUNT.most / line["qty"]).quantize(Decimal("0.0001"), ROUND_DOWN)
        problems.append(refusal(Code.NUMBER_RANGE, "unit_price", least=Decimal(0), most=most))
    return problems


def amount(quantity: int, unit_price: Decimal, places: int) -> Decimal:
    """Quantity × price with the currency's places, rounded half up, once per line (spec, "Numbers")."""
    return (quantity * unit_price).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def split(total: Decimal, weights: Mapping[UUID, Decimal], places: int) -> dict[UUID, Decimal]:
    """A combo's amount over its parts by their sales prices; the last takes the rest (ASN-3)."""
    whole = sum(weights.values()) or Decimal(1)
    shares: dict[UUID, Decimal] = {}
    for product, weight in list(weights.items())[:-1]:
        shares[product] = (total * weight / whole).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    last = list(weights)[-1]
    shares[last] = total - sum(shares.values(), Decimal(0))
    return shares
