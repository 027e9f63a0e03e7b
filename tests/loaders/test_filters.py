"""Every filter of every list, and its edges. A filter that selects by what a row holds is asked of real rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from graphql import GraphQLSchema

from exgo_gql.app import schema
from exgo_gql.domain.asns import AsnStatus
from exgo_gql.domain.orders import OrderStatus
from exgo_gql.domain.products import ProductStatus
from exgo_gql.loaders.filters import Filters
from exgo_gql.schema.names import camel
from tests import scenes
from tests.loaders.conftest import Asked, Rich, statements_of
from tests.stage import Company, Stage

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
TICK = dt.timedelta(microseconds=1)

PRODUCT = """insert into products (merchant_id, kind, status, sku, name_zh, name_en, category_code, currency_code,
                                   created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, 'USD', $8, $8)"""
"""As the owner: instants and states as a test wants them. A combo needs nothing else."""


class Shelf:
    """One company's products, made as a test needs them."""

    def __init__(self, stage: Stage, company: Company) -> None:
        self.stage, self.company = stage, company

    async def put(self, sku: str, zh: str = "套装", en: str = "Set", **more: Any) -> str:
        given = {"kind": "COMBO", "status": "DRAFT", "category": None, "at": NOON} | more
        await self.stage.admin.execute(
            PRODUCT,
            self.company.id,
            given["kind"],
            given["status"],
            sku,
            zh,
            en,
            given["category"],
            given["at"],
        )
        return sku

    async def found(self, **filter_: Any) -> list[str]:
        """The SKUs that a filter lets through: by the list, by its total and by the counts alike."""
        query = """query($f: ProductFilter) { productCounts(filter: $f) { count }
            products(first: 100, sort: SKU, filter: $f) { totalCount nodes { sku } } }"""
        data = await self.company.viewer.ask(query, {"f": filter_})
        skus = [node["sku"] for node in data["products"]["nodes"]]
        assert data["products"]["totalCount"] == len(skus)
        assert sum(count["count"] for count in data["productCounts"]) == len(skus)
        return skus


@pytest_asyncio.fixture
async def shelf(stage: Stage) -> Shelf:
    return Shelf(stage, await stage.company())


# -- products -----------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module")
async def named(shared: Stage) -> AsyncIterator[Shelf]:
    """Products with names that are hard to find."""
    shelf = Shelf(shared, await shared.company())
    await shelf.put("OVEN", "NOVA 微波炉 20升", "Microwave oven, 20 litres")
    await shelf.put("WAVE", "微风 波浪 炉灶", "Wave maker")
    await shelf.put("WIDE", "ＬＥＤ灯１２Ｗ", "LED lamp 12W")
    await shelf.put("RATE", "100%棉_毛巾", "Towel, 100% cotton_soft")
    await shelf.put("SLASH", r"反斜\杠", r"Back\slash 'quoted'")
    await shelf.put("SHORT", "炉", "Ö")
    await shelf.put("KANA", "ポット", "Ｋettle №5")
    await shelf.put("EMOJI", "😀表情", "Smile 😀")
    yield shelf


@pytest.mark.parametrize(
    ("part", "skus"),
    [
        # Chinese: two characters, one, and three that stand together
        ("微波", ["OVEN"]),
        ("波炉", ["OVEN"]),
        ("微波炉", ["OVEN"]),
        ("炉", ["OVEN", "SHORT", "WAVE"]),
        ("微", ["OVEN", "WAVE"]),
        # All pairs are there, but not in this order
        ("波炉微波", []),
        ("炉灶微风", []),
        # English: a part, a word, a phrase; case does not matter
        ("icrowav", ["OVEN"]),
        ("WAVE", ["OVEN", "WAVE"]),
        ("wave m", ["WAVE"]),
        ("oven, 20", ["OVEN"]),
        ("o", ["KANA", "OVEN", "RATE", "SLASH"]),
        ("ö", ["SHORT"]),
        # Width does not matter, on either side
        ("led", ["WIDE"]),
        ("ＬＥＤ", ["WIDE"]),
        ("12w", ["WIDE"]),
        ("１２", ["WIDE"]),
        ("２０", ["OVEN"]),
        ("kett", ["KANA"]),
        ("ﾎﾟｯﾄ", ["KANA"]),
        ("no5", ["KANA"]),
        # Spaces are part of the name
        ("微波炉 20", ["OVEN"]),
        ("波 炉", []),
        ("风 波", ["WAVE"]),
        ("炉 灶", []),
        # Signs are signs
        ("%", ["RATE"]),
        ("0%", ["RATE"]),
        ("_", ["RATE"]),
        ("棉_毛", ["RATE"]),
        ("\\", ["SLASH"]),
        ("'", ["SLASH"]),
        ("k\\s", ["SLASH"]),
        ("😀", ["EMOJI"]),
        ("情", ["EMOJI"]),
        # Nothing has it
        ("zz", []),
        ("微波炉微波炉", []),
        ("", []),
        (" ", []),
        ("套" * 200, []),
    ],
)
async def test_names_are_found_by_their_parts(named: Shelf, part: str, skus: list[str]) -> None:
    # PRD-6
    assert await named.found(name=part) == skus


