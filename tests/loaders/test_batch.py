"""Batch loading: in order, missing as null, one statement for each relation and level however many rows."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from exgo_gql.auth.viewer import Viewer, person
from exgo_gql.domain.actors import Role
from exgo_gql.domain.refusals import Language
from exgo_gql.loaders import ids
from exgo_gql.loaders.batch import Loaders
from exgo_gql.loaders.sources import NOTHING
from exgo_gql.schema.orders import Order
from exgo_gql.schema.products import Product
from tests import scenes
from tests.loaders.conftest import Asked, Rich, statements_of
from tests.stage import Company, Person, Stage


def viewer_of(company: Company) -> Viewer:
    return person(uuid4(), company.id, "Reader", Role.VIEWER)


@pytest.fixture
def loaders(stage: Stage, rich: Rich) -> Loaders:
    return Loaders(stage.app.state.database, viewer_of(rich.company), Language.EN)


def uuids(rows: list[dict[str, Any]], type_name: str) -> list[Any]:
    return [ids.decode_as(type_name, row["id"]) for row in rows]


# -- by id --------------------------------------------------------------------------------------------------


async def test_rows_come_in_the_order_of_their_ids(loaders: Loaders, rich: Rich) -> None:
    wanted = uuids(rich.products, "Product")[::-3]
    rows = await asyncio.gather(*(loaders.row(Product, id_) for id_ in wanted))
    assert [row["id"] for row in rows] == wanted
    assert all(type(row) is Product for row in rows)
    assert loaders.statements == 1


async def test_unknown_and_foreign_rows_are_null(stage: Stage, loaders: Loaders, rich: Rich) -> None:
    foreign = await scenes.draft(await stage.company())
    [own, *_] = uuids(rich.products, "Product")
    wanted = [uuid4(), own, ids.decode_as("Product", foreign["id"]), own, uuid4()]
    rows = await asyncio.gather(*(loaders.row(Product, id_) for id_ in wanted))
    assert [row and row["id"] for row in rows] == [None, own, None, own, None]
    assert loaders.statements == 1


async def test_staff_read_the_rows_of_all(stage: Stage, rich: Rich) -> None:
    foreign = await scenes.draft(await stage.company())
    mixed = [rich.products[0]["id"], foreign["id"], ids.encode("Product", uuid4())]
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    found = await stage.support.ask(query, {"ids": mixed})
    assert found["nodes"] == [{"id": mixed[0]}, {"id": mixed[1]}, None]


async def test_nodes_of_many_types_take_one_statement_each(asked: Asked, rich: Rich) -> None:
    mixed = [thing[i]["id"] for i in (2, 0, 1) for thing in (rich.products, rich.orders, rich.asns)]
    data, count = await asked(
        rich.company.viewer,
        "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }",
        {"ids": [*mixed, mixed[0], "bm9uZQ==", ids.encode("Unit", uuid4())]},
    )
    assert [node and node["id"] for node in data["nodes"]] == [*mixed, mixed[0], None, None]
    assert [node["__typename"] for node in data["nodes"][:3]] == ["Product", "Order", "Asn"]
    assert count == 3


async def test_a_row_is_read_once_however_often_it_is_asked_for(loaders: Loaders, rich: Rich) -> None:
    [id_, *_] = uuids(rich.products, "Product")
    rows = [await loaders.row(Product, id_) for _ in range(5)]
    assert all(row is rows[0] for row in rows)
    assert loaders.statements == 1


# -- relations ----------------------------------------------------------------------------------------------


async def test_the_rows_of_many_owners_are_told_apart(loaders: Loaders, rich: Rich) -> None:
    relation = Order.declared["lines"].source
    orders = await asyncio.gather(*(loaders.row(Order, id_) for id_ in uuids(rich.orders, "Order")))
    lines = await asyncio.gather(*(loaders.load(relation, order, NOTHING) for order in orders))  # type: ignore[arg-type]
    for order, of_order in zip(rich.orders, lines, strict=True):
        assert [line["position"] for line in of_order] == list(range(1, len(order["lines"]) + 1))
        given = [line["product"]["id"] for line in order["lines"]]
        assert [ids.encode("Product", line["product_id"]) for line in of_order] == given
    assert loaders.statements == 2


async def test_an_owner_without_rows_has_an_empty_list(rich: Rich, asked: Asked) -> None:
    query = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on Order {
        parcels { weightKg } tracking { totalCount nodes { status } } asn { id } } } }"""
    wanted = [rich.orders[i]["id"] for i in (0, 5, 19)]
    data, count = await asked(rich.company.viewer, query, {"ids": wanted})
    shipped, waiting, parcel = data["nodes"]
    assert [box["weightKg"] for box in shipped["parcels"]] == ["1.5", "2"]
    assert [event["status"] for event in shipped["tracking"]["nodes"]] == ["ACCEPTED", "CUSTOMS"][::-1]
    nothing = {"parcels": [], "tracking": {"totalCount": 0, "nodes": []}}
    assert waiting == nothing | {"asn": None}
    assert parcel == nothing | {"asn": {"id": rich.parcels["id"]}}
    assert count == 5


