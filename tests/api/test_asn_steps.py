"""ASNs in STOCK mode from confirmation to the road: transport, review, dispatch (ASN-2, ASN-4, ASN-5)."""

from __future__ import annotations

from typing import Any

import pytest

from tests import scenes
from tests.stage import Company, Stage

READ = """id status version contact phone expectedArrivalDate carrier carrierTrackingNo remarks vehicle { id }
    rejectionReason approvedAt dispatchedAt"""
TRANSPORT = {
    "expectedArrivalDate": "2027-01-31",
    "carrier": "德邦",
    "carrierTrackingNo": "DB-1",
    "contact": "李雷",
    "phone": "110",
    "remarks": "改",
}


async def read(company: Company, id_: str, select: str = READ) -> dict[str, Any]:
    query = f"query($id: ID!) {{ asn(id: $id) {{ {select} }} }}"
    return dict((await company.viewer.ask(query, {"id": id_}))["asn"])


@pytest.mark.parametrize("until", ["CONFIRMED", "PENDING_REVIEW", "APPROVED"])
async def test_transport_can_be_set_until_dispatch(stage: Stage, until: str) -> None:
    # ASN-5
    company = await stage.company()
    made = await scenes.asn(company, ((await scenes.filed(company))["id"], 1), until=until)
    truck = await scenes.vehicle(company)
    given = {"id": made["id"], "version": made["version"], "vehicleId": truck, **TRANSPORT}
    done = await company.operator.do("asnSetTransport", given, READ)
    assert (done["status"], done["vehicle"]["id"]) == (until, truck)
    assert {name: done[name] for name in TRANSPORT} == TRANSPORT
    async with stage.unchanged(company):
        for name in ("contact", "phone", "expectedArrivalDate"):
            given = {"id": made["id"], "version": done["version"], name: None}
            assert await company.operator.codes("asnSetTransport", given) == [("REQUIRED", name)]
    given = {"id": made["id"], "version": done["version"], "vehicleId": None, "carrier": None}
    done = await company.operator.do("asnSetTransport", given, READ)
    assert (done["vehicle"], done["carrier"]) == (None, None)


async def test_a_truck_is_needed_before_dispatch(stage: Stage) -> None:
    # ASN-2
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    made = await scenes.asn(company, (product, 4), until="APPROVED")
    given = {"id": made["id"], "version": made["version"], "vehicleId": None}
    await company.operator.do("asnSetTransport", given)
    async with stage.unchanged(company):
        [error] = await company.operator.refused("asnDispatch", {"id": made["id"]})
        assert (error["code"], error["message"]) == (
            "VEHICLE_MISSING",
            "A vehicle is needed before dispatch.",
        )
    given = {"id": made["id"], "version": made["version"] + 1, "vehicleId": await scenes.vehicle(company)}
    await company.operator.do("asnSetTransport", given)
    await company.operator.do("asnDispatch", {"id": made["id"]})


async def test_dispatch_puts_goods_on_the_way_and_recall_takes_them_off(stage: Stage) -> None:
    # INV-1
    company = await stage.company()
    one, two = (await scenes.filed(company))["id"], (await scenes.filed(company))["id"]
    made = await scenes.asn(company, (one, 4), (two, 1), (one, 2), until="APPROVED")
    assert await scenes.balance(company, one) == (0, 0, 0, 0, 0, 0)
    for _ in range(2):
        done = await company.operator.do("asnDispatch", {"id": made["id"]}, READ)
        assert done["dispatchedAt"] is not None
        assert await scenes.balance(company, one) == (6, 0, 0, 0, 0, 0)
        assert await scenes.balance(company, two) == (1, 0, 0, 0, 0, 0)
        assert await scenes.balance(company, one, "CONSOLIDATION") == (0, 0, 0, 0, 0, 0)
        done = await company.operator.do("asnRecall", {"id": made["id"]}, READ)
        assert (done["status"], done["dispatchedAt"]) == ("APPROVED", None)
        assert await scenes.balance(company, one) == (0, 0, 0, 0, 0, 0)
    query = """query($id: ID!) { product(id: $id) { movements(first: 20) {
        nodes { bucket qty action mode asn { id } order { id } warehouse { code } } } } }"""
    moved = (await company.viewer.ask(query, {"id": two}))["product"]["movements"]["nodes"]
    assert [(m["action"], m["bucket"], m["qty"]) for m in moved] == [
        ("asn:recall", "ON_THE_WAY", -1),
        ("asn:dispatch", "ON_THE_WAY", 1),
    ] * 2
    assert {(m["mode"], m["asn"]["id"], m["warehouse"]["code"]) for m in moved} == {
        ("STOCK", made["id"], "NB01")
    }


@pytest.mark.parametrize(
    ("until", "mutation", "more"),
    [
        ("CONFIRMED", "asnTakeBack", {}),
        ("PENDING_REVIEW", "asnReject", {"reason": "资料不全"}),
        ("APPROVED", "asnRevoke", {"reason": "资料不全"}),
    ],
)
async def test_back_to_draft_it_can_be_edited_again(
    stage: Stage, until: str, mutation: str, more: dict[str, str]
) -> None:
    # ASN-4, ASN-5
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    made = await scenes.asn(company, (product, 4), until=until)
    who = company.operator if mutation == "asnTakeBack" else stage.customs
    done = await who.do(mutation, {"id": made["id"], **more}, READ)
    assert (done["status"], done["rejectionReason"]) == ("DRAFT", more.get("reason"))
    assert done["approvedAt"] is None
    add = {"id": made["id"], "version": done["version"], "lines": [{"productId": product, "qty": 1}]}
    await company.operator.do("asnAddLines", add)
    done = await company.operator.do("asnConfirm", {"id": made["id"]}, READ)
    assert (done["status"], done["rejectionReason"]) == ("CONFIRMED", None)


async def test_a_review_is_sent_to_customs_each_time(stage: Stage) -> None:
    company = await stage.company()
    made = await scenes.asn(company, ((await scenes.filed(company))["id"], 4), until="PENDING_REVIEW")
    await stage.customs.do("asnReject", {"id": made["id"], "reason": "资料不全"})
    await company.operator.do("asnConfirm", {"id": made["id"]})
    await company.operator.do("asnSubmitReview", {"id": made["id"]})
    select = "filings { nodes { number status reason } }"
    assert (await read(company, made["id"], select))["filings"]["nodes"] == [
        {"number": made["referenceNo"], "status": "QUEUED", "reason": None},
        {"number": made["referenceNo"], "status": "REJECTED", "reason": "资料不全"},
    ]
    await stage.deliver_all(company)
    found = await read(company, made["id"], f"status approvedAt {select}")
    assert (found["status"], found["filings"]["nodes"][0]["status"]) == ("APPROVED", "APPROVED")
    assert found["approvedAt"] is not None


async def test_a_balance_cannot_pass_what_it_can_hold(stage: Stage) -> None:
    # a refusal, not a fault: 2,147,483,647 pieces of one product in one warehouse
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    made = await scenes.asn(company, (product, 1_000_000), until="APPROVED")
    await stage.admin.execute(
        """insert into inventory (merchant_id, product_id, warehouse_code, mode, on_the_way_qty)
           select merchant_id, product_id, 'NB01', 'STOCK', 2146483648 from asn_lines where merchant_id = $1""",
        company.id,
    )
    async with stage.unchanged(company):
        [error] = await company.operator.refused("asnDispatch", {"id": made["id"]})
        assert (error["code"], error["most"]) == ("NUMBER_RANGE", "2147483647")