async def test_a_name_is_found_as_it_is_now(shelf: Shelf) -> None:
    """The pieces of a name follow it."""
    company = shelf.company
    product = await scenes.draft(company, nameZh="微波炉", nameEn="Oven")
    assert await shelf.found(name="波炉") == [product["sku"]]
    await company.operator.do("productUpdate", {"id": product["id"], "version": 1, "nameZh": "烤箱"})
    assert await shelf.found(name="波炉") == []
    assert await shelf.found(name="烤箱") == await shelf.found(name="oven") == [product["sku"]]


async def test_the_sku_begins_so(shelf: Shelf) -> None:
    # PRD-6
    for sku in ("A-1", "A-10", "A-2", "A.1", "A_1", "a-1", "B-1", "A-\U0010fffe", "A"):
        await shelf.put(sku)
    assert await shelf.found(sku="A-1") == ["A-1", "A-10"]
    assert await shelf.found(sku="A-") == ["A-1", "A-10", "A-2", "A-\U0010fffe"]
    assert await shelf.found(sku="A") == ["A", "A-1", "A-10", "A-2", "A-\U0010fffe", "A.1", "A_1"]
    assert await shelf.found(sku="A_") == ["A_1"]
    assert await shelf.found(sku="%") == await shelf.found(sku="A-100") == []
    assert len(await shelf.found(sku="")) == 9


async def test_one_of_these_skus(shelf: Shelf) -> None:
    # API-11
    for sku in ("A", "B", "C"):
        await shelf.put(sku)
    assert await shelf.found(skuIn=["C", "A", "Z", "A"]) == ["A", "C"]
    assert await shelf.found(skuIn=[]) == []
    assert await shelf.found(skuIn=None) == ["A", "B", "C"]


async def test_created_ranges_are_half_open(shelf: Shelf) -> None:
    # PRD-6
    for sku, at in (("A", NOON - TICK), ("B", NOON), ("C", NOON + TICK)):
        await shelf.put(sku, at=at)
    noon = NOON.isoformat()
    assert await shelf.found(createdFrom=noon) == ["B", "C"]
    assert await shelf.found(createdTo=noon) == ["A"]
    assert await shelf.found(createdFrom=noon, createdTo=noon) == []
    assert await shelf.found(createdFrom=noon, createdTo=(NOON + TICK).isoformat()) == ["B"]
    assert await shelf.found(createdFrom="2026-11-23T20:00:00.000001+08:00") == ["C"]
    assert await shelf.found(createdFrom="0001-01-01T00:00:00Z", createdTo="9999-12-31T23:59:59Z") == [*"ABC"]


async def test_changed_after_excludes_the_instant_itself(shelf: Shelf) -> None:
    # API-11
    for sku, at in (("A", NOON - TICK), ("B", NOON), ("C", NOON + TICK)):
        await shelf.put(sku, at=at)
    assert await shelf.found(updatedAfter=NOON.isoformat()) == ["C"]
    assert await shelf.found(updatedAfter=(NOON - TICK).isoformat()) == ["B", "C"]


async def test_a_category_has_those_below_it(shelf: Shelf) -> None:
    # PRD-6: and none whose code merely begins alike
    rows = await shelf.stage.admin.fetch("select code, path from categories order by path")
    paths = {row["code"]: row["path"] for row in rows}
    for code in paths:
        await shelf.put(f"IN-{code}", category=code)
    await shelf.put("NONE")
    below_some = 0
    for code, path in paths.items():
        inside = sorted(f"IN-{c}" for c, p in paths.items() if p == path or p.startswith(f"{path}/"))
        below_some += len(inside) > 1
        assert await shelf.found(categoryCode=code) == inside
    assert below_some
    assert await shelf.found(categoryCode="no such") == await shelf.found(categoryCode="%") == []


