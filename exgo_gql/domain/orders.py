"""Orders: seven states in each mode, their conditions, and the limits of their fields (ORD-1 to ORD-10)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from exgo_gql.domain.actors import Actor
from exgo_gql.domain.codes import Code
from exgo_gql.domain.fields import LINE_QTY, REASON, REMARKS, UNIT_PRICE, WEIGHT, Limit, Number, Text
from exgo_gql.domain.machines import Machine, Mode, Transition
from exgo_gql.domain.refusals import Refusal, refusal


class OrderStatus(StrEnum):
    """Where an order stands. EXCEPTION exists in STOCK mode alone, PROCESSING in CONSOLIDATION alone (ORD-3)."""

    DRAFT = "DRAFT"
    CONFIRMED = "CONFIRMED"
    EXCEPTION = "EXCEPTION"
    SUBMITTED = "SUBMITTED"
    PROCESSING = "PROCESSING"
    SHIPPED = "SHIPPED"
    SIGNED = "SIGNED"
    DELETED = "DELETED"


class OrderType(StrEnum):
    """What an order is for: recorded and filterable, it changes no rule."""

    STANDARD = "STANDARD"
    TRANSFER = "TRANSFER"
    RETURN = "RETURN"


class OrderAction(StrEnum):
    """What can be done to an order."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    CONFIRM = "CONFIRM"
    TO_DRAFT = "TO_DRAFT"
    SUBMIT = "SUBMIT"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    PICK = "PICK"
    RELEASE = "RELEASE"
    REFUSE_RELEASE = "REFUSE_RELEASE"
    SHIP = "SHIP"
    SIGN = "SIGN"
    # Steps that an ASN takes its orders through; nobody takes them on an order alone.
    ASN_CONFIRM = "ASN_CONFIRM"
    ASN_RETURN = "ASN_RETURN"
    ASN_ARRIVE = "ASN_ARRIVE"


MODE_STATES: dict[Mode, tuple[OrderStatus, ...]] = {
    Mode.STOCK: tuple(s for s in OrderStatus if s is not OrderStatus.PROCESSING),
    Mode.CONSOLIDATION: tuple(s for s in OrderStatus if s is not OrderStatus.EXCEPTION),
}


def _by_its_asn() -> Refusal:
    return refusal(Code.SUBMITTED_BY_ASN)


def _in_no_asn(live_receiving_no: str | None) -> Refusal | None:
    return refusal(Code.IN_ASN, receiving_no=live_receiving_no) if live_receiving_no else None


def _not_decided(reviewed: bool) -> Refusal | None:
    return refusal(Code.ALREADY_DECIDED) if reviewed else None


def _reviewed(reviewed: bool) -> Refusal | None:
    return None if reviewed else refusal(Code.NOT_REVIEWED)


def _not_picked(picked: bool) -> Refusal | None:
    return refusal(Code.ALREADY_PICKED) if picked else None


def _picked(picked: bool) -> Refusal | None:
    return None if picked else refusal(Code.NOT_PICKED)


def _released(released: bool) -> Refusal | None:
    return None if released else refusal(Code.NOT_RELEASED)


def _not_released(released: bool) -> Refusal | None:
    return refusal(Code.ALREADY_RELEASED) if released else None


M, C, W, S = (frozenset({a}) for a in (Actor.MERCHANT, Actor.CUSTOMS, Actor.WAREHOUSE, Actor.SYSTEM))
_S = OrderStatus
_A = OrderAction
_STOCK, _PARCELS = frozenset({Mode.STOCK}), frozenset({Mode.CONSOLIDATION})

ORDER = Machine(
    "order",
    (
        Transition(_A.CREATE, (), _S.DRAFT, M),
        Transition(_A.UPDATE, (_S.DRAFT,), None, M),
        Transition(_A.DELETE, (_S.DRAFT,), _S.DELETED, M),
        Transition(_A.CONFIRM, (_S.DRAFT,), _S.CONFIRMED, M, maybe=True),
        Transition(_A.TO_DRAFT, (_S.CONFIRMED, _S.EXCEPTION), _S.DRAFT, M, modes=_STOCK),
        Transition(_A.TO_DRAFT, (_S.CONFIRMED,), _S.DRAFT, M, (_in_no_asn,), modes=_PARCELS),
        Transition(_A.SUBMIT, (_S.CONFIRMED, _S.EXCEPTION), _S.SUBMITTED, M | S, maybe=True, modes=_STOCK),
        Transition(_A.SUBMIT, (_S.CONFIRMED,), _S.SUBMITTED, M, (_by_its_asn,), modes=_PARCELS),
        Transition(_A.APPROVE, (_S.SUBMITTED,), None, C, (_not_decided,), modes=_STOCK),
        Transition(_A.REJECT, (_S.SUBMITTED,), _S.DRAFT, C, (_not_picked,), modes=_STOCK),
        Transition(_A.PICK, (_S.SUBMITTED,), None, W, (_reviewed, _not_picked), modes=_STOCK),
        Transition(_A.SHIP, (_S.SUBMITTED,), _S.SHIPPED, W, (_picked,), modes=_STOCK),
        Transition(_A.RELEASE, (_S.PROCESSING,), None, C, (_not_released,), modes=_PARCELS),
        Transition(_A.REFUSE_RELEASE, (_S.PROCESSING,), None, C, (_not_released,), modes=_PARCELS),
        Transition(_A.SHIP, (_S.PROCESSING,), _S.SHIPPED, W, (_released,), maybe=True, modes=_PARCELS),
        Transition(_A.SIGN, (_S.SHIPPED,), _S.SIGNED, W | S),
        Transition(_A.ASN_CONFIRM, (_S.CONFIRMED,), _S.SUBMITTED, S, modes=_PARCELS),
        Transition(_A.ASN_RETURN, (_S.SUBMITTED,), _S.CONFIRMED, S, modes=_PARCELS),
        Transition(_A.ASN_ARRIVE, (_S.SUBMITTED,), _S.PROCESSING, S, modes=_PARCELS),
    ),
)

