"""Products of the demonstration: each from its draft to the state that its line of the file names."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from exgo_gql.domain.products import ProductStatus
from exgo_gql.seeds.check_digits import barcode
from exgo_gql.seeds.demo.people import Company
from exgo_gql.seeds.demo.play import Play, Scene, day
from exgo_gql.seeds.tables import read
from exgo_gql.services import filings, products

COMBOS: tuple[dict[str, Any], ...] = (
    {
        "company": "yueda",
        "sku": "YD-SET-KITCHEN",
        "name_zh": "厨房入门套装：微波炉、保鲜盒、餐具",
        "name_en": "Kitchen starter set: microwave, food boxes, tableware",
        "category_code": "HOME-APPL-MW",
        "parts": (("YD-MW-20L", 1), ("YD-BOX-5", 2), ("YD-TAB-12", 1)),
    },
    {
        "company": "yueda",
        "sku": "YD-SET-KNIFE",
        "name_zh": "刀具收纳套装：六件刀具、无痕挂钩",
        "name_en": "Knife and hook set: six knives, adhesive hooks",
        "category_code": "HOME-TABLE-KNIFE",
        "parts": (("YD-KNF-6", 1), ("YD-HOOK-10", 1)),
    },
    {
        "company": "qinghe",
        "sku": "QH-SET-PICNIC",
        "name_zh": "野餐套装：餐具、保鲜盒、弹力绳",
        "name_en": "Picnic set: tableware, food boxes, bungee cords",
        "category_code": "HOME-TABLE-PLAST",
        "parts": (("QH-TAB-24", 1), ("QH-BOX-3", 2), ("QH-ROPE-10", 1)),
    },
)

DISABLING_DAY, DELETING_DAY, COMBO_DAY = 20, 9, 3

_REASONS = {
    "YD-KNF-8": "陶瓷刀具应归入 6911 品目，请核对海关编码后重新申报。",
    "RC-CEM-25": "归类要素“厂家名称”与备案企业不符，请补充生产企业证明。",
}
_OFTEN_EDITED = 0.25
_EDITS: tuple[dict[str, Any], ...] = (
    {"remarks": "外箱加贴易碎标识。"},
    {"remarks": "旺季备货款，优先上架。"},
    {"remarks": "新版彩盒，条码不变。"},
)


def enter_all(play: Play) -> None:
    """Let every product begin on its day, a few minutes apart, and the combos once their parts are filed."""
    for number, row in enumerate(read("demo_products")):
        play.enter(day(int(row["day"]), 9 + number % 9 * 0.6), _ordinary(play, row))
    for number, combo in enumerate(COMBOS):
        play.enter(day(COMBO_DAY, 10 + number), _combo(play, combo))


async def _ordinary(play: Play, row: Mapping[str, str]) -> Scene:
    company = play.cast.companies[row["company"]]
    key, until = (company.key, row["sku"]), ProductStatus(row["until"])
    creator = play.operator(company)
    play.products[key] = await play.act(creator, partial(products.create, values=_values(play, row)))
    if until is ProductStatus.DRAFT:
        return
    yield play.office(0.7)
    product = await play.act(company.operator, partial(filings.file, id_=play.products[key].id))
    play.products[key] = product
    if until is ProductStatus.FILING:
        return
    if until is ProductStatus.REJECTED:
        yield play.office(6)
        await play.act(
            play.cast.customs, partial(filings.reject, id_=product.id, reason=_REASONS[product.sku])
        )
        return
    if play.by_hand():
        yield play.office(4)
        number = f"NBHG-2026-{play.random.randint(100_000, 999_999)}"
        await play.act(play.cast.customs, partial(filings.approve, id_=product.id, filing_no=number))
    else:
        yield play.after(0.01)
        await play.answer(product)
    async for moment in _later(play, company, key, until):
        yield moment


async def _later(play: Play, company: Company, key: tuple[str, str], until: ProductStatus) -> Scene:
    """What becomes of a product once it is filed."""
    id_ = play.products[key].id
    if until is ProductStatus.DELETED:
        yield day(DELETING_DAY, 15)
        await play.act(company.owner, partial(products.delete, id_=id_))
    elif until is ProductStatus.DISABLED:
        yield day(DISABLING_DAY, 11)
        await play.act(company.owner, partial(products.disable, id_=id_))
    elif play.random.random() < _OFTEN_EDITED:
        yield play.office(play.random.randint(30, 400))
        version = (await play.current(play.products[key])).version
        edit = partial(products.update, id_=id_, version=version, values=play.random.choice(_EDITS))
        await play.act(company.operator, edit)


async def _combo(play: Play, combo: Mapping[str, Any]) -> Scene:
    company = play.cast.companies[combo["company"]]
    parts = [(play.products[company.key, sku], qty) for sku, qty in combo["parts"]]
    values = {name: combo[name] for name in ("sku", "name_zh", "name_en", "category_code")} | {
        "unit_code": "006",
        "country_code": "CN",
        "net_weight_kg": _total(parts, "net_weight_kg"),
        "gross_weight_kg": _total(parts, "gross_weight_kg"),
        "vat_invoice_price": _total(parts, "vat_invoice_price"),
        "sales_price": _total(parts, "sales_price"),
    }
    of_parts = [{"product_id": product.id, "qty": qty} for product, qty in parts]
    made = await play.act(company.operator, partial(products.create_combo, values=values, parts=of_parts))
    yield play.office(0.5)
    play.products[company.key, made.sku] = await play.act(
        company.operator, partial(filings.file, id_=made.id)
    )


def _values(play: Play, row: Mapping[str, str]) -> dict[str, Any]:
    texts = ("sku", "name_zh", "name_en", "category_code", "unit_code", "brand", "model", "specification")
    numbers = ("net_weight_kg", "gross_weight_kg", "vat_invoice_price", "sales_price", "contract_price")
    length, width, height = (Decimal(size) for size in row["size_cm"].split("x"))
    net = Decimal(row["net_weight_kg"])
    units, names = _HS[row["hs_code"]]
    # Counted in pieces or sets, one piece is one; counted in kilograms, it is what it weighs.
    legal, second = ((net if unit == "千克" else Decimal(1)) if unit else None for unit in units)
    values: dict[str, Any] = {name: row[name] for name in texts}
    values |= {name: Decimal(row[name]) if row[name] else None for name in numbers}
    elements = zip(names, row["elements"].split("|"), strict=False)
    return values | {
        "country_code": "CN",
        "barcode": barcode(f"697{play.random.randint(0, 10**9 - 1):09d}"),
        "length_cm": length,
        "width_cm": width,
        "height_cm": height,
        "declared_value": values["sales_price"],
        "hs_code": row["hs_code"],
        "customs_name": row["customs_name"],
        "elements": [{"name": name, "value": value} for name, value in elements if value],
        "legal_qty": legal,
        "second_qty": second,
    }


def _total(parts: list[tuple[Any, int]], column: str) -> Decimal:
    return sum((getattr(product, column) * qty for product, qty in parts), Decimal(0))


_HS = {
    row["code"]: ((row["first_unit"], row["second_unit"]), row["elements"].split("|"))
    for row in read("hs_codes")
}
"""The units and the element names of each code of the starting set."""
