"""Consolidation ASNs while their content is put together, and their orders with them (ASN-1, ASN-3, ASN-5, ORD-8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests import scenes
from tests.stage import Company, Stage

LINES = "version lines { nodes { position qty amount product { sku } } } orders { nodes { id } }"


async def parcel(company: Company, *lines: tuple[str, int], **changes: Any) -> dict[str, Any]:
    """A confirmed consolidation order."""
    return await scenes.order(company, *lines, mode="CONSOLIDATION", **changes)


async def statuses(company: Company, *orders: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Each order's state, and the ASN that it is in."""
    found = [await scenes.read_order(company, order["id"]) for order in orders]
    return [(order["status"], order["asn"] and order["asn"]["id"]) for order in found]


async def selectable(company: Company) -> set[str]:
    query = "{ orders(filter: {selectableForAsn: true}, first: 50) { nodes { id } } }"
    return {node["id"] for node in (await company.viewer.ask(query))["orders"]["nodes"]}


async def test_lines_are_the_sum_of_the_orders(stage: Stage) -> None:
    # ASN-1, ASN-3: one line per product; a combo's amount is split by sales prices, the last takes the rest
    company = await stage.company()
    one = await scenes.filed(company, salesPrice="55.5")
    two = await scenes.filed(company, salesPrice="44.5")
    combo = await scenes.combo(company, (one["id"], 1), (two["id"], 2))
    line = {"productId": combo["id"], "qty": 3, "unitPrice": "33.3333"}
    first = await parcel(company, (one["id"], 2))
    second = await parcel(
        company, (one["id"], 1), lines=[line, {"productId": one["id"], "qty": 1, "unitPrice": "10"}]
    )
    made = await company.operator.do(
        "asnCreate", scenes.asn_input("CONSOLIDATION", orderIds=[first["id"]]), f"id {LINES}"
    )
    assert [(n["product"]["sku"], n["qty"], n["amount"]) for n in made["lines"]["nodes"]] == [
        (one["sku"], 2, "111")
    ]
    given = {"id": made["id"], "version": 1, "orderIds": [second["id"]]}
    done = await company.operator.do("asnAddOrders", given, LINES)
    # 3 × 33.3333 = 100.00 of the combo: 55.5 to 89 of it are 38.41 and 61.59
    assert {n["product"]["sku"]: (n["qty"], n["amount"]) for n in done["lines"]["nodes"]} == {
        one["sku"]: (2 + 3 + 1, "159.41"),
        two["sku"]: (6, "61.59"),
    }
    assert {n["id"] for n in done["orders"]["nodes"]} == {first["id"], second["id"]}
    gone = {"id": made["id"], "version": 2, "orderIds": [first["id"]]}
    done = await company.operator.do("asnRemoveOrders", gone, LINES)
    assert {n["product"]["sku"]: (n["qty"], n["amount"]) for n in done["lines"]["nodes"]} == {
        one["sku"]: (4, "48.41"),
        two["sku"]: (6, "61.59"),
    }
    assert await statuses(company, first, second) == [("CONFIRMED", None), ("CONFIRMED", made["id"])]