async def test_a_null_key_asks_nothing(asked: Asked, rich: Rich) -> None:
    query = "query($id: ID!) { product(id: $id) { sku } }"
    _, without = await asked(rich.company.viewer, query, {"id": rich.products[0]["id"]})
    combo = await scenes.combo(
        rich.company, (rich.products[0]["id"], 1), (rich.products[1]["id"], 1), file=False
    )
    nulls = query.replace("sku", "unit { code } hsCode { code } countryOfOrigin { code }")
    data, count = await asked(rich.company.viewer, nulls, {"id": combo["id"]})
    assert data["product"] == {"unit": None, "hsCode": None, "countryOfOrigin": None}
    assert count == without == 1
    await rich.company.operator.do("productDelete", {"id": combo["id"]})


async def test_arguments_of_their_own_are_statements_of_their_own(asked: Asked, rich: Rich) -> None:
    query = """query($id: ID!) { product(id: $id) {
        one: orders(first: 1) { nodes { id } } two: orders(first: 2) { nodes { id } }
        same: orders(first: 2) { nodes { id } }
        drafts: orders(filter: {status: [DRAFT]}) { totalCount nodes { id } } } }"""
    data, count = await asked(rich.company.viewer, query, {"id": rich.products[0]["id"]})
    page = data["product"]
    assert page["two"] == page["same"]
    assert page["two"]["nodes"][:1] == page["one"]["nodes"]
    assert page["drafts"] == {"totalCount": 0, "nodes": []}
    assert count == 1 + 3 + 1


# -- levels -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 2, 20])
async def test_actions_ask_for_their_facts_once_a_level(asked: Asked, rich: Rich, rows: int) -> None:
    # API-1: products know all from the row, ASNs and orders ask two facts and one
    for root, statements in (("products", 1), ("asns", 2), ("orders", 2)):
        query = (
            f"{{ {root}(first: {rows}) {{ nodes {{ availableActions {{ action availability code }} }} }} }}"
        )
        data, count = await asked(rich.company.operator, query)
        assert len(data[root]["nodes"]) == rows
        assert all(len(node["availableActions"]) > 5 for node in data[root]["nodes"])
        assert count == statements, root


ACTIONS = """query($ids: [ID!]!) { nodes(ids: $ids) {
    ... on Asn { availableActions { action availability code message } }
    ... on Order { availableActions { action availability code message } } } }"""


async def states(who: Person, action: str, *wanted: str) -> list[tuple[str, str | None, str | None]]:
    """Whether an action is open on each of several documents, and why not."""
    nodes = (await who.ask(ACTIONS, {"ids": list(wanted)}))["nodes"]
    told = [next(a for a in node["availableActions"] if a["action"] == action) for node in nodes]
    return [(a["availability"], a["code"], a["message"]) for a in told]


async def test_facts_are_of_their_own_row(stage: Stage) -> None:
    """API-1: what stands in other tables is told of each document by itself, all of one level at once."""
    company, neighbour = await stage.company(), await stage.company()
    product, other = await scenes.filed(company), await scenes.filed(company)
    foreign = await scenes.filed(neighbour)
    theirs = await scenes.order(neighbour, (foreign["id"], 1), mode="CONSOLIDATION")
    await scenes.asn(neighbour, order_ids=[theirs["id"]])
    one, two, free = [await scenes.order(company, (product["id"], 1), mode="CONSOLIDATION") for _ in range(3)]
    first, second = [await scenes.asn(company, order_ids=[order["id"]]) for order in (one, two)]
    held = ["BLOCKED", "IN_ASN"]
    assert await states(company.operator, "TO_DRAFT", one["id"], free["id"], two["id"]) == [
        (*held, f"The order is in ASN {first['receivingNo']}."),
        ("ALLOWED", None, None),
        (*held, f"The order is in ASN {second['receivingNo']}."),
    ]
    empty = await scenes.asn(company)
    assert await states(company.operator, "CONFIRM", empty["id"], first["id"], empty["id"]) == [
        ("BLOCKED", "EMPTY", "At least one line is needed."),
        ("MAYBE", None, None),
        ("BLOCKED", "EMPTY", "At least one line is needed."),
    ]
    lines = (product["id"], 1), (other["id"], 1)
    short, none = [await scenes.asn(company, *lines, until="RECEIVING") for _ in range(2)]
    counted = [{"lineId": short["lines"]["nodes"][0]["id"], "goodQty": 1, "damagedQty": 0}]
    await stage.warehouse.do("asnBookBatch", {"id": short["id"], "lines": counted})
    whole = await scenes.stocked(company, (product["id"], 1))
    both = ", ".join(sorted([product["sku"], other["sku"]]))
    differs = "What came differs from what was announced: {}.".format
    assert await states(stage.warehouse, "COMPLETE", short["id"], none["id"]) == [
        ("BLOCKED", "COUNT_DIFFERS", differs(other["sku"])),
        ("BLOCKED", "COUNT_DIFFERS", differs(both)),
    ]
    [(_, code, _)] = await states(stage.warehouse, "COMPLETE", whole["id"])
    assert code == "ILLEGAL_TRANSITION"
    last = {**counted[0], "lineId": short["lines"]["nodes"][1]["id"]}
    await stage.warehouse.do("asnBookBatch", {"id": short["id"], "lines": [last]})
    assert (await states(stage.warehouse, "COMPLETE", short["id"])) == [("ALLOWED", None, None)]


