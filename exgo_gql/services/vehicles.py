"""Vehicles: one trip of one truck (ASN-2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from exgo_gql.db.asns import Asn, Vehicle
from exgo_gql.domain.asns import VEHICLE_LIMITS, AsnStatus
from exgo_gql.domain.codes import Code
from exgo_gql.domain.fields import check_fields, check_required
from exgo_gql.domain.refusals import Refused, insist, refusal
from exgo_gql.services.references import check_codes
from exgo_gql.services.steps import changed, check_version
from exgo_gql.services.work import Work

REQUIRED = ("plate", "warehouse_code")


async def create(work: Work, values: Mapping[str, Any]) -> Vehicle:
    """Announce a trip to a warehouse."""
    insist(
        check_required(REQUIRED, values)
        + check_fields(VEHICLE_LIMITS, values)
        + await check_codes(work, values)
    )
    vehicle = work.add(
        Vehicle(
            merchant_id=work.viewer.merchant_id, version=1, created_at=work.now, updated_at=work.now, **values
        )
    )
    await work.flush(vehicle)
    work.log(vehicle, "CREATE")
    work.emit(vehicle, "CREATE")
    return vehicle


async def update(work: Work, id_: UUID, version: int, values: Mapping[str, Any]) -> Vehicle:
    """Change a trip until one of its ASNs is on the way."""
    vehicle = await work.lock(Vehicle, id_)
    await check_version(work, vehicle, version)
    insist([refusal(Code.REQUIRED, n) for n in REQUIRED if n in values and values[n] is None])
    insist(check_fields(VEHICLE_LIMITS, values))
    gone = (AsnStatus.IN_TRANSIT, AsnStatus.RECEIVING, AsnStatus.RECEIVED)
    riding = await work.find_all(Asn, Asn.vehicle_id == vehicle.id, Asn.status.in_(gone))
    if riding:
        raise Refused(refusal(Code.IN_USE, "id", holders=sorted(asn.receiving_no for asn in riding)))
    changes = changed(vehicle, values)
    vehicle.version += 1
    vehicle.updated_at = work.now
    work.log(vehicle, "UPDATE", changes=changes)
    work.emit(vehicle, "UPDATE")
    return vehicle