async def test_a_category_whose_path_begins_alike_is_another(shelf: Shelf) -> None:
    tree = (("T1", None, "T1"), ("T1A", None, "T1A"), ("T1-2", "T1", "T1/T1-2"))
    for code, parent, path in tree:
        await shelf.stage.admin.execute(
            "insert into categories (code, name_zh, name_en, parent_code, path) values ($1, $1, $1, $2, $3)",
            code,
            parent,
            path,
        )
        await shelf.put(code, category=code)
    assert await shelf.found(categoryCode="T1") == ["T1", "T1-2"]
    await shelf.stage.admin.execute("delete from product_grams where merchant_id = $1", shelf.company.id)
    await shelf.stage.admin.execute("delete from products where merchant_id = $1", shelf.company.id)
    await shelf.stage.admin.execute("delete from categories where code = any($1)", ["T1-2", "T1A", "T1"])


async def test_states_and_their_counts(shelf: Shelf) -> None:
    # PRD-6: a count for every state, those without rows too
    states = ("DRAFT", "DRAFT", "FILED", "DELETED", "DISABLED")
    for number, status in enumerate(states):
        await shelf.put(f"{status}-{number}", zh="微波炉" if number else "灯", status=status)
    assert await shelf.found(status=["DRAFT"]) == ["DRAFT-0", "DRAFT-1"]
    assert await shelf.found(status=["FILED", "DELETED", "FILED"]) == ["DELETED-3", "FILED-2"]
    assert await shelf.found(status=[]) == []
    assert len(await shelf.found()) == 5
    query = "query($f: ProductFilter) { productCounts(filter: $f) { status count } }"
    for filter_, counted in (
        (None, {"DRAFT": 2, "FILED": 1, "DELETED": 1, "DISABLED": 1}),
        ({"name": "波炉"}, {"DRAFT": 1, "FILED": 1, "DELETED": 1, "DISABLED": 1}),
        ({"status": ["DRAFT"], "name": "灯"}, {"DRAFT": 1}),
        ({"sku": "no"}, {}),
    ):
        told = (await shelf.company.viewer.ask(query, {"f": filter_}))["productCounts"]
        assert [count["status"] for count in told] == [status.name for status in ProductStatus]
        assert {count["status"]: count["count"] for count in told if count["count"]} == counted


async def test_kinds(stage: Stage) -> None:
    shelf = Shelf(stage, await stage.company())
    ordinary = await scenes.draft(shelf.company)
    combo = await shelf.put("X-COMBO")
    assert await shelf.found(kind="ORDINARY") == [ordinary["sku"]]
    assert await shelf.found(kind="COMBO") == [combo]


async def test_all_conditions_hold_together(shelf: Shelf) -> None:
    await shelf.put("A-1", "微波炉", at=NOON)
    await shelf.put("A-2", "微波炉", at=NOON + TICK)
    await shelf.put("A-3", "灯", at=NOON)
    await shelf.put("B-1", "微波炉", at=NOON, status="FILED")
    whole = {
        "sku": "A-",
        "name": "微波",
        "createdTo": (NOON + TICK).isoformat(),
        "status": ["DRAFT"],
        "kind": "COMBO",
    }
    assert await shelf.found(**whole) == ["A-1"]
    assert await shelf.found(**whole, categoryCode="none") == []


# -- ASNs and orders ----------------------------------------------------------------------------------------


async def found(company: Company, root: str, key: str, **filter_: Any) -> list[str]:
    """The numbers that a filter lets through, by the list, its total and the counts alike."""
    kind = {"asns": "AsnFilter", "orders": "OrderFilter"}[root]
    query = f"""query($f: {kind}) {{ {root[:-1]}Counts(filter: $f) {{ count }}
        {root}(first: 100, sort: REFERENCE, filter: $f) {{ totalCount nodes {{ {key} }} }} }}"""
    data = await company.viewer.ask(query, {"f": filter_})
    numbers = [node[key] for node in data[root]["nodes"]]
    assert data[root]["totalCount"] == len(numbers)
    assert sum(count["count"] for count in data[f"{root[:-1]}Counts"]) == len(numbers)
    return numbers