LIVE = tuple(
    s for s in OrderStatus if s not in (OrderStatus.DELETED, OrderStatus.SHIPPED, OrderStatus.SIGNED)
)
"""A live order: in any state but DELETED, SHIPPED and SIGNED (spec, "Words")."""

PHONE = Text(40, pattern=r"[0-9+() -]+", expected="digits and + - ( ) space")

LIMITS: dict[str, Limit] = {
    "reference_no": Text(64),
    "inbound_tracking_no": Text(64),
    "new_label_no": Text(64),
    "platform": Text(50),
    "recipient_name": Text(100),
    "recipient_company": Text(100),
    "recipient_province": Text(100),
    "recipient_city": Text(100),
    "recipient_district": Text(100),
    "recipient_address1": Text(200),
    "recipient_address2": Text(200),
    "recipient_postcode": Text(20),
    "recipient_phone": PHONE,
    "recipient_email": Text(254, pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", expected="an e-mail address"),
    "recipient_identity_no": Text(64),
    "gross_weight_kg": WEIGHT,
    "payment_no": Text(64),
    "insurance": Number(places=2, digits=10),
    "remarks": REMARKS,
}

LINE_LIMITS: dict[str, Limit] = {"qty": LINE_QTY, "unit_price": UNIT_PRICE}

SHIP_LIMITS: dict[str, Limit] = {
    "carrier": Text(100),
    "tracking_no": Text(64),
    "weight_kg": WEIGHT,
    "length_cm": Number(places=2, digits=5, positive=True),
    "width_cm": Number(places=2, digits=5, positive=True),
    "height_cm": Number(places=2, digits=5, positive=True),
}

TRACKING_LIMITS: dict[str, Limit] = {
    "place": Text(100),
    "text": Text(500, lines=True),
    "source_id": Text(100),
    "reason": REASON,
}

REQUIRED = (
    "recipient_name",
    "recipient_country_code",
    "recipient_province",
    "recipient_city",
    "recipient_address1",
    "recipient_phone",
    "transport_method_code",
)
"""What a draft may lack and a confirmed order may not (ORD-2)."""

MOST_LINES = 100


class TrackingStatus(StrEnum):
    """What a tracking event says. ``DELIVERED`` signs the order (ORD-10)."""

    ACCEPTED = "ACCEPTED"
    IN_TRANSIT = "IN_TRANSIT"
    CUSTOMS = "CUSTOMS"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    FAILED = "FAILED"
    DELIVERED = "DELIVERED"
    RETURNED = "RETURNED"


class TrackingSource(StrEnum):
    """Who told of a tracking event."""

    STAFF = "STAFF"
    PARTNER = "PARTNER"
    CARRIER = "CARRIER"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why an order is in EXCEPTION: one product that lacks stock, or is no longer filed (ORD-5)."""

    code: Code
    sku: str
    requested: int | None = None
    available: int | None = None

    def as_refusal(self) -> Refusal:
        return refusal(self.code, sku=self.sku, requested=self.requested, available=self.available)


def confirm_blockers(values: dict[str, object], mode: Mode) -> list[Refusal]:
    """The required fields that a draft still lacks."""
    names = (*REQUIRED, "inbound_tracking_no") if mode is Mode.CONSOLIDATION else REQUIRED
    return [refusal(Code.REQUIRED, name) for name in names if values.get(name) is None]


def label_rules(mode: Mode, relabel: bool, new_label_no: str | None) -> list[Refusal]:
    """Relabelling belongs to CONSOLIDATION, and a new label to relabelling (ORD-2)."""
    problems = []
    if relabel and mode is Mode.STOCK:
        problems.append(refusal(Code.WRONG_MODE, "relabel", mode=str(mode)))
    if new_label_no and not relabel:
        problems.append(refusal(Code.LABEL_UNWANTED, "new_label_no"))
    return problems
