"""Orders that lack something: EXCEPTION, its reasons, and how it is tried again (ORD-5)."""

from __future__ import annotations

from typing import Any

from tests import scenes
from tests.stage import Company, Stage


async def with_stock(company: Company, *quantities: int) -> list[dict[str, Any]]:
    """Filed products with so many pieces of each on the shelf."""
    products = [await scenes.filed(company) for _ in quantities]
    wanted = [(p["id"], q) for p, q in zip(products, quantities, strict=True) if q]
    if wanted:
        await scenes.stocked(company, *wanted)
    return products


def lack(product: dict[str, Any], requested: int, available: int) -> dict[str, Any]:
    return {"code": "STOCK", "sku": product["sku"], "requested": requested, "available": available}


async def actions(company: Company, id_: str) -> list[tuple[str, str, str | None]]:
    """(action, state after, kind of actor) of an order's log, oldest first."""
    query = """query($id: ID!) { order(id: $id) { log(first: 50) { nodes {
        action stateAfter actor { kind } } } } }"""
    nodes = (await company.viewer.ask(query, {"id": id_}))["order"]["log"]["nodes"]
    return [(n["action"], n["stateAfter"], n["actor"]["kind"]) for n in reversed(nodes)]


async def test_what_falls_short_is_an_exception_and_no_error(stage: Stage) -> None:
    # ORD-5: all of it or none; it commits, errors is empty, exceptions carry the reasons
    company = await stage.company()
    one, two, three = await with_stock(company, 5, 0, 2)
    made = await scenes.order(company, (one["id"], 3), (two["id"], 1), (three["id"], 2), (three["id"], 2))
    payload = await company.operator.act(
        "orderSubmit", {"id": made["id"]}, "status exceptions { code sku requested available message }"
    )
    assert payload["errors"] == []
    assert payload["order"]["status"] == "EXCEPTION"
    found = [{k: v for k, v in e.items() if k != "message"} for e in payload["order"]["exceptions"]]
    assert found == [lack(two, 1, 0), lack(three, 4, 2)]
    assert payload["order"]["exceptions"][0]["message"] == f"{two['sku']} is short: 1 wanted, 0 sellable."
    assert await scenes.balance(company, one["id"]) == (0, 0, 5, 0, 0, 0)
    assert await scenes.balance(company, three["id"]) == (0, 0, 2, 0, 0, 0)
    filings = await stage.admin.fetchval(
        "select count(*) from customs_filings where order_id is not null and merchant_id = $1", company.id
    )
    assert filings == 0  # nothing went to customs


async def test_stock_elsewhere_does_not_count(stage: Stage) -> None:
    company = await stage.company()
    [one] = await with_stock(company, 5)
    made = await scenes.order(company, (one["id"], 3), until="SUBMITTED", warehouseCode="HZ01")
    assert (made["status"], made["exceptions"]) == ("EXCEPTION", [lack(one, 3, 0)])
    assert await scenes.balance(company, one["id"]) == (0, 0, 5, 0, 0, 0)


async def test_goods_that_are_not_on_a_shelf_do_not_count(stage: Stage) -> None:
    # INV-1: on the way, pending and damaged pieces are not sellable
    company, warehouse = await stage.company(), stage.warehouse
    [one] = await with_stock(company, 0)
    asn = await scenes.asn(company, (one["id"], 9), until="RECEIVING")
    counted = [{"lineId": asn["lines"]["nodes"][0]["id"], "goodQty": 3, "damagedQty": 3}]
    await warehouse.do("asnBookBatch", {"id": asn["id"], "lines": counted})
    assert await scenes.balance(company, one["id"]) == (3, 3, 0, 3, 0, 0)
    made = await scenes.order(company, (one["id"], 1), until="SUBMITTED")
    assert (made["status"], made["exceptions"]) == ("EXCEPTION", [lack(one, 1, 0)])


async def test_back_to_draft_nothing_was_held(stage: Stage) -> None:
    # states: EXCEPTION, to_draft: nothing held
    company = await stage.company()
    [one] = await with_stock(company, 2)
    made = await scenes.order(company, (one["id"], 3), until="SUBMITTED")
    done = await company.operator.do(
        "orderToDraft", {"id": made["id"]}, "status exceptions { code } confirmedAt"
    )
    assert done == {"status": "DRAFT", "exceptions": [], "confirmedAt": None}
    assert await scenes.balance(company, one["id"]) == (0, 0, 2, 0, 0, 0)


