"""The lists of the manual with their conditions, and what one document shows (PRD-6, PRD-8, ASN-6, ASN-7, ORD-7, ORD-9)."""

from __future__ import annotations

from typing import Any

from tests import scenes
from tests.stage import Company, Stage


async def listed(company: Company, field: str, conditions: str = "", key: str = "id") -> set[str]:
    """What a list holds under a filter; its total agrees."""
    given = f"(filter: {{{conditions}}}, first: 100)" if conditions else "(first: 100)"
    page = (await company.viewer.ask(f"{{ {field}{given} {{ totalCount nodes {{ {key} }} }} }}"))[field]
    found = {node[key] for node in page["nodes"]}
    assert len(found) == page["totalCount"] == len(page["nodes"])
    return found


async def counts(company: Company, field: str, conditions: str = "") -> dict[str, int]:
    given = f"(filter: {{{conditions}}})" if conditions else ""
    rows = (await company.viewer.ask(f"{{ {field}{given} {{ status count }} }}"))[field]
    return {row["status"]: row["count"] for row in rows if row["count"]}


async def test_products(stage: Stage) -> None:
    # PRD-6
    company, other = await stage.company(), await stage.company()
    await scenes.filed(other, sku="OVEN-1")
    oven = await scenes.filed(company, sku="OVEN-1", nameZh="台式微波炉", categoryCode="HOME-APPL-MW")
    hood = await scenes.draft(
        company, sku="HOOD-1", nameZh="抽油烟机", nameEn="Range hood", categoryCode="HOME-APPL-HOOD"
    )
    gone = await scenes.draft(company, sku="HOOD-2", nameZh="旧款", categoryCode="HOME-APPL-HOOD")
    await company.operator.do("productDelete", {"id": gone["id"]})
    combo = await scenes.combo(company, (oven["id"], 1), (hood["id"], 1), file=False)
    one, two, three, four = (p["id"] for p in (oven, hood, gone, combo))
    query = "query($a: ID!) { product(id: $a) { createdAt } }"
    second = (await company.viewer.ask(query, {"a": two}))["product"]["createdAt"]
    for conditions, found in (
        ("", {one, two, three, four}),
        ('sku: "HOOD"', {two, three}),
        ('skuIn: ["OVEN-1", "HOOD-2", "X"]', {one, three}),
        ('name: "微波"', {one}),
        ('name: "range HOOD"', {two}),
        ('name: "ｒａｎｇｅ"', {two}),  # width does not matter
        ('name: "烟"', {two}),
        ('name: "没有"', set()),
        ('categoryCode: "HOME-APPL"', {one, two, three}),  # with its subcategories
        ('categoryCode: "HOME-APPL-HOOD"', {two, three}),
        ("status: [DRAFT, FILED]", {one, two, four}),
        ("kind: COMBO", {four}),
        (f'createdFrom: "{second}"', {two, three, four}),  # half open
        (f'createdTo: "{second}"', {one}),
        ('categoryCode: "HOME-APPL-HOOD", status: [DRAFT], name: "油烟"', {two}),
    ):
        assert await listed(company, "products", conditions) == found, conditions
    assert await counts(company, "productCounts") == {"FILED": 1, "DRAFT": 2, "DELETED": 1}
    assert await counts(company, "productCounts", 'sku: "HOOD"') == {"DRAFT": 1, "DELETED": 1}
    for sort, skus in (("SKU", sorted), ("OLDEST", list), ("NEWEST", lambda s: s[::-1])):
        page = await company.viewer.ask(f"{{ products(sort: {sort}) {{ nodes {{ sku }} }} }}")
        made = [p["sku"] for p in (oven, hood, gone, combo)]
        assert [n["sku"] for n in page["products"]["nodes"]] == skus(made), sort


async def test_asns(stage: Stage) -> None:
    # ASN-6
    company = await stage.company()
    product = ((await scenes.filed(company))["id"], 1)
    order = await scenes.order(company, product, mode="CONSOLIDATION")
    stock = await scenes.asn(company, product, until="CONFIRMED")
    parcels = await scenes.asn(company, order_ids=[order["id"]])
    given = scenes.asn_input("STOCK", type="RETURN", warehouseCode="HZ01", referenceNo="RMA-1")
    back = await company.operator.do("asnCreate", given, "id receivingNo")
    one, two, three = stock["id"], parcels["id"], back["id"]
    for conditions, found in (
        ("mode: STOCK", {one, three}),
        ("mode: CONSOLIDATION", {two}),
        ("status: [CONFIRMED]", {one}),
        ("type: RETURN", {three}),
        ('warehouseCode: "HZ01"', {three}),
        ('referenceNo: "RMA"', {three}),
        (f'referenceNoIn: ["{stock["referenceNo"]}", "RMA-1"]', {one, three}),
        (f'receivingNo: "{back["receivingNo"]}"', {three}),
        ('createdTo: "2020-01-01T00:00:00Z"', set()),
    ):
        assert await listed(company, "asns", conditions) == found, conditions
    assert await counts(company, "asnCounts") == {"CONFIRMED": 1, "DRAFT": 2}
    assert await counts(company, "asnCounts", "mode: CONSOLIDATION") == {"DRAFT": 1}