DOCUMENT = {
    "asns": """insert into asns (merchant_id, receiving_no, reference_no, mode, type, status, warehouse_code,
                                 currency_code, expected_arrival_date, packages, contact, phone, created_at, updated_at)
               values ($1, $2, $3, $4, $5, $6, $7, 'USD', '2026-11-23', 1, 'x', '1', $8, $9)""",
    "orders": """insert into orders (merchant_id, order_no, reference_no, mode, type, status, warehouse_code,
                                     currency_code, created_at, updated_at, transport_method_code,
                                     recipient_country_code, tracking_no)
                 values ($1, $2, $3, $4, $5, $6, $7, 'USD', $8, $9, $10, $11, $12)""",
}


async def document(stage: Stage, company: Company, root: str, reference: str, **more: Any) -> None:
    given = {
        "number": scenes.number(reference),
        "mode": "STOCK",
        "type": "TRANSFER",
        "status": "DRAFT",
        "warehouse": "NB01",
        "created": NOON,
        "updated": NOON,
        "transport": None,
        "country": None,
        "tracking": None,
    } | more
    names = ("mode", "type", "status", "warehouse", "created", "updated")
    last = ("transport", "country", "tracking") if root == "orders" else ()
    values = [given[name] for name in (*names, *last)]
    await stage.admin.execute(DOCUMENT[root], company.id, given["number"], reference, *values)


@pytest_asyncio.fixture(scope="module")
async def papers(shared: Stage) -> Company:
    """ASNs and orders that differ in one thing each."""
    company = await shared.company()
    warehouses = [
        row[0] for row in await shared.admin.fetch("select code from warehouses order by code limit 2")
    ]
    other = next(code for code in warehouses if code != "NB01")
    for root, more in (
        ("asns", {}),
        ("orders", {"H": {"transport": "AIR"}, "I": {"country": "DE"}, "J": {"tracking": "JD1"}}),
    ):
        for reference, given in {
            "A": {},
            "B": {"mode": "CONSOLIDATION"},
            "C": {"type": "RETURN"},
            "D": {"status": "CONFIRMED"},
            "E": {"warehouse": other},
            "F": {"created": NOON + TICK},
            "G": {"updated": NOON + TICK},
            **more,
        }.items():
            await document(shared, company, root, f"R-{reference}", **given)
    return company


NAMES = {
    "asns": [f"R-{letter}" for letter in "ABCDEFG"],
    "orders": [f"R-{letter}" for letter in "ABCDEFGHIJ"],
}


@pytest.mark.parametrize("root", ["asns", "orders"])
@pytest.mark.parametrize(
    ("filter_", "letters"),
    [
        ({"mode": "CONSOLIDATION"}, "B"),
        ({"type": "RETURN"}, "C"),
        ({"status": ["CONFIRMED"]}, "D"),
        ({"status": []}, ""),
        ({"referenceNo": "R-A"}, "A"),
        ({"referenceNo": "R-AA"}, ""),
        ({"referenceNo": "r-"}, ""),
        ({"referenceNo": "_-A"}, ""),
        ({"referenceNoIn": ["R-C", "R-B", "R-Z"]}, "BC"),
        ({"referenceNoIn": []}, ""),
        ({"createdFrom": (NOON + TICK).isoformat()}, "F"),
        ({"createdTo": NOON.isoformat()}, ""),
        ({"updatedAfter": NOON.isoformat()}, "G"),
        ({"mode": "CONSOLIDATION", "type": "RETURN"}, ""),
        ({"mode": None, "type": None}, None),
    ],
)
async def test_documents_are_found(papers: Company, root: str, filter_: Any, letters: str | None) -> None:
    # ASN-6, ORD-7
    wanted = NAMES[root] if letters is None else [f"R-{letter}" for letter in letters]
    assert await found(papers, root, "referenceNo", **filter_) == wanted


@pytest.mark.parametrize("root", ["asns", "orders"])
async def test_documents_of_a_warehouse(papers: Company, root: str) -> None:
    rest = [reference for reference in NAMES[root] if reference != "R-E"]
    assert await found(papers, root, "referenceNo", warehouseCode="NB01") == rest
    assert await found(papers, root, "referenceNo", warehouseCode="nb01") == []


@pytest.mark.parametrize(
    ("filter_", "letters"),
    [
        ({"transportMethodCode": "AIR"}, "H"),
        ({"recipientCountryCode": "DE"}, "I"),
        ({"trackingNo": "JD1"}, "J"),
        ({"trackingNo": "JD"}, ""),
    ],
)
async def test_orders_are_found_by_where_they_go(papers: Company, filter_: Any, letters: str) -> None:
    # ORD-7
    assert await found(papers, "orders", "referenceNo", **filter_) == [f"R-{letter}" for letter in letters]


