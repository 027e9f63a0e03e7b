"""Vehicles: one trip of one truck, of one merchant, to one warehouse (ASN-2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests import scenes
from tests.stage import Stage

READ = "id version plate driver phone expectedArrivalDate arrivedAt warehouse { code } asns { nodes { id } }"


async def test_what_is_entered_is_what_is_read(stage: Stage) -> None:
    company = await stage.company()
    given = {
        "plate": "浙B·D12345",
        "warehouseCode": "HZ01",
        "driver": "王强",
        "phone": "+86 138-0000",
        "expectedArrivalDate": "2027-01-02",
    }
    made = await company.operator.do("vehicleCreate", given, READ)
    assert made == {
        "id": made["id"],
        "version": 1,
        "arrivedAt": None,
        "warehouse": {"code": "HZ01"},
        "asns": {"nodes": []},
        **{name: value for name, value in given.items() if name != "warehouseCode"},
    }
    change = {"id": made["id"], "version": 1, "plate": "浙A", "driver": None}
    done = await company.operator.do("vehicleUpdate", change, READ)
    assert (done["version"], done["plate"], done["driver"], done["phone"]) == (2, "浙A", None, "+86 138-0000")
    rows = await stage.admin.fetch(
        "select action, version, changes::text from operation_logs where merchant_id = $1 order by at",
        company.id,
    )
    assert [(r["action"], r["version"]) for r in rows] == [("vehicle:create", 1), ("vehicle:update", 2)]
    assert "王强" in rows[1]["changes"]
    events = await stage.admin.fetch(
        "select event from outbox where merchant_id = $1 order by at", company.id
    )
    assert [e["event"] for e in events] == ["vehicle.created", "vehicle.updated"]


async def test_several_asns_ride_on_one_truck(stage: Stage) -> None:
    # ASN-2: several ASNs can ride on one truck; an ASN rides on one
    company, warehouse = await stage.company(), stage.warehouse
    product = (await scenes.filed(company))["id"]
    truck, other = await scenes.vehicle(company), await scenes.vehicle(company)
    made = [await scenes.asn(company, (product, 1), until="APPROVED") for _ in range(2)]
    for asn in made:
        given = {"id": asn["id"], "version": asn["version"], "vehicleId": truck}
        await company.operator.do("asnSetTransport", given)
    given = {"id": made[0]["id"], "version": made[0]["version"] + 1, "vehicleId": other}
    done = await company.operator.do("asnSetTransport", given, "vehicle { id }")
    assert done["vehicle"]["id"] == other  # the first is replaced, not joined by a second
    await company.operator.do(
        "asnSetTransport", {**given, "version": given["version"] + 1, "vehicleId": truck}
    )
    query = f"query($id: ID!) {{ vehicle(id: $id) {{ {READ} }} }}"
    found = (await company.viewer.ask(query, {"id": truck}))["vehicle"]
    assert {a["id"] for a in found["asns"]["nodes"]} == {asn["id"] for asn in made}
    for asn in made:
        await company.operator.do("asnDispatch", {"id": asn["id"]})
    await warehouse.do("asnArrive", {"id": made[0]["id"]})
    first = (await company.viewer.ask(query, {"id": truck}))["vehicle"]["arrivedAt"]
    assert first is not None
    await warehouse.do("asnArrive", {"id": made[1]["id"]})
    assert (await company.viewer.ask(query, {"id": truck}))["vehicle"]["arrivedAt"] == first  # if first


async def test_a_truck_goes_to_the_warehouse_of_its_asns(stage: Stage) -> None:
    # ASN-2
    company, stranger = await stage.company(), await stage.company()
    product = (await scenes.filed(company))["id"]
    elsewhere, foreign = await scenes.vehicle(company, "HZ01"), await scenes.vehicle(stranger)
    draft, confirmed = (
        await scenes.asn(company, (product, 1)),
        await scenes.asn(company, (product, 1), until="CONFIRMED"),
    )
    async with stage.unchanged(company, stranger):
        for truck, code in ((elsewhere, "VEHICLE_ELSEWHERE"), (foreign, "NOT_FOUND")):
            told = [(code, "vehicleId")]
            given: dict[str, Any] = scenes.asn_input("STOCK", vehicleId=truck)
            assert await company.operator.codes("asnCreate", given) == told
            for mutation, asn in (("asnUpdate", draft), ("asnSetTransport", confirmed)):
                given = {"id": asn["id"], "version": asn["version"], "vehicleId": truck}
                assert await company.operator.codes(mutation, given) == told
        given = {"id": draft["id"], "version": 1, "warehouseCode": "HZ01"}  # its truck goes to NB01
        assert await company.operator.codes("asnUpdate", given) == [("VEHICLE_ELSEWHERE", "vehicleId")]
    await company.operator.do("asnUpdate", {**given, "vehicleId": elsewhere})


@pytest.mark.parametrize("until", ["IN_TRANSIT", "RECEIVING"])
async def test_a_trip_under_way_is_not_edited(stage: Stage, until: str) -> None:
    company = await stage.company()
    made = await scenes.asn(company, ((await scenes.filed(company))["id"], 1), until=until)
    query = "query($id: ID!) { asn(id: $id) { vehicle { id version } } }"
    truck = (await company.viewer.ask(query, {"id": made["id"]}))["asn"]["vehicle"]
    async with stage.unchanged(company):
        [error] = await company.operator.refused("vehicleUpdate", {**truck, "plate": "浙C"})
        assert (error["code"], error["holders"]) == ("IN_USE", [made["receivingNo"]])


async def test_who_may_announce_trips(stage: Stage) -> None:
    company = await stage.company()
    given = {"plate": "浙B", "warehouseCode": "NB01"}
    made = await company.owner.do("vehicleCreate", given, "id version")
    async with stage.unchanged(company):
        query = "mutation($i: VehicleCreateInput!) { vehicleCreate(input: $i) { errors { code } } }"
        for person in (company.viewer, *stage.staff.values()):
            [error] = (await person.answer(query, {"i": given}))["errors"]
            assert error["extensions"] == {"code": "FORBIDDEN", "permission": "vehicle:create"}
        stranger = (await stage.company()).owner
        change = {"id": made["id"], "version": 1, "plate": "浙C"}
        assert await stranger.codes("vehicleUpdate", change) == [("NOT_FOUND", "id")]
        for name in ("plate",):
            given = {"id": made["id"], "version": 1, name: None}
            assert await company.owner.codes("vehicleUpdate", given) == [("REQUIRED", name)]
        [error] = await company.owner.refused("vehicleUpdate", {**change, "version": 2})
        assert (error["__typename"], error["current"], error["changed"]) == ("StaleVersionError", 1, [])