async def test_orders(stage: Stage) -> None:
    # ORD-7, ORD-8
    company = await stage.company()
    product = ((await scenes.filed(company))["id"], 1)
    stock = await scenes.order(company, product)
    parcel = await scenes.order(company, product, mode="CONSOLIDATION")
    linked = await scenes.order(company, product, mode="CONSOLIDATION")
    await scenes.asn(company, order_ids=[linked["id"]])
    sea = await scenes.order(
        company,
        product,
        until="DRAFT",
        transportMethodCode="SEA",
        recipientCountryCode="FR",
        warehouseCode="HZ01",
        type="TRANSFER",
    )
    one, two, three, four = (o["id"] for o in (stock, parcel, linked, sea))
    for conditions, found in (
        ("mode: STOCK", {one, four}),
        ("mode: CONSOLIDATION", {two, three}),
        ("status: [DRAFT]", {four}),
        ("type: TRANSFER", {four}),
        ('transportMethodCode: "SEA"', {four}),
        ('recipientCountryCode: "FR"', {four}),
        ('warehouseCode: "NB01"', {one, two, three}),
        (f'orderNo: "{stock["orderNo"]}"', {one}),
        (f'referenceNo: "{parcel["referenceNo"]}"', {two}),
        (f'referenceNoIn: ["{parcel["referenceNo"]}", "X"]', {two}),
        ("selectableForAsn: true", {two}),
        ("selectableForAsn: false", {one, three, four}),
        ('selectableForAsn: true, warehouseCode: "HZ01"', set()),
    ):
        assert await listed(company, "orders", conditions) == found, conditions
    assert await counts(company, "orderCounts") == {"CONFIRMED": 3, "DRAFT": 1}


async def test_one_query_shows_a_product_with_all_around_it(stage: Stage) -> None:
    # PRD-8: inventory per warehouse, orders, ASNs and operation log, each paged, filterable, newest first
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    asn = await scenes.stocked(company, (product, 9))
    first = await scenes.order(company, (product, 1), until="SUBMITTED")
    second = await scenes.order(company, (product, 2), until="SUBMITTED")
    draft = await scenes.order(company, (product, 3), until="DRAFT")
    query = """query($id: ID!) { product(id: $id) {
        inventory { totalCount nodes { warehouse { code } mode sellableQty reservedQty } }
        orders(first: 2) { totalCount nodes { id } pageInfo { hasNextPage } }
        submitted: orders(filter: {status: [SUBMITTED]}) { nodes { id } }
        asns { nodes { id status } }
        log(first: 2) { totalCount nodes { action } } } }"""
    found = (await company.viewer.ask(query, {"id": product}))["product"]
    stock = {"warehouse": {"code": "NB01"}, "mode": "STOCK", "sellableQty": 6, "reservedQty": 3}
    assert found["inventory"] == {"totalCount": 1, "nodes": [stock]}
    assert [n["id"] for n in found["orders"]["nodes"]] == [draft["id"], second["id"]]
    assert found["orders"]["totalCount"] == 3
    assert found["orders"]["pageInfo"]["hasNextPage"] is True
    assert [n["id"] for n in found["submitted"]["nodes"]] == [second["id"], first["id"]]
    assert found["asns"]["nodes"] == [{"id": asn["id"], "status": "RECEIVED"}]
    assert found["log"] == {
        "totalCount": 3,
        "nodes": [{"action": "product:approve"}, {"action": "product:file"}],
    }