@pytest.mark.parametrize(("root", "key"), [("asns", "receivingNo"), ("orders", "orderNo")])
async def test_documents_are_found_by_their_own_number(papers: Company, root: str, key: str) -> None:
    numbers = await found(papers, root, key)
    for number in numbers:
        assert await found(papers, root, key, **{key: number}) == [number]
        assert number in await found(papers, root, key, **{key: number[:4]})
    assert await found(papers, root, key, **{key: numbers[0][1:]}) == []


@pytest.mark.parametrize(("root", "states"), [("asns", AsnStatus), ("orders", OrderStatus)])
async def test_counts_of_documents(papers: Company, root: str, states: Any) -> None:
    # ASN-6, ORD-7
    kind = f"{root[:-1].capitalize()}Filter"
    query = f"query($f: {kind}) {{ {root[:-1]}Counts(filter: $f) {{ status count }} }}"
    drafts = len(NAMES[root]) - 1
    for filter_, counted in (
        ({}, {"DRAFT": drafts, "CONFIRMED": 1}),
        ({"mode": "STOCK"}, {"DRAFT": drafts - 1, "CONFIRMED": 1}),
        ({"referenceNo": "R-D"}, {"CONFIRMED": 1}),
        ({"referenceNo": "none"}, {}),
    ):
        told = (await papers.viewer.ask(query, {"f": filter_}))[f"{root[:-1]}Counts"]
        assert [count["status"] for count in told] == [state.name for state in states]
        assert {count["status"]: count["count"] for count in told if count["count"]} == counted


async def test_what_an_asn_can_take(stage: Stage) -> None:
    # ORD-8: exactly the CONFIRMED consolidation orders that are in no live ASN
    company = await stage.company()
    product = await scenes.filed(company)
    line = (product["id"], 1)

    async def order(mode: str = "CONSOLIDATION", until: str = "CONFIRMED") -> dict[str, Any]:
        return await scenes.order(company, line, mode=mode, until=until)

    free, linked, gone = await order(), await order(), await order()
    for mode, until in (("CONSOLIDATION", "DRAFT"), ("STOCK", "CONFIRMED")):
        await order(mode, until)
    asn = await scenes.asn(company, order_ids=[linked["id"], gone["id"]])
    everything = await found(company, "orders", "referenceNo")

    async def selectable() -> list[str]:
        picked = await found(company, "orders", "referenceNo", selectableForAsn=True)
        others = await found(company, "orders", "referenceNo", selectableForAsn=False)
        assert sorted(picked + others) == everything
        return picked

    assert await selectable() == [free["referenceNo"]]
    given = {"id": asn["id"], "version": asn["version"], "orderIds": [gone["id"]]}
    await company.operator.do("asnRemoveOrders", given)
    assert await selectable() == sorted([free["referenceNo"], gone["referenceNo"]])
    await company.operator.do("asnDelete", {"id": asn["id"]})
    assert await selectable() == sorted(o["referenceNo"] for o in (free, gone, linked))


async def test_what_a_page_of_a_document_filters(rich: Rich) -> None:
    """The filters of root lists hold on nested pages too."""
    query = """query($id: ID!, $f: OrderFilter, $g: InventoryFilter, $h: AsnFilter) { product(id: $id) {
        orders(filter: $f) { totalCount nodes { mode } } inventory(filter: $g) { totalCount nodes { mode } }
        asns(filter: $h) { totalCount nodes { status } } } }"""
    given = {
        "id": rich.products[0]["id"],
        "f": {"mode": "CONSOLIDATION"},
        "g": {"mode": "STOCK", "warehouseCode": "NB01"},
        "h": {"status": ["RECEIVED"]},
    }
    product = (await rich.company.viewer.ask(query, given))["product"]
    assert product["orders"] == {"totalCount": 3, "nodes": [{"mode": "CONSOLIDATION"}] * 3}
    assert product["inventory"] == {"totalCount": 1, "nodes": [{"mode": "STOCK"}]}
    assert product["asns"] == {"totalCount": 1, "nodes": [{"status": "RECEIVED"}]}


# -- the other lists ----------------------------------------------------------------------------------------


