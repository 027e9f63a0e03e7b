"""Both flows of the manual, end to end, by their shortest way."""

from __future__ import annotations

from tests import scenes
from tests.stage import Stage


async def test_stock_flow(stage: Stage) -> None:
    company = await stage.company()
    product = await scenes.filed(company)
    assert product["status"] == "FILED"
    made = await scenes.stocked(company, (product["id"], 10))
    assert made["status"] == "RECEIVED"
    assert await scenes.balance(company, product["id"]) == (0, 0, 10, 0, 0, 0)
    order = await scenes.order(company, (product["id"], 3), until="SUBMITTED")
    assert order["status"] == "SUBMITTED"
    await stage.customs.do("orderApprove", {"id": order["id"]})
    await stage.warehouse.do("orderPick", {"id": order["id"]})
    await stage.warehouse.do(
        "orderShip",
        {"id": order["id"], "carrier": "DHL", "trackingNo": "JD01", "parcels": [{"weightKg": "29.5"}]},
    )
    assert await scenes.balance(company, product["id"]) == (0, 0, 7, 0, 0, 3)
    await stage.warehouse.do(
        "orderTrack", {"id": order["id"], "at": "2026-11-23T08:00:00Z", "status": "DELIVERED"}
    )
    assert (await scenes.read_order(company, order["id"]))["status"] == "SIGNED"


async def test_consolidation_flow(stage: Stage) -> None:
    company = await stage.company()
    first, second = await scenes.filed(company), await scenes.filed(company, salesPrice="44.5")
    combo = await scenes.combo(company, (first["id"], 1), (second["id"], 2))
    assert combo["status"] == "FILED"
    one = await scenes.order(company, (first["id"], 2), mode="CONSOLIDATION")
    two = await scenes.order(company, (combo["id"], 3), mode="CONSOLIDATION", relabel=True)
    made = await scenes.asn(company, until="RECEIVING", order_ids=[one["id"], two["id"]])
    assert made["status"] == "RECEIVING"
    assert {line["product"]["id"]: line["qty"] for line in made["lines"]["nodes"]} == {
        first["id"]: 5,
        second["id"]: 6,
    }
    assert await scenes.balance(company, first["id"], "CONSOLIDATION") == (5, 0, 0, 0, 0, 0)
    one = await scenes.read_order(company, one["id"])
    assert one["status"] == "SUBMITTED"
    await stage.warehouse.do(
        "asnBookBatch",
        {"id": made["id"], "parcels": [{"inboundTrackingNo": one["inboundTrackingNo"]}]},
    )
    assert (await scenes.read_order(company, one["id"]))["status"] == "PROCESSING"
    assert await scenes.balance(company, first["id"], "CONSOLIDATION") == (3, 0, 0, 0, 2, 0)
    [refusal] = await stage.warehouse.refused("asnComplete", {"id": made["id"]})
    assert refusal["code"] == "COUNT_DIFFERS"
    lines = [
        {"productId": first["id"], "goodQty": 3, "damagedQty": 0},
        {"productId": second["id"], "goodQty": 5, "damagedQty": 0},
    ]
    two_no = two["inboundTrackingNo"]
    await stage.warehouse.do(
        "asnBookBatch", {"id": made["id"], "parcels": [{"inboundTrackingNo": two_no, "lines": lines}]}
    )
    assert (await scenes.read_order(company, two["id"]))["status"] == "SUBMITTED"
    await stage.warehouse.do("asnBookBatch", {"id": made["id"], "parcels": [{"inboundTrackingNo": two_no}]})
    assert (await scenes.read_order(company, two["id"]))["status"] == "PROCESSING"
    await stage.warehouse.do("asnComplete", {"id": made["id"]})
    shipping = {"carrier": "DHL", "trackingNo": "JD2", "parcels": [{"weightKg": "3"}]}
    [refusal] = await stage.warehouse.refused("orderShip", {"id": two["id"], **shipping})
    assert refusal["code"] == "NOT_RELEASED"
    await stage.customs.do("asnReleaseOrders", {"id": made["id"]})
    [refusal] = await stage.warehouse.refused("orderShip", {"id": two["id"], **shipping})
    assert refusal["code"] == "LABEL_MISSING"
    await stage.warehouse.do("orderShip", {"id": two["id"], **shipping, "newLabelNo": "NEW1"})
    assert await scenes.balance(company, second["id"], "CONSOLIDATION") == (0, 0, 0, 0, 0, 6)
