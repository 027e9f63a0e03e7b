"""Facts about a document that stand in other tables, as expressions over its row.

The tables of states ask for them by name. Services and readers use the same expressions; each is tied to its
row by the composite key, so it sees no other merchant's rows.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Text, and_, case, exists, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import func

from exgo_gql.db.asns import Asn, AsnLine, AsnOrder
from exgo_gql.db.orders import Order
from exgo_gql.db.products import Product
from exgo_gql.domain.asns import LIVE
from exgo_gql.domain.machines import Machine, Mode

MOST_NAMED = 10
"""How many SKUs a refusal names."""

LIVE_RECEIVING_NO = (
    select(Asn.receiving_no)
    .join(AsnOrder, and_(AsnOrder.merchant_id == Asn.merchant_id, AsnOrder.asn_id == Asn.id))
    .where(
        AsnOrder.merchant_id == Order.merchant_id,
        AsnOrder.order_id == Order.id,
        AsnOrder.ended_at.is_(None),
        Asn.status.in_(LIVE),
    )
    .limit(1)
    .correlate(Order)
    .scalar_subquery()
)
"""The receiving number of the live ASN that an order is in, or null."""

HAS_CONTENT = or_(
    exists().where(AsnLine.merchant_id == Asn.merchant_id, AsnLine.asn_id == Asn.id).correlate(Asn),
    exists()
    .where(AsnOrder.merchant_id == Asn.merchant_id, AsnOrder.asn_id == Asn.id, AsnOrder.ended_at.is_(None))
    .correlate(Asn),
)
"""Whether an ASN has a line or an order."""

_DIFFERING = (
    select(Product.sku)
    .join(AsnLine, and_(AsnLine.merchant_id == Product.merchant_id, AsnLine.product_id == Product.id))
    .where(
        AsnLine.merchant_id == Asn.merchant_id,
        AsnLine.asn_id == Asn.id,
        or_(
            AsnLine.good_qty + AsnLine.damaged_qty != AsnLine.qty,
            AsnLine.excess_qty > 0,
            # Damaged consolidation goods count as not arrived: their order cannot go on.
            and_(Asn.mode == Mode.CONSOLIDATION, AsnLine.damaged_qty > 0),
        ),
    )
    .distinct()
    .order_by(Product.sku)
    .limit(MOST_NAMED)
    .correlate(Asn)
)
DIFFERING = func.array(_DIFFERING.scalar_subquery(), type_=ARRAY(Text))
"""The SKUs of an ASN whose count differs from what was announced."""


def asked(machine: Machine, row: Any, **facts: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    """Facts of a document where its table of states asks for them, and null elsewhere.

    Most documents of a list are in states that ask for nothing, so nothing is looked up for them.
    """
    return {name: case((_asking(machine, row, name), fact)) for name, fact in facts.items()}


def _asking(machine: Machine, row: Any, fact: str) -> ColumnElement[bool]:
    states = machine.asking(fact)
    if len(set(states.values())) == 1:
        return cast("ColumnElement[bool]", row.status.in_(sorted(states[Mode.STOCK])))
    return or_(*(and_(row.mode == mode, row.status.in_(sorted(of))) for mode, of in states.items() if of))