async def test_vehicles_stock_merchants_and_tariff(stage: Stage, rich: Rich) -> None:
    company = await stage.company()
    for plate, warehouse in (("浙B1", "NB01"), ("浙B12", "NB01"), ("沪A1", "NB01")):
        await company.operator.do("vehicleCreate", {"plate": plate, "warehouseCode": warehouse})

    async def ask(who: Any, root: str, kind: str, filter_: Any, select: str) -> list[Any]:
        query = (
            f"query($f: {kind}) {{ {root}(first: 100, filter: $f) {{ totalCount nodes {{ {select} }} }} }}"
        )
        page = (await who.ask(query, {"f": filter_}))[root]
        assert page["totalCount"] == len(page["nodes"])
        return [node[select] for node in page["nodes"]]

    vehicles = company.viewer, "vehicles", "VehicleFilter"
    assert await ask(*vehicles, {"plate": "浙B1"}, "plate") == ["浙B12", "浙B1"]
    assert await ask(*vehicles, {"plate": "浙B1", "warehouseCode": "none"}, "plate") == []
    inventory = rich.company.viewer, "inventory", "InventoryFilter"
    assert len(await ask(*inventory, {"mode": "STOCK"}, "id")) == 20
    assert len(await ask(*inventory, {"mode": "CONSOLIDATION", "warehouseCode": "NB01"}, "id")) == 2
    assert await ask(*inventory, {"warehouseCode": "none"}, "id") == []
    name = await stage.admin.fetchval("select company_name from merchants where id = $1", company.id)
    assert await ask(stage.support, "merchants", "MerchantFilter", {"companyName": name}, "companyName") == [
        name
    ]
    assert await ask(
        company.viewer, "merchants", "MerchantFilter", {"companyName": "测试"}, "companyName"
    ) == [name]
    codes = [
        row[0]
        for row in await stage.admin.fetch("select code from hs_codes where code like '85%' order by 1")
    ]
    assert codes
    assert await ask(company.viewer, "hsCodes", "HsCodeFilter", {"code": "85"}, "code") == codes


# -- the declarations ---------------------------------------------------------------------------------------

TRIED = {
    "ProductFilter": {
        "sku", "skuIn", "name", "categoryCode", "status", "kind", "createdFrom", "createdTo", "updatedAfter",
    },
    "AsnFilter": {
        "mode", "status", "receivingNo", "referenceNo", "referenceNoIn", "type", "warehouseCode", "createdFrom",
        "createdTo", "updatedAfter",
    },
    "OrderFilter": {
        "mode", "status", "orderNo", "referenceNo", "referenceNoIn", "type", "transportMethodCode", "warehouseCode",
        "recipientCountryCode", "trackingNo", "selectableForAsn", "createdFrom", "createdTo", "updatedAfter",
    },
    "VehicleFilter": {"warehouseCode", "plate"},
    "InventoryFilter": {"warehouseCode", "mode"},
    "MerchantFilter": {"companyName"},
    "HsCodeFilter": {"code"},
}  # fmt: skip
"""Every filter there is; a new one is to be tried above."""


def test_every_filter_is_tried(sdl: GraphQLSchema) -> None:
    schema()
    made = {kind.__name__: {camel(name) for name in kind.conditions} for kind in Filters.__subclasses__()}
    assert made == TRIED
    assert {name: set(sdl.type_map[name].fields) for name in made} == TRIED


async def test_filters_that_make_no_sense_run_nothing(stage: Stage, shelf: Shelf) -> None:
    for filter_ in (
        {"name": "a\0b"},
        {"skuIn": [f"S{i}" for i in range(251)]},
        {"createdFrom": "2026"},
        {"kind": "x"},
    ):
        stage.statements.clear()
        query = "query($f: ProductFilter) { products(filter: $f) { nodes { sku } } }"
        [error] = (await shelf.company.viewer.answer(query, {"f": filter_}))["errors"]
        assert error["extensions"]["code"] in ("BAD_USER_INPUT", "LIMIT_EXCEEDED")
        assert statements_of(stage) == []


async def test_one_form_of_filters_is_one_statement(asked: Asked, shelf: Shelf, loading: Stage) -> None:
    """Values are bound: what is asked for never enters the text."""
    query = "query($f: ProductFilter) { products(filter: $f) { nodes { sku } } }"
    texts = set()
    for part in ("微波", "'; drop table products; --", "%", "$1"):
        await asked(shelf.company.viewer, query, {"f": {"name": part, "sku": part}})
        texts |= set(statements_of(loading))
    assert len(texts) == 1
    assert "drop" not in texts.pop()