async def test_which_orders_can_be_added(stage: Stage) -> None:
    # ASN-5, ORD-8: CONFIRMED consolidation orders of the same merchant, warehouse and currency, in no live ASN
    company, other = await stage.company(), await stage.company()
    product = ((await scenes.filed(company))["id"], 1)
    good = await parcel(company, product)
    elsewhere = await parcel(company, product, warehouseCode="HZ01")
    euros = await parcel(company, product, currencyCode="EUR")
    draft = await scenes.order(company, product, mode="CONSOLIDATION", until="DRAFT")
    stock = await scenes.order(company, product)
    taken = await parcel(company, product)
    holder = await scenes.asn(company, order_ids=[taken["id"]])
    foreign = await parcel(other, ((await scenes.filed(other))["id"], 1))
    made = await scenes.asn(company, order_ids=[])
    assert await selectable(company) == {good["id"], elsewhere["id"], euros["id"]}
    add = {"id": made["id"], "version": 1}
    async with stage.unchanged(company, other):
        for order, told in (
            (elsewhere, "ORDER_NOT_SELECTABLE"),
            (euros, "ORDER_NOT_SELECTABLE"),
            (draft, "ORDER_NOT_SELECTABLE"),
            (stock, "ORDER_NOT_SELECTABLE"),
            (taken, "ORDER_NOT_SELECTABLE"),
            (foreign, "NOT_FOUND"),
            (made, "NOT_FOUND"),
        ):
            given = {**add, "orderIds": [good["id"], order["id"]]}
            assert await company.operator.codes("asnAddOrders", given) == [(told, "orderIds.1")]
            given = scenes.asn_input("CONSOLIDATION", orderIds=given["orderIds"])
            assert await company.operator.codes("asnCreate", given) == [(told, "orderIds.1")]
        told = await company.operator.codes("asnAddOrders", {**add, "orderIds": [good["id"]] * 2})
        assert told == [("TWICE", "orderIds.1")]
        for mutation in ("asnAddOrders", "asnRemoveOrders"):
            assert await company.operator.codes(mutation, {**add, "orderIds": []}) == [("EMPTY", "orderIds")]
        told = await company.operator.codes("asnRemoveOrders", {**add, "orderIds": [taken["id"]]})
        assert told == [("NOT_FOUND", "orderIds.0")]
    await company.operator.do("asnAddOrders", {**add, "orderIds": [good["id"]]})
    async with stage.unchanged(company):
        again = {"id": made["id"], "version": 2, "orderIds": [good["id"]]}
        assert await company.operator.codes("asnAddOrders", again) == [("ORDER_NOT_SELECTABLE", "orderIds.0")]
    await company.operator.do("asnDelete", {"id": holder["id"]})
    await company.operator.do("asnAddOrders", {**again, "orderIds": [taken["id"]]})


async def test_an_order_in_a_live_asn_cannot_go_back(stage: Stage) -> None:
    # ORD-8
    company = await stage.company()
    order = await parcel(company, ((await scenes.filed(company))["id"], 1))
    made = await scenes.asn(company, order_ids=[order["id"]])
    async with stage.unchanged(company):
        [error] = await company.operator.refused("orderToDraft", {"id": order["id"]})
        assert (error["code"], error["message"]) == ("IN_ASN", f"The order is in ASN {made['receivingNo']}.")
        told = await company.operator.codes("orderDelete", {"id": order["id"]})
        assert told == [("ILLEGAL_TRANSITION", "")]
        told = await company.operator.codes("orderSubmit", {"id": order["id"]})
        assert told == [("SUBMITTED_BY_ASN", "")]  # ORD-4
    query = """query($id: ID!) { order(id: $id) { availableActions { action availability code } } }"""
    found = (await company.operator.ask(query, {"id": order["id"]}))["order"]["availableActions"]
    codes = {a["action"]: a["code"] for a in found}
    assert (codes["TO_DRAFT"], codes["SUBMIT"]) == ("IN_ASN", "SUBMITTED_BY_ASN")
    await company.operator.do("asnRemoveOrders", {"id": made["id"], "version": 1, "orderIds": [order["id"]]})
    await company.operator.do("orderToDraft", {"id": order["id"]})


async def test_the_warehouse_of_linked_orders_stays(stage: Stage) -> None:
    # ASN-5: its orders share warehouse and currency
    company = await stage.company()
    order = await parcel(company, ((await scenes.filed(company))["id"], 1))
    given = scenes.asn_input("CONSOLIDATION", orderIds=[order["id"]])
    made = await company.operator.do("asnCreate", given, "id receivingNo")
    change = {"id": made["id"], "version": 1, "warehouseCode": "HZ01"}
    async with stage.unchanged(company):
        assert await company.operator.codes("asnUpdate", change) == [("IN_USE", "warehouseCode")]
    await company.operator.do("asnRemoveOrders", {"id": made["id"], "version": 1, "orderIds": [order["id"]]})
    await company.operator.do("asnUpdate", {**change, "version": 2})