async def test_put_away_lets_the_waiting_try_again_oldest_first(stage: Stage) -> None:
    # ORD-5: submitted again by itself, oldest first; one that still lacks something is passed over
    company = await stage.company()
    [one] = await with_stock(company, 0)
    wants = [3, 8, 4, 1]
    orders = [await scenes.order(company, (one["id"], qty), until="SUBMITTED") for qty in wants]
    assert [o["status"] for o in orders] == ["EXCEPTION"] * 4
    await stage.deliver_all(company)
    assert [(await scenes.read_order(company, o["id"]))["status"] for o in orders] == ["EXCEPTION"] * 4
    await scenes.stocked(company, (one["id"], 7))
    await stage.deliver_all(company)
    found = [await scenes.read_order(company, o["id"]) for o in orders]
    assert [o["status"] for o in found] == ["SUBMITTED", "EXCEPTION", "SUBMITTED", "EXCEPTION"]
    assert [o["exceptions"] for o in found] == [[], [lack(one, 8, 4)], [], [lack(one, 1, 0)]]
    assert await scenes.balance(company, one["id"]) == (0, 0, 0, 0, 7, 0)
    assert await actions(company, orders[0]["id"]) == [
        ("order:create", "DRAFT", "USER"),
        ("order:confirm", "CONFIRMED", "USER"),
        ("order:submit", "EXCEPTION", "USER"),
        ("order:submit", "SUBMITTED", "SYSTEM"),
        ("order:approve", "SUBMITTED", "SYSTEM"),
    ]


async def test_the_system_logs_only_a_change_of_the_reasons(stage: Stage) -> None:
    # states: S logs only a change
    company = await stage.company()
    [one, other] = await with_stock(company, 0, 0)
    made = await scenes.order(company, (one["id"], 5), (other["id"], 1), until="SUBMITTED")
    entered = len(await actions(company, made["id"]))
    await stage.deliver_all(company)  # the retry that every EXCEPTION asks for: nothing is new
    assert len(await actions(company, made["id"])) == entered
    await scenes.stocked(company, (one["id"], 2))
    await stage.deliver_all(company)
    found = await scenes.read_order(company, made["id"])
    assert found["exceptions"] == sorted([lack(one, 5, 2), lack(other, 1, 0)], key=lambda e: e["sku"])
    assert (await actions(company, made["id"]))[entered:] == [("order:submit", "EXCEPTION", "SYSTEM")]


async def test_a_rejected_order_leaves_its_stock_to_the_waiting(stage: Stage) -> None:
    # states: SUBMITTED, reject: RESERVED→SELLABLE; EXCEPTION retry
    company = await stage.company()
    [one] = await with_stock(company, 3)
    first = await scenes.order(company, (one["id"], 3), until="SUBMITTED")
    second = await scenes.order(company, (one["id"], 2), until="SUBMITTED")
    assert second["status"] == "EXCEPTION"
    await stage.customs.do("orderReject", {"id": first["id"], "reason": "资料不全"})
    await stage.deliver_all(company)
    assert (await scenes.read_order(company, second["id"]))["status"] == "SUBMITTED"
    assert await scenes.balance(company, one["id"]) == (0, 0, 1, 0, 2, 0)


async def test_a_product_no_longer_filed_is_a_reason(stage: Stage) -> None:
    # ORD-5: PRODUCT; PRD: EXCEPTION orders get PRODUCT when a product is disabled
    company = await stage.company()
    [one, other] = await with_stock(company, 5, 5)
    combo = await scenes.combo(company, (one["id"], 1), (other["id"], 1))
    waiting = await scenes.order(company, (one["id"], 9), until="SUBMITTED")
    confirmed = await scenes.order(company, (combo["id"], 1))
    await company.operator.do("productDisable", {"id": one["id"]})
    await stage.deliver_all(company)
    gone = {"code": "PRODUCT", "sku": one["sku"], "requested": None, "available": None}
    assert (await scenes.read_order(company, waiting["id"]))["exceptions"] == [gone]
    await company.operator.do("orderSubmit", {"id": confirmed["id"]})
    found = await scenes.read_order(company, confirmed["id"])
    assert (found["status"], found["exceptions"]) == ("EXCEPTION", [gone])  # a part of its combo
    assert await scenes.balance(company, one["id"]) == (0, 0, 5, 0, 0, 0)
    await company.operator.do("productEnable", {"id": one["id"]})
    await stage.deliver_all(company)
    assert (await scenes.read_order(company, confirmed["id"]))["status"] == "SUBMITTED"
    assert (await scenes.read_order(company, waiting["id"]))["exceptions"] == [lack(one, 9, 4)]


async def test_it_can_be_submitted_again_by_hand(stage: Stage) -> None:
    company = await stage.company()
    [one] = await with_stock(company, 0)
    made = await scenes.order(company, (one["id"], 3), until="SUBMITTED")
    await scenes.stocked(company, (one["id"], 3))
    done = await company.operator.do("orderSubmit", {"id": made["id"]}, "status exceptions { code }")
    assert done == {"status": "SUBMITTED", "exceptions": []}
    await stage.deliver_all(company)  # what was asked for meanwhile finds nothing to do
    assert await scenes.balance(company, one["id"]) == (0, 0, 0, 0, 3, 0)
