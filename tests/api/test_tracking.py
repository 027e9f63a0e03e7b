"""Tracking events, and the signature that DELIVERED stands for (ORD-10)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import scenes
from tests.stage import Company, Stage
from tests.walks import attempt

EVENT = {"at": "2026-11-20T08:00:00Z", "status": "IN_TRANSIT", "place": "Leipzig", "text": "Sorted"}

SIGNED = "2026-11-20T08:00:00+00:00"


async def shipped(stage: Stage, company: Company, mode: str = "STOCK") -> str:
    """A shipped order."""
    product = (await scenes.filed(company))["id"]
    if mode == "STOCK":
        await scenes.stocked(company, (product, 1))
        order = (await scenes.order(company, (product, 1), until="SUBMITTED"))["id"]
        await stage.customs.do("orderApprove", {"id": order})
        await stage.warehouse.do("orderPick", {"id": order})
    else:
        made = await scenes.order(company, (product, 1), mode="CONSOLIDATION")
        order = made["id"]
        asn = await scenes.asn(company, order_ids=[order], until="RECEIVING")
        parcels = [{"inboundTrackingNo": made["inboundTrackingNo"]}]
        await stage.warehouse.do("asnBookBatch", {"id": asn["id"], "parcels": parcels})
        await stage.customs.do("orderRelease", {"id": order})
    parcels = [{"weightKg": "1"}]
    given = {"id": order, "carrier": "DHL", "trackingNo": "JD-1", "parcels": parcels}
    await stage.warehouse.do("orderShip", given)
    return order


async def read(company: Company, id_: str) -> dict[str, Any]:
    query = """query($id: ID!) { order(id: $id) { status version signedAt
        tracking(first: 50) { nodes { at status place text source sourceId } }
        log(first: 50) { nodes { action stateBefore stateAfter actor { kind } } } } }"""
    return dict((await company.viewer.ask(query, {"id": id_}))["order"])


async def test_events_are_kept_in_order_of_time(stage: Stage) -> None:
    # ORD-10
    company = await stage.company()
    order = await shipped(stage, company)
    before = await read(company, order)
    times = ["2026-11-20T16:00:00+08:00", "2026-11-19T08:00:00Z", "2026-11-21T08:00:00Z"]
    for at in times:
        await stage.warehouse.do("orderTrack", {"id": order, **EVENT, "at": at})
    found = await read(company, order)
    assert [n["at"] for n in found["tracking"]["nodes"]] == [
        "2026-11-19T08:00:00+00:00",
        "2026-11-20T08:00:00+00:00",
        "2026-11-21T08:00:00+00:00",
    ]
    assert found["tracking"]["nodes"][0] == {
        **EVENT,
        "at": "2026-11-19T08:00:00+00:00",
        "source": "STAFF",
        "sourceId": None,
    }
    assert (found["status"], found["version"]) == ("SHIPPED", before["version"] + 3)
    assert [n["action"] for n in found["log"]["nodes"][:3]] == ["order:track"] * 3
    events = await stage.admin.fetch(
        "select event, payload::text from outbox where merchant_id = $1 order by at desc limit 3", company.id
    )
    assert [e["event"] for e in events] == ["order.tracked"] * 3


async def test_a_repeated_event_is_stored_once(stage: Stage) -> None:
    # ORD-10: the same source id; or the same source, time, status and place
    company, warehouse = await stage.company(), stage.warehouse
    order = {"id": await shipped(stage, company)}
    numbered = {**EVENT, "at": "2026-11-21T09:00:00Z", "sourceId": "E-1"}
    nowhere = {"at": EVENT["at"], "status": "CUSTOMS"}
    for event in (EVENT, numbered, nowhere):
        await warehouse.do("orderTrack", {**order, **event})
    async with stage.unchanged(company):
        for again in (
            EVENT,
            {**EVENT, "text": "another text"},
            {**EVENT, "at": "2026-11-20T16:00:00+08:00"},
            numbered,
            {**numbered, "at": "2026-11-25T08:00:00Z", "status": "DELIVERED"},
            {**numbered, "sourceId": "E-9"},
            nowhere,
        ):
            done = await warehouse.do("orderTrack", {**order, **again}, "status")
            assert done["status"] == "SHIPPED"
    for other in ({"place": "Halle"}, {"status": "ACCEPTED"}, {"at": "2026-11-20T08:00:01Z"}):
        await warehouse.do("orderTrack", {**order, **EVENT, **other})
    await warehouse.do("orderTrack", {**order, **numbered, "at": "2026-11-21T10:00:00Z", "sourceId": "E-2"})
    assert len((await read(company, order["id"]))["tracking"]["nodes"]) == 7


@pytest.mark.parametrize("mode", ["STOCK", "CONSOLIDATION"])
async def test_delivered_signs_once(stage: Stage, mode: str) -> None:
    # ORD-10
    company, warehouse = await stage.company(), stage.warehouse
    order = await shipped(stage, company, mode)
    version = (await read(company, order))["version"]
    delivered = {"id": order, "at": EVENT["at"], "status": "DELIVERED"}
    done = await warehouse.do("orderTrack", delivered, "status signedAt version")
    assert done == {"status": "SIGNED", "signedAt": SIGNED, "version": version + 2}
    log = (await read(company, order))["log"]["nodes"]
    assert {
        "action": "order:sign",
        "stateBefore": "SHIPPED",
        "stateAfter": "SIGNED",
        "actor": {"kind": "SYSTEM"},
    } in log[:2]
    async with stage.unchanged(company):
        await warehouse.do("orderTrack", delivered)
    later = {**delivered, "at": "2026-11-22T08:00:00Z", "place": "Berlin"}
    done = await warehouse.do("orderTrack", later, "status signedAt")
    assert done == {"status": "SIGNED", "signedAt": SIGNED}  # told of twice, signed once
    assert len((await read(company, order))["tracking"]["nodes"]) == 2


async def test_nobody_signs_in_the_future(stage: Stage) -> None:
    company = await stage.company()
    order = await shipped(stage, company)
    given = {"id": order, "at": "2099-01-01T00:00:00Z", "status": "DELIVERED"}
    done = await stage.warehouse.do("orderTrack", given, "signedAt")
    assert dt.datetime.fromisoformat(done["signedAt"]) <= dt.datetime.now(dt.UTC)


async def test_only_what_was_shipped_is_tracked(stage: Stage) -> None:
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    draft = await scenes.order(company, (product, 1), until="DRAFT")
    waiting = await scenes.order(company, (product, 1), until="SUBMITTED")
    order = await shipped(stage, company)
    event = {"at": EVENT["at"], "status": "IN_TRANSIT"}
    people = (company.owner, company.operator, company.viewer, *stage.staff.values())
    async with stage.unchanged(company):
        for made in (draft, waiting):
            answer = await attempt(stage.warehouse, "orderTrack", {"id": made["id"], **event})
            assert answer == ("ILLEGAL_TRANSITION", made["status"], "TRACK", frozenset())
        for person in people:
            if person is not stage.warehouse:
                answer = await attempt(person, "orderTrack", {"id": order, **event})
                assert answer == ("FORBIDDEN", "order:track")


async def test_bad_events(stage: Stage) -> None:
    company = await stage.company()
    order = await shipped(stage, company)
    async with stage.unchanged(company):
        for change, told in (
            ({"place": "x" * 101}, [("TEXT_LENGTH", "place")]),
            ({"text": "x" * 501}, [("TEXT_LENGTH", "text")]),
            ({"sourceId": " "}, [("TEXT_LENGTH", "sourceId")]),
            ({"place": "a\nb"}, [("TEXT_CHARACTERS", "place")]),
        ):
            assert await stage.warehouse.codes("orderTrack", {"id": order, **EVENT, **change}) == told
