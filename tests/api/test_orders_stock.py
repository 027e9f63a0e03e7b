"""STOCK orders: entering, confirming, reserving, reviewing, shipping (ORD-2 to ORD-5)."""

from __future__ import annotations

import re

import pytest

from tests import scenes
from tests.stage import Company, Stage

WHOLE = {
    "platform": "Amazon",
    "recipientCompany": "Schmidt GmbH",
    "recipientDistrict": "Mitte",
    "recipientAddress2": "2. OG",
    "recipientEmail": "anna@example.de",
    "recipientIdentityNo": "DE123",
    "grossWeightKg": "12.345",
    "paymentNo": "PAY-1",
    "insurance": "99.99",
    "remarks": "礼物",
}
PLAIN = (
    *WHOLE,
    "referenceNo",
    "type",
    "recipientName",
    "recipientProvince",
    "recipientCity",
    "recipientAddress1",
    "recipientPostcode",
    "recipientPhone",
)
READ = f"""id status mode version orderNo currency {{ code }} warehouse {{ code }} transportMethod {{ code }}
    recipientCountry {{ code }} relabel inboundTrackingNo lines {{ position qty unitPrice amount product {{ id }} }}
    {" ".join(PLAIN)}"""
SHIPPING = {"carrier": "DHL", "trackingNo": "JD-1", "parcels": [{"weightKg": "1.5"}]}


async def stocked(company: Company, *quantities: int) -> list[str]:
    """Products with so many pieces of each on the shelf."""
    products = [(await scenes.filed(company))["id"] for _ in quantities]
    if any(quantities):
        await scenes.stocked(company, *((p, q) for p, q in zip(products, quantities, strict=True) if q))
    return products


async def test_what_is_entered_is_what_is_read(stage: Stage) -> None:
    # ORD-2
    company = await stage.company()
    product = (await scenes.draft(company))["id"]
    given = scenes.order_input("STOCK", (product, 3), **WHOLE)
    made = await company.operator.do("orderCreate", given, READ)
    assert (made["status"], made["mode"], made["version"], made["relabel"]) == ("DRAFT", "STOCK", 1, False)
    assert re.fullmatch(r"O\d{6}-[0-9A-HJKMNP-TV-Z]{7}", made["orderNo"])
    assert [made[n]["code"] for n in ("currency", "warehouse", "transportMethod", "recipientCountry")] == [
        "USD",
        "NB01",
        "AIR",
        "DE",
    ]
    assert {name: made[name] for name in PLAIN} == {name: given[name] for name in PLAIN}
    assert made["lines"] == [
        {"position": 1, "qty": 3, "unitPrice": "55.5", "amount": "166.5", "product": {"id": product}}
    ]


async def test_a_draft_may_lack_what_confirming_needs(stage: Stage) -> None:
    # ORD-2
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    needed = (
        "recipientName",
        "recipientCountryCode",
        "recipientProvince",
        "recipientCity",
        "recipientAddress1",
        "recipientPhone",
        "transportMethodCode",
    )
    given = {k: v for k, v in scenes.order_input("STOCK", (product, 1)).items() if k not in needed}
    made = await company.operator.do("orderCreate", given)
    async with stage.unchanged(company):
        told = await company.operator.codes("orderConfirm", {"id": made["id"]})
        assert told == [("REQUIRED", name) for name in needed]
    full = scenes.order_input("STOCK", (product, 1))
    change = {"id": made["id"], "version": 1, **{name: full[name] for name in needed}}
    await company.operator.do("orderUpdate", change)
    done = await company.operator.do("orderConfirm", {"id": made["id"]}, "status confirmedAt")
    assert done["status"] == "CONFIRMED"
    assert done["confirmedAt"] is not None


