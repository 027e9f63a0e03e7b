"""ASNs while they are drafts, and their transport until dispatch (ASN-1 to ASN-5). Steps are in ``asn_steps``."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from exgo_gql.db.asns import Asn, Vehicle
from exgo_gql.domain import asns as rules
from exgo_gql.domain.asns import ASN, AsnAction, AsnStatus
from exgo_gql.domain.codes import Code
from exgo_gql.domain.fields import check_fields, check_required
from exgo_gql.domain.machines import Mode
from exgo_gql.domain.numbers import NumberKind, make
from exgo_gql.domain.refusals import Refused, insist, refusal
from exgo_gql.services import asn_contents, merchants
from exgo_gql.services.references import check_codes
from exgo_gql.services.steps import changed, opened, take
from exgo_gql.services.work import Work

REQUIRED = ("reference_no", "type", "warehouse_code", "expected_arrival_date", "packages", "contact", "phone")


async def create(
    work: Work,
    mode: Mode,
    values: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    order_ids: Sequence[UUID],
) -> Asn:
    """An ASN as a draft: with lines (STOCK) or orders (CONSOLIDATION), or to be filled later."""
    problems = check_required(REQUIRED, values) + check_fields(rules.LIMITS, values)
    problems += await check_codes(work, values)
    if lines and mode is Mode.CONSOLIDATION:
        problems.append(refusal(Code.WRONG_MODE, "lines", mode=str(mode)))
    if order_ids and mode is Mode.STOCK:
        problems.append(refusal(Code.WRONG_MODE, "order_ids", mode=str(mode)))
    insist(problems)
    vehicle_id = await _checked_vehicle(work, values.get("vehicle_id"), values["warehouse_code"])
    merchant = await merchants.current(work)
    asn = work.add(
        Asn(
            merchant_id=merchant.id,
            mode=mode,
            status=AsnStatus.DRAFT,
            receiving_no=make(NumberKind.ASN, work.now, secrets.choice),
            currency_code=merchant.currency_code,
            created_at=work.now,
            updated_at=work.now,
            **{**values, "vehicle_id": vehicle_id},
        )
    )
    await work.flush(asn)
    if lines:
        await asn_contents.write_lines(work, asn, lines)
    if order_ids:
        await asn_contents.link_orders(work, asn, order_ids)
    opened(work, ASN, asn, AsnAction.CREATE)
    return asn


async def update(work: Work, id_: UUID, version: int, values: Mapping[str, Any]) -> Asn:
    """Change the head of a draft. A warehouse with orders linked to it cannot change."""
    asn = await asn_contents.editable(work, id_, version, AsnAction.UPDATE)
    await _check_head(work, asn, values)
    if values.get(
        "warehouse_code", asn.warehouse_code
    ) != asn.warehouse_code and await asn_contents.live_links(work, asn):
        raise Refused(refusal(Code.IN_USE, "warehouse_code", holders=[asn.receiving_no]))
    changes = changed(asn, values)
    await work.flush(asn)
    take(work, ASN, asn, AsnAction.UPDATE, changes=changes)
    return asn


async def set_transport(work: Work, id_: UUID, version: int, values: Mapping[str, Any]) -> Asn:
    """Set vehicle, arrival, carrier and contact between confirmation and dispatch (ASN-5)."""
    asn = await asn_contents.editable(work, id_, version, AsnAction.SET_TRANSPORT)
    await _check_head(work, asn, values)
    changes = changed(asn, values)
    await work.flush(asn)
    take(work, ASN, asn, AsnAction.SET_TRANSPORT, changes=changes)
    return asn


async def delete(work: Work, id_: UUID) -> Asn:
    """Delete a draft: a state, not a removal. Its orders stay CONFIRMED, their links end."""
    asn = await work.lock(Asn, id_)
    take(work, ASN, asn, AsnAction.DELETE)
    for link in await asn_contents.live_links(work, asn):
        asn_contents.end(work, link)
    return asn


async def _check_head(work: Work, asn: Asn, values: Mapping[str, Any]) -> None:
    insist([refusal(Code.REQUIRED, n) for n in REQUIRED if n in values and values[n] is None])
    insist(check_fields(rules.LIMITS, values) + await check_codes(work, values))
    warehouse = values.get("warehouse_code", asn.warehouse_code)
    await _checked_vehicle(work, values.get("vehicle_id", asn.vehicle_id), warehouse)


async def _checked_vehicle(work: Work, vehicle_id: UUID | None, warehouse: str) -> UUID | None:
    if vehicle_id is None:
        return None
    vehicle = (await work.hold(Vehicle, [vehicle_id])).get(vehicle_id)
    if vehicle is None:
        raise Refused(refusal(Code.NOT_FOUND, "vehicle_id", what="vehicle"))
    if vehicle.warehouse_code != warehouse:
        raise Refused(refusal(Code.VEHICLE_ELSEWHERE, "vehicle_id"))
    return vehicle.id