async def test_an_order_that_left_its_asn_can_be_edited_whole(stage: Stage) -> None:
    # states: DRAFT, update; an ended link holds nothing
    company = await stage.company()
    order = await parcel(company, ((await scenes.filed(company))["id"], 1))
    made = await scenes.asn(company, order_ids=[order["id"]])
    await company.operator.do("asnDelete", {"id": made["id"]})
    await company.operator.do("orderToDraft", {"id": order["id"]})
    given = {
        "id": order["id"],
        "version": order["version"] + 1,
        "warehouseCode": "HZ01",
        "currencyCode": "EUR",
    }
    done = await company.operator.do("orderUpdate", given, "warehouse { code } currency { code }")
    assert done == {"warehouse": {"code": "HZ01"}, "currency": {"code": "EUR"}}


async def test_confirming_submits_the_orders(stage: Stage) -> None:
    # ASN-5, ORD-4
    company = await stage.company()
    product = ((await scenes.filed(company))["id"], 2)
    orders = [await parcel(company, product) for _ in range(3)]
    made = await scenes.asn(company, order_ids=[o["id"] for o in orders], until="CONFIRMED")
    assert await statuses(company, *orders) == [("SUBMITTED", made["id"])] * 3
    assert [line["qty"] for line in made["lines"]["nodes"]] == [6]
    query = (
        """query($id: ID!) { order(id: $id) { submittedAt log { nodes { action actor { kind name } } } } }"""
    )
    found = (await company.viewer.ask(query, {"id": orders[0]["id"]}))["order"]
    assert found["submittedAt"] is not None
    assert found["log"]["nodes"][0] == {
        "action": "order:asn_confirm",
        "actor": {"kind": "SYSTEM", "name": "system"},
    }


async def test_confirming_needs_filed_products_or_nothing_happens(stage: Stage) -> None:
    # ASN-5: submits its orders, or is refused
    company = await stage.company()
    one, two = await scenes.filed(company), await scenes.filed(company)
    combo = await scenes.combo(company, (one["id"], 1), (two["id"], 1))
    orders = [await parcel(company, (one["id"], 1)), await parcel(company, (combo["id"], 1))]
    made = await scenes.asn(company, order_ids=[o["id"] for o in orders])
    for disabled in (two, combo):
        await company.operator.do("productDisable", {"id": disabled["id"]})
        async with stage.unchanged(company):
            [error] = await company.operator.refused("asnConfirm", {"id": made["id"]})
            assert (error["code"], error["skus"]) == ("PRODUCT_NOT_FILED", [disabled["sku"]])
        assert await statuses(company, *orders) == [("CONFIRMED", made["id"])] * 2
        await company.operator.do("productEnable", {"id": disabled["id"]})
    empty = await scenes.asn(company, order_ids=[])
    assert await company.operator.codes("asnConfirm", {"id": empty["id"]}) == [("EMPTY", "")]
    await company.operator.do("asnConfirm", {"id": made["id"]})