async def test_documents_are_found_by_the_numbers_people_use(stage: Stage) -> None:
    company, other = await stage.company(), await stage.company()
    product = await scenes.filed(company)
    asn = await scenes.asn(company, (product["id"], 1))
    order = await scenes.order(company, (product["id"], 1))
    query = """query($sku: String, $receiving: String, $reference: String, $order: String, $mine: String) {
        product(sku: $sku) { id } asn(receivingNo: $receiving) { id } byReference: asn(referenceNo: $reference) { id }
        order(orderNo: $order) { id } mine: order(referenceNo: $mine) { id } }"""
    numbers: dict[str, Any] = {
        "sku": product["sku"],
        "receiving": asn["receivingNo"],
        "reference": asn["referenceNo"],
        "order": order["orderNo"],
        "mine": order["referenceNo"],
    }
    found = await company.viewer.ask(query, numbers)
    ids = [found[n]["id"] for n in ("product", "asn", "byReference", "order", "mine")]
    assert ids == [product["id"], asn["id"], asn["id"], order["id"], order["id"]]
    assert set((await other.viewer.ask(query, numbers)).values()) == {None}
    assert (await stage.support.ask(query, numbers))["order"] == {"id": order["id"]}


async def test_one_query_shows_an_asn_with_all_around_it(stage: Stage) -> None:
    # ASN-7: lines with expected, received, damaged, difference; orders; vehicle; batches with lines; log
    company = await stage.company()
    product = await scenes.filed(company)
    asn = await scenes.asn(company, (product["id"], 5), until="RECEIVING")
    counted = [{"lineId": asn["lines"]["nodes"][0]["id"], "goodQty": 2, "damagedQty": 1, "lot": "L-1"}]
    await stage.warehouse.do("asnBookBatch", {"id": asn["id"], "lines": counted, "note": "早班"})
    query = """query($id: ID!) { asn(id: $id) { vehicle { plate } orders { totalCount }
        lines(first: 1) { totalCount nodes { qty receivedQty goodQty damagedQty differenceQty product { sku } } }
        batches { nodes { batchNo note lines { nodes { goodQty damagedQty lot line { qty } } } } }
        log(first: 1) { totalCount nodes { action stateAfter } } } }"""
    found = (await company.viewer.ask(query, {"id": asn["id"]}))["asn"]
    line = {"qty": 5, "receivedQty": 3, "goodQty": 2, "damagedQty": 1, "differenceQty": -2}
    assert found["lines"] == {"totalCount": 1, "nodes": [{**line, "product": {"sku": product["sku"]}}]}
    assert (found["vehicle"], found["orders"]) == ({"plate": "浙B12345"}, {"totalCount": 0})
    received = {"goodQty": 2, "damagedQty": 1, "lot": "L-1", "line": {"qty": 5}}
    assert found["batches"]["nodes"] == [
        {"batchNo": f"{asn['receivingNo']}-01", "note": "早班", "lines": {"nodes": [received]}}
    ]
    assert found["log"] == {
        "totalCount": 7,
        "nodes": [{"action": "asn:book_batch", "stateAfter": "RECEIVING"}],
    }


async def test_one_query_shows_an_order_with_all_around_it(stage: Stage) -> None:
    # ORD-9: lines with product, operation log, tracking events, ASN, parcels
    company = await stage.company()
    product = await scenes.filed(company)
    made = await scenes.order(company, (product["id"], 1), mode="CONSOLIDATION")
    asn = await scenes.asn(company, order_ids=[made["id"]], until="RECEIVING")
    parcels = [{"inboundTrackingNo": made["inboundTrackingNo"]}]
    await stage.warehouse.do("asnBookBatch", {"id": asn["id"], "parcels": parcels})
    await stage.customs.do("orderRelease", {"id": made["id"]})
    shipping = {"carrier": "DHL", "trackingNo": "JD-9", "parcels": [{"weightKg": "1.25"}]}
    await stage.warehouse.do("orderShip", {"id": made["id"], **shipping})
    event = {"at": "2026-11-20T08:00:00Z", "status": "ACCEPTED", "place": "宁波"}
    await stage.warehouse.do("orderTrack", {"id": made["id"], **event})
    query = """query($id: ID!) { order(id: $id) { lines { qty product { sku } } asn { receivingNo status }
        parcels { position weightKg } tracking { nodes { status place } } log(first: 2) { nodes { action } } } }"""
    assert (await company.viewer.ask(query, {"id": made["id"]}))["order"] == {
        "lines": [{"qty": 1, "product": {"sku": product["sku"]}}],
        "asn": {"receivingNo": asn["receivingNo"], "status": "RECEIVING"},
        "parcels": [{"position": 1, "weightKg": "1.25"}],
        "tracking": {"nodes": [{"status": "ACCEPTED", "place": "宁波"}]},
        "log": {"nodes": [{"action": "order:track"}, {"action": "order:ship"}]},
    }
    found = await company.viewer.ask('{ orders(filter: {trackingNo: "JD-9"}) { nodes { id } } }')
    assert found["orders"]["nodes"] == [{"id": made["id"]}]