async def test_references_and_labels_are_unique(stage: Stage) -> None:
    # ORD-2: a reference among those not deleted; an inbound label among the live
    company, other = await stage.company(), await stage.company()
    line = ((await scenes.filed(company))["id"], 1)
    await scenes.order(other, ((await scenes.filed(other))["id"], 1), until="DRAFT", referenceNo="PO-1")
    first = await scenes.order(company, line, until="DRAFT", referenceNo="PO-1")
    second = await scenes.order(company, line, until="DRAFT")
    labelled = await scenes.order(company, line, mode="CONSOLIDATION", until="DRAFT", inboundTrackingNo="T-1")
    third = await scenes.order(company, line, mode="CONSOLIDATION", until="DRAFT")
    same = {"id": second["id"], "version": 1, "referenceNo": "PO-1"}
    label = {"id": third["id"], "version": 1, "inboundTrackingNo": "T-1"}
    async with stage.unchanged(company):
        given = scenes.order_input("CONSOLIDATION", line, referenceNo="PO-1")
        [error] = await company.operator.refused("orderCreate", given)
        assert (error["code"], error["value"]) == ("TAKEN", "PO-1")
        assert await company.operator.codes("orderUpdate", same) == [("TAKEN", "referenceNo")]
        given = scenes.order_input("CONSOLIDATION", line, inboundTrackingNo="T-1")
        assert await company.operator.codes("orderCreate", given) == [("TAKEN", "inboundTrackingNo")]
        assert await company.operator.codes("orderUpdate", label) == [("TAKEN", "inboundTrackingNo")]
    for gone in (first, labelled):
        await company.operator.do("orderDelete", {"id": gone["id"]})
    await company.operator.do("orderUpdate", same)
    await company.operator.do("orderUpdate", label)


async def test_what_a_stock_order_does_not_have(stage: Stage) -> None:
    # ORD-2: relabelling and inbound labels belong to CONSOLIDATION
    company = await stage.company()
    line = ((await scenes.draft(company))["id"], 1)
    made = await scenes.order(company, line, until="DRAFT")
    async with stage.unchanged(company):
        for change, told in (
            ({"relabel": True}, [("WRONG_MODE", "relabel")]),
            ({"inboundTrackingNo": "T"}, [("WRONG_MODE", "inboundTrackingNo")]),
            ({"newLabelNo": "N"}, [("LABEL_UNWANTED", "newLabelNo")]),
        ):
            given = scenes.order_input("STOCK", line, **change)
            assert await company.operator.codes("orderCreate", given) == told
            given = {"id": made["id"], "version": 1, **change}
            assert await company.operator.codes("orderUpdate", given) == told
        given = scenes.order_input("CONSOLIDATION", line, newLabelNo="N")
        assert await company.operator.codes("orderCreate", given) == [("LABEL_UNWANTED", "newLabelNo")]


async def test_lines_are_one_to_a_hundred(stage: Stage) -> None:
    company, other = await stage.company(), await stage.company()
    product, gone = (await scenes.draft(company))["id"], (await scenes.draft(company))["id"]
    await company.operator.do("productDelete", {"id": gone})
    foreign = (await scenes.draft(other))["id"]
    made = await scenes.order(company, (product, 1), until="DRAFT")
    async with stage.unchanged(company):
        for lines, told in (
            ([], [("EMPTY", "lines")]),
            ([(product, 1)] * 101, [("TOO_MANY", "lines")]),
            (
                [(product, 1), (gone, 1), (foreign, 1)],
                [("NOT_FOUND", "lines.1.productId"), ("NOT_FOUND", "lines.2.productId")],
            ),
            ([(product, 0)], [("NUMBER_RANGE", "lines.0.qty")]),
        ):
            given = scenes.order_input("STOCK", *lines)
            assert await company.operator.codes("orderCreate", given) == told
            change = {"id": made["id"], "version": 1, "lines": given["lines"]}
            assert await company.operator.codes("orderUpdate", change) == told
    given = scenes.order_input("STOCK", *[(product, 1)] * 100)
    made = await company.operator.do("orderCreate", given, READ)
    assert [line["position"] for line in made["lines"]] == list(range(1, 101))


async def test_lines_are_replaced_while_an_order_is_a_draft(stage: Stage) -> None:
    company = await stage.company()
    one, two = (await scenes.draft(company))["id"], (await scenes.draft(company))["id"]
    made = await scenes.order(company, (one, 1), until="DRAFT")
    lines = [
        {"productId": two, "qty": 2, "unitPrice": "0.0049"},
        {"productId": one, "qty": 3, "unitPrice": "1"},
    ]
    given = {"id": made["id"], "version": 1, "lines": lines}
    done = await company.operator.do("orderUpdate", given, READ)
    assert [(n["qty"], n["amount"], n["product"]["id"]) for n in done["lines"]] == [
        (2, "0.01", two),
        (3, "3", one),
    ]


async def test_another_currency_rounds_the_amounts_anew(stage: Stage) -> None:
    # spec, "Numbers": amounts have the currency's places
    company = await stage.company()
    made = await scenes.order(company, ((await scenes.draft(company))["id"], 1), until="DRAFT")
    given = {"id": made["id"], "version": 1, "currencyCode": "JPY"}
    done = await company.operator.do("orderUpdate", given, READ)
    assert (done["currency"]["code"], done["lines"][0]["amount"]) == ("JPY", "56")