@pytest.mark.parametrize("rows", [1, 20])
async def test_totals_are_counted_once_a_level_and_only_when_asked(
    asked: Asked, rich: Rich, rows: int
) -> None:
    for total, statements in (("", 2), ("totalCount", 3)):
        query = (
            f"{{ orders(first: {rows}) {{ nodes {{ log(first: 1) {{ {total} nodes {{ action }} }} }} }} }}"
        )
        data, count = await asked(rich.company.viewer, query)
        assert len(data["orders"]["nodes"]) == rows
        assert count == statements
    assert all(node["log"]["totalCount"] >= 3 for node in data["orders"]["nodes"])


PRODUCT_PAGE = """sku status merchant { companyName } category { code } unit { code } currency { code }
    hsCode { code firstUnit { code } elements { name } } elements { value element { name } }
    availableActions { action availability code message } warnings { code }
    inventory(first: 5) { totalCount nodes { mode sellableQty reservedQty warehouse { code } } }
    orders(first: 5) { totalCount nodes { orderNo status availableActions { action } } }
    asns(first: 5) { totalCount nodes { receivingNo status availableActions { action } } }
    log(first: 5) { totalCount nodes { action at actor { name role } changes { field old new } } }"""

ASN_PAGE = """receivingNo status warehouse { code } currency { code } vehicle { plate warehouse { code } }
    availableActions { action availability code message }
    lines(first: 20) { totalCount nodes { qty goodQty damagedQty differenceQty product { sku } } }
    orders(first: 5) { totalCount nodes { orderNo status } }
    batches(first: 5) { nodes { batchNo lines(first: 20) { nodes { goodQty putAwayQty location
        product { sku } order { orderNo } putAways { qty location } } } } }
    filings(first: 5) { nodes { status reason } }
    log(first: 5) { totalCount nodes { action at actor { name role } } }"""

ORDER_PAGE = """orderNo status warehouse { code } currency { code } transportMethod { code }
    recipientCountry { code } availableActions { action availability code message }
    exceptions { code sku } asn { receivingNo status }
    lines { position qty amount product { sku nameZh } } parcels { weightKg }
    tracking(first: 5) { nodes { at status place } }
    filings(first: 5) { nodes { status reason } }
    log(first: 5) { totalCount nodes { action at actor { name role } } }"""

PAGES = {
    # PRD-8: the product; merchant, category, unit, currency; HS code, its unit, its elements; elements and what
    # they ask; stock, its total and warehouses; orders, ASNs, each with total and facts; log with total
    "product": (PRODUCT_PAGE, 1 + 4 + 3 + 2 + 3 + 3 + 3 + 2),
    # ASN-7: the ASN and its facts; warehouse, currency; vehicle and where it goes; lines, total, products;
    # orders, total; batches, their lines, with products, orders, put-aways; filings; log with total
    "asn": (ASN_PAGE, 2 + 2 + 2 + 3 + 2 + 5 + 1 + 2),
    # ORD-9: the order and its fact; warehouse, currency, transport, country; ASN; lines and products; parcels;
    # tracking; filings; log with total
    "order": (ORDER_PAGE, 2 + 4 + 1 + 2 + 1 + 1 + 1 + 2),
}


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_takes_as_many_statements_for_twenty_as_for_one(
    asked: Asked, rich: Rich, page: str
) -> None:
    # PRD-8, ASN-7, ORD-9
    selection, statements = PAGES[page]
    one = {"product": rich.products[0], "asn": rich.stocked, "order": rich.orders[0]}[page]
    who = rich.company.operator
    data, count = await asked(
        who, f"query($id: ID!) {{ {page}(id: $id) {{ {selection} }} }}", {"id": one["id"]}
    )
    assert data[page]["log"]["totalCount"] >= 3
    # What the page does not lead to is not asked for: the stock ASN has no orders on its lines.
    assert count == statements - {"asn": 1}.get(page, 0)
    # Cost bounds one operation, so twenty are asked for with smaller pages.
    small = selection.replace("first: 20", "first: 3").replace("first: 5", "first: 2")
    data, count = await asked(who, f"{{ {page}s(first: 20) {{ nodes {{ {small} }} }} }}")
    assert len(data[f"{page}s"]["nodes"]) == 20
    assert count == statements


