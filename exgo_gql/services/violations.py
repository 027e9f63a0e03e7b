"""Broken constraints as refusals: one table from names to codes. A name that is not in it is a bug (rule 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import DBAPIError

from exgo_gql.domain.codes import Code
from exgo_gql.domain.refusals import Refused, refusal

REFUSALS: dict[str, tuple[Code, str]] = {
    "ux_products_living_sku": (Code.TAKEN, "sku"),
    "ux_asns_living_reference": (Code.TAKEN, "reference_no"),
    "ux_orders_living_reference": (Code.TAKEN, "reference_no"),
    "ux_orders_live_inbound_tracking": (Code.TAKEN, "inbound_tracking_no"),
    "ux_asn_orders_live": (Code.ORDER_NOT_SELECTABLE, "order_ids"),
    "fk_asns_vehicle": (Code.VEHICLE_ELSEWHERE, "vehicle_id"),
}
"""The constraint's name, the code it stands for, and the field to blame."""


def constraint_of(error: DBAPIError) -> str | None:
    """The name of the constraint that a statement broke, if that is what happened."""
    cause: BaseException | None = error.orig
    while cause is not None:
        name = getattr(cause, "constraint_name", None)
        if name:
            return str(name)
        cause = cause.__cause__
    return None


def refusal_of(error: DBAPIError, written: Mapping[str, Any]) -> Exception:
    """The refusal that a broken constraint stands for, or the error itself. ``written`` tells the value.

    PostgreSQL keeps the value to itself under row-level security, so it comes from the row being written: as it
    was before the statement failed, because that empties the row.
    """
    known = REFUSALS.get(constraint_of(error) or "")
    if known is None:
        return error
    code, name = known
    value = written.get(name)
    if code is Code.ORDER_NOT_SELECTABLE:
        return Refused(refusal(code, name, order_no=value or "–"))
    return Refused(refusal(code, name, value=value) if code is Code.TAKEN else refusal(code, name))