async def test_submitting_reserves_all_of_it(stage: Stage) -> None:
    # ORD-5
    company = await stage.company()
    one, two = await stocked(company, 5, 5)
    order = await scenes.order(company, (one, 2), (two, 5), (one, 3), until="SUBMITTED")
    assert order["status"] == "SUBMITTED"
    assert await scenes.balance(company, one) == (0, 0, 0, 0, 5, 0)
    assert await scenes.balance(company, two) == (0, 0, 0, 0, 5, 0)
    query = """query($id: ID!) { order(id: $id) { submittedAt exceptions { code }
        filings { nodes { number status } } } }"""
    found = (await company.viewer.ask(query, {"id": order["id"]}))["order"]
    assert found["submittedAt"] is not None
    assert found["filings"]["nodes"] == [{"number": order["referenceNo"], "status": "QUEUED"}]


@pytest.mark.parametrize("approved", [False, True])
async def test_a_rejected_order_frees_its_stock(stage: Stage, approved: bool) -> None:
    # ORD-4, ORD-5: rejected, also after approval, until it is picked
    company = await stage.company()
    [one] = await stocked(company, 5)
    order = {"id": (await scenes.order(company, (one, 2), until="SUBMITTED"))["id"]}
    if approved:
        await stage.customs.do("orderApprove", order)
        async with stage.unchanged(company):
            assert await stage.customs.codes("orderApprove", order) == [("ALREADY_DECIDED", "")]
    done = await stage.customs.do(
        "orderReject", {**order, "reason": "资料不全"}, "status rejectionReason submittedAt reviewedAt"
    )
    assert done == {
        "status": "DRAFT",
        "rejectionReason": "资料不全",
        "submittedAt": None,
        "reviewedAt": None,
    }
    assert await scenes.balance(company, one) == (0, 0, 5, 0, 0, 0)
    done = await company.operator.do("orderConfirm", order, "status rejectionReason")
    assert done == {"status": "CONFIRMED", "rejectionReason": None}


async def test_review_then_pick_then_ship(stage: Stage) -> None:
    # ORD-4
    company, customs, warehouse = await stage.company(), stage.customs, stage.warehouse
    [one] = await stocked(company, 5)
    order = {"id": (await scenes.order(company, (one, 2), until="SUBMITTED"))["id"]}
    ship = {**order, **SHIPPING}
    async with stage.unchanged(company):
        assert await warehouse.codes("orderPick", order) == [("NOT_REVIEWED", "")]
        assert await warehouse.codes("orderShip", ship) == [("NOT_PICKED", "")]
    await customs.do("orderApprove", order)
    async with stage.unchanged(company):
        assert await warehouse.codes("orderShip", ship) == [("NOT_PICKED", "")]
    await warehouse.do("orderPick", order)
    async with stage.unchanged(company):
        assert await warehouse.codes("orderPick", order) == [("ALREADY_PICKED", "")]
        told = await customs.codes("orderReject", {**order, "reason": "迟了"})
        assert told == [("ALREADY_PICKED", "")]
        for change, told in (
            ({"parcels": []}, [("EMPTY", "parcels")]),
            ({"carrier": " "}, [("TEXT_LENGTH", "carrier")]),
            ({"trackingNo": ""}, [("TEXT_LENGTH", "trackingNo")]),
            ({"parcels": [{"weightKg": "0"}]}, [("NUMBER_RANGE", "parcels.0.weightKg")]),
            ({"parcels": [{"weightKg": "1.0001"}]}, [("NUMBER_PLACES", "parcels.0.weightKg")]),
            ({"parcels": [{"weightKg": "9999999.999"}] * 2}, [("NUMBER_RANGE", "parcels")]),
            ({"newLabelNo": "N"}, [("LABEL_UNWANTED", "newLabelNo")]),
        ):
            assert await warehouse.codes("orderShip", {**ship, **change}) == told
    boxes = [{"weightKg": "1.5", "lengthCm": "10.5"}, {"weightKg": "2.125"}]
    done = await warehouse.do(
        "orderShip",
        {**ship, "parcels": boxes},
        "status carrier trackingNo shippedWeightKg shippedAt parcels { position weightKg lengthCm }",
    )
    assert (done["status"], done["carrier"], done["trackingNo"]) == ("SHIPPED", "DHL", "JD-1")
    assert done["shippedWeightKg"] == "3.625"
    assert [(p["position"], p["weightKg"], p["lengthCm"]) for p in done["parcels"]] == [
        (1, "1.5", "10.5"),
        (2, "2.125", None),
    ]
    assert await scenes.balance(company, one) == (0, 0, 3, 0, 0, 2)