@pytest.mark.parametrize(
    ("until", "mutation", "more"),
    [
        ("CONFIRMED", "asnTakeBack", {}),
        ("PENDING_REVIEW", "asnReject", {"reason": "资料不全"}),
        ("APPROVED", "asnRevoke", {"reason": "资料不全"}),
    ],
)
async def test_back_to_draft_the_orders_are_confirmed_and_still_linked(
    stage: Stage, until: str, mutation: str, more: dict[str, str]
) -> None:
    # ASN-5
    company = await stage.company()
    product = ((await scenes.filed(company))["id"], 2)
    orders = [await parcel(company, product) for _ in range(2)]
    made = await scenes.asn(company, order_ids=[o["id"] for o in orders], until=until)
    who = company.operator if mutation == "asnTakeBack" else stage.customs
    await who.do(mutation, {"id": made["id"], **more})
    assert await statuses(company, *orders) == [("CONFIRMED", made["id"])] * 2
    assert await selectable(company) == set()
    live = await stage.admin.fetchval(
        "select count(*) from asn_orders where merchant_id = $1 and ended_at is null", company.id
    )
    assert live == 2
    submitted = await stage.admin.fetch("select submitted_at from orders where merchant_id = $1", company.id)
    assert [row["submitted_at"] for row in submitted] == [None, None]
    version = (await scenes.read_asn(company, made["id"]))["version"]
    gone = {"id": made["id"], "version": version, "orderIds": [orders[0]["id"]]}
    await company.operator.do("asnRemoveOrders", gone)
    await company.operator.do("asnConfirm", {"id": made["id"]})
    assert await statuses(company, *orders) == [("CONFIRMED", None), ("SUBMITTED", made["id"])]


async def test_deleting_ends_the_links(stage: Stage) -> None:
    # ASN-5: links end, and stay as rows; orders stay CONFIRMED
    company = await stage.company()
    order = await parcel(company, ((await scenes.filed(company))["id"], 1))
    made = await scenes.asn(company, order_ids=[order["id"]])
    await company.operator.do("asnDelete", {"id": made["id"]})
    assert await statuses(company, order) == [("CONFIRMED", None)]
    assert await selectable(company) == {order["id"]}
    again = await scenes.asn(company, order_ids=[order["id"]])
    rows = await stage.admin.fetch(
        "select ended_at is null as live from asn_orders where merchant_id = $1 order by linked_at",
        company.id,
    )
    assert [row["live"] for row in rows] == [False, True]
    assert await statuses(company, order) == [("CONFIRMED", again["id"])]


async def test_a_line_has_at_most_a_million_pieces(stage: Stage) -> None:
    # spec, "Numbers": also where it is a sum
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    orders = [(await parcel(company, (product, qty)))["id"] for qty in (999_999, 1, 1)]
    made = await scenes.asn(company, order_ids=orders[:2])
    assert made["lines"]["nodes"][0]["qty"] == 1_000_000
    async with stage.unchanged(company):
        given = {"id": made["id"], "version": 1, "orderIds": orders[2:]}
        [error] = await company.operator.refused("asnAddOrders", given)
        assert (error["code"], error["path"], error["most"]) == (
            "NUMBER_RANGE",
            ["input", "orderIds"],
            "1000000",
        )


async def test_an_asn_has_at_most_five_thousand_orders(stage: Stage) -> None:
    # ASN-1
    company = await stage.company()
    product = ((await scenes.filed(company))["id"], 1)
    first, last, over = [await parcel(company, product) for _ in range(3)]
    made = await scenes.asn(company, order_ids=[first["id"]])
    await stage.admin.execute(  # 4,998 more of the first one, linked as it is
        """with copied as (
             insert into orders select (jsonb_populate_record(o, jsonb_build_object('id', uuidv7(),
               'order_no', o.order_no || n, 'reference_no', o.reference_no || '-' || n,
               'inbound_tracking_no', o.inbound_tracking_no || '-' || n))).*
             from orders o, generate_series(1, 4998) n where o.merchant_id = $1 and o.order_no = $2
             returning id)
           insert into asn_orders select (jsonb_populate_record(l, jsonb_build_object('id', uuidv7(), 'order_id', c.id))).*
           from asn_orders l, copied c where l.merchant_id = $1""",
        company.id,
        first["orderNo"],
    )
    await company.operator.do("asnAddOrders", {"id": made["id"], "version": 1, "orderIds": [last["id"]]})
    async with stage.unchanged(company):
        more = {"id": made["id"], "version": 2, "orderIds": [over["id"]]}
        [error] = await company.operator.refused("asnAddOrders", more)
        assert (error["code"], error["path"], error["most"]) == ("TOO_MANY", ["input", "orderIds"], "5000")