async def test_a_page_holds_what_is_in_the_database(asked: Asked, rich: Rich) -> None:
    # PRD-8, ASN-7, ORD-9: the values themselves
    who = rich.company.viewer
    ask = "query($id: ID!) {{ {0}(id: $id) {{ {1} }} }}".format
    product = (await asked(who, ask("product", PRODUCT_PAGE), {"id": rich.products[0]["id"]}))[0]["product"]
    assert product["sku"] == rich.products[0]["sku"]
    assert product["orders"]["totalCount"] == 20
    assert product["asns"]["totalCount"] == 20
    assert [element["element"]["name"] for element in product["elements"]] == list(scenes.ELEMENTS)
    assert {stock["mode"] for stock in product["inventory"]["nodes"]} == {"STOCK", "CONSOLIDATION"}
    asn = (await asked(who, ask("asn", ASN_PAGE), {"id": rich.stocked["id"]}))[0]["asn"]
    assert [line["product"]["sku"] for line in asn["lines"]["nodes"]] == [p["sku"] for p in rich.products]
    assert {line["differenceQty"] for line in asn["lines"]["nodes"]} == {0}
    [batch] = asn["batches"]["nodes"]
    assert {line["putAways"][0]["qty"] for line in batch["lines"]["nodes"]} == {50}
    parcels = (await asked(who, ask("asn", ASN_PAGE), {"id": rich.parcels["id"]}))[0]["asn"]
    assert parcels["orders"]["totalCount"] == 3
    [batch] = parcels["batches"]["nodes"]
    assert {line["order"]["orderNo"] for line in batch["lines"]["nodes"]} == {rich.orders[17]["orderNo"]}
    order = (await asked(who, ask("order", ORDER_PAGE), {"id": rich.orders[0]["id"]}))[0]["order"]
    assert (order["status"], order["asn"]) == ("SHIPPED", None)
    assert [line["qty"] for line in order["lines"]] == [1, 1, 1, 1]
    assert order["log"]["nodes"][0]["action"] == "order:track"


async def test_what_was_read_is_forgotten_after_a_mutation(stage: Stage) -> None:
    company = await stage.company()
    product = await scenes.draft(company)
    select = "product { version remarks log { totalCount } }"
    query = f"""mutation($id: ID!) {{
        a: productUpdate(input: {{id: $id, version: 1, remarks: "one"}}) {{ {select} }}
        b: productUpdate(input: {{id: $id, version: 2, remarks: "two"}}) {{ {select} }} }}"""
    data = await company.operator.ask(query, {"id": product["id"]})
    assert [data[a]["product"] for a in "ab"] == [
        {"version": 2, "remarks": "one", "log": {"totalCount": 2}},
        {"version": 3, "remarks": "two", "log": {"totalCount": 3}},
    ]


async def test_reference_data_takes_one_statement_a_list(asked: Asked, stage: Stage, rich: Rich) -> None:
    query = "{ categories { code parent { code } children { code } } units { code } countries { code } }"
    data, count = await asked(rich.company.viewer, query)
    assert count == 5
    assert len(data["categories"]) == await stage.admin.fetchval("select count(*) from categories")
    tree = {category["code"]: category for category in data["categories"]}
    for category in tree.values():
        for child in category["children"]:
            assert tree[child["code"]]["parent"] == {"code": category["code"]}


async def test_every_statement_names_the_tenant(stage: Stage, rich: Rich) -> None:
    """Rule 2: the first lock is in the text of all of them."""
    for page, (selection, _) in PAGES.items():
        stage.statements.clear()
        await rich.company.viewer.ask(f"{{ {page}s(first: 2) {{ totalCount nodes {{ {selection} }} }} }}")
        for sql in statements_of(stage):
            tables = ("products", "orders", "asns", "order_lines", "asn_lines", "operation_logs", "inventory")
            if any(f'"{table}"' in sql for table in tables):
                assert '"merchant_id" = $' in sql, sql


async def test_who_stops_waiting_cancels_nobody_elses_row(loaders: Loaders, rich: Rich) -> None:
    """Rule 18: where a field fails, graphql-core cancels its siblings, and others may wait for the same row."""
    [id_, *_] = uuids(rich.products, "Product")
    first, second = [asyncio.ensure_future(loaders.row(Product, id_)) for _ in range(2)]
    first.cancel()
    assert (await second)["id"] == id_
    assert first.cancelled()
    assert loaders.statements == 1
