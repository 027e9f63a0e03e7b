"""Combo products: their parts, their filing, and what moves when one is ordered (PRD-4, PRD-5)."""

from __future__ import annotations

from typing import Any

import pytest

from exgo_gql.domain.codes import Code
from tests import scenes
from tests.stage import Company, Stage

PARTS = "parts { position qty product { id sku } }"


def combo_input(*parts: tuple[str, int], **changes: Any) -> dict[str, Any]:
    return {
        "sku": scenes.number("COMBO"),
        "nameZh": "厨房套装",
        "nameEn": "Kitchen set",
        "parts": [{"productId": id_, "qty": qty} for id_, qty in parts],
    } | changes


async def drafts(company: Company, count: int) -> list[str]:
    return [(await scenes.draft(company))["id"] for _ in range(count)]


async def test_a_combo_has_parts_in_order(stage: Stage) -> None:
    # PRD-4
    company = await stage.company()
    one, two = await drafts(company, 2)
    made = await company.operator.do(
        "comboCreate", combo_input((two, 3), (one, 1)), f"status kind currency {{ code }} {PARTS}"
    )
    assert (made["status"], made["kind"], made["currency"]["code"]) == ("DRAFT", "COMBO", "USD")
    assert [(p["position"], p["qty"], p["product"]["id"]) for p in made["parts"]] == [
        (1, 3, two),
        (2, 1, one),
    ]


async def test_a_combo_needs_two_different_ordinary_products_of_its_merchant(stage: Stage) -> None:
    # PRD-4
    company, other = await stage.company(), await stage.company()
    one, two = await drafts(company, 2)
    deleted, foreign = (await scenes.draft(company))["id"], (await scenes.draft(other))["id"]
    await company.operator.do("productDelete", {"id": deleted})
    inner = (await scenes.combo(company, (one, 1), (two, 1), file=False))["id"]
    cases: list[tuple[list[tuple[str, int]], list[tuple[str, str]]]] = [
        ([], [("PARTS_TOO_FEW", "parts")]),
        ([(one, 1)], [("PARTS_TOO_FEW", "parts")]),
        ([(one, 1), (one, 2)], [("TWICE", "parts.1.productId"), ("PARTS_TOO_FEW", "parts")]),
        ([(one, 1), (two, 1), (one, 2)], [("TWICE", "parts.2.productId")]),
        ([(one, 1), (inner, 1)], [("PART_NOT_ORDINARY", "parts.1.productId")]),
        ([(one, 1), (two, 1), (deleted, 1)], [("NOT_FOUND", "parts.2.productId")]),
        ([(one, 1), (two, 1), (foreign, 1)], [("NOT_FOUND", "parts.2.productId")]),
        ([(one, 0), (two, 10_001)], [("NUMBER_RANGE", "parts.0.qty"), ("NUMBER_RANGE", "parts.1.qty")]),
        ([(one, 1), (two, -1)], [("NUMBER_RANGE", "parts.1.qty")]),
    ]
    async with stage.unchanged(company, other):
        for parts, told in cases:
            assert await company.operator.codes("comboCreate", combo_input(*parts)) == told, parts


async def test_a_combo_has_at_most_fifty_parts(stage: Stage) -> None:
    company = await stage.company()
    many = await drafts(company, 51)
    async with stage.unchanged(company):
        [error] = await company.operator.refused("comboCreate", combo_input(*((p, 1) for p in many)))
        assert (error["code"], error["most"]) == ("TOO_MANY", "50")
    await company.operator.do("comboCreate", combo_input(*((p, 1) for p in many[:50])))


async def test_parts_are_replaced_while_a_combo_is_a_draft(stage: Stage) -> None:
    company = await stage.company()
    one, two, three = await drafts(company, 3)
    made = await scenes.combo(company, (one, 1), (two, 1), file=False)
    given = {"id": made["id"], "version": 1, "parts": combo_input((three, 2), (two, 5))["parts"]}
    done = await company.operator.do("comboUpdate", given, f"version {PARTS}")
    assert [(p["qty"], p["product"]["id"]) for p in done["parts"]] == [(2, three), (5, two)]
    async with stage.unchanged(company):
        told = await company.operator.codes(
            "comboUpdate", {**given, "version": 2, "parts": given["parts"][:1]}
        )
        assert told == [("PARTS_TOO_FEW", "parts")]
        told = await company.operator.codes("comboUpdate", {"id": made["id"], "version": 2, "nameZh": None})
        assert told == [("REQUIRED", "nameZh")]


async def test_a_combo_is_filed_at_once_when_its_parts_are(stage: Stage) -> None:
    # PRD-5: the merchant's step, refused until all parts are FILED; none goes to customs
    company = await stage.company()
    one, two = await scenes.draft(company), await scenes.filed(company)
    made = await scenes.combo(company, (one["id"], 1), (two["id"], 1), file=False)
    async with stage.unchanged(company):
        [error] = await company.operator.refused("productFile", {"id": made["id"]})
        assert (error["code"], error["skus"]) == ("PART_NOT_FILED", [one["sku"]])
    await company.operator.do("productFile", {"id": one["id"]})
    async with stage.unchanged(company):
        assert await company.operator.codes("productFile", {"id": made["id"]}) == [("PART_NOT_FILED", "id")]
    await stage.customs.do("productApprove", {"id": one["id"], "filingNo": "F-1"})
    done = await company.operator.do(
        "productFile", {"id": made["id"]}, "status filedAt filings { totalCount }"
    )
    assert (done["status"], done["filings"]) == ("FILED", {"totalCount": 0})
    assert done["filedAt"] is not None


async def test_a_filed_combo_keeps_its_parts(stage: Stage) -> None:
    # PRD-5
    company = await stage.company()
    one, two = await scenes.filed(company), await scenes.filed(company)
    made = await scenes.combo(company, (one["id"], 1), (two["id"], 1))
    base = {"id": made["id"], "version": 2}
    async with stage.unchanged(company):
        for change in ({"parts": combo_input((one["id"], 2), (two["id"], 1))["parts"]}, {"sku": "X"}):
            assert await company.operator.codes("comboUpdate", {**base, **change}) == [
                ("LOCKED_FIELD", next(iter(change)))
            ]
    done = await company.operator.do("comboUpdate", {**base, "remarks": "新", "barcode": "69-1"}, "remarks")
    assert done["remarks"] == "新"


async def test_enabling_a_combo_needs_its_parts(stage: Stage) -> None:
    company = await stage.company()
    one, two = await scenes.filed(company), await scenes.filed(company)
    made = await scenes.combo(company, (one["id"], 1), (two["id"], 1))
    for id_ in (made["id"], two["id"]):
        await company.operator.do("productDisable", {"id": id_})
    async with stage.unchanged(company):
        [error] = await company.operator.refused("productEnable", {"id": made["id"]})
        assert (error["code"], error["skus"]) == ("PART_NOT_FILED", [two["sku"]])
    await company.operator.do("productEnable", {"id": two["id"]})
    await company.operator.do("productEnable", {"id": made["id"]})


@pytest.mark.parametrize("name", ["hsCode", "customsName", "elements", "legalQty", "secondQty"])
async def test_a_combo_has_no_customs_data(stage: Stage, name: str) -> None:
    company = await stage.company()
    one, two = await drafts(company, 2)
    made = await scenes.combo(company, (one, 1), (two, 1), file=False)
    value = {"elements": [], "hsCode": "8516500000", "customsName": "套装"}.get(name, "1")
    async with stage.unchanged(company):
        given = {"id": made["id"], "version": 1, name: value}
        assert await company.operator.codes("productUpdate", given) == [("WRONG_KIND", name)]
        parts = {"id": one, "version": 1, "parts": combo_input((one, 1), (two, 1))["parts"]}
        assert await company.operator.codes("comboUpdate", parts) == [("WRONG_KIND", "parts")]


async def test_an_order_line_of_a_combo_moves_its_parts(stage: Stage) -> None:
    # PRD-4, ORD-5: a combo has no stock of its own
    company = await stage.company()
    one, two = await scenes.filed(company), await scenes.filed(company)
    made = await scenes.combo(company, (one["id"], 2), (two["id"], 3))
    await scenes.stocked(company, (one["id"], 10), (two["id"], 10))
    order = await scenes.order(company, (made["id"], 3), (one["id"], 1), until="SUBMITTED")
    assert order["status"] == "SUBMITTED"
    assert [line["product"]["sku"] for line in order["lines"]] == [made["sku"], one["sku"]]
    assert await scenes.balance(company, one["id"]) == (0, 0, 3, 0, 7, 0)
    assert await scenes.balance(company, two["id"]) == (0, 0, 1, 0, 9, 0)
    assert await scenes.balance(company, made["id"]) == (0, 0, 0, 0, 0, 0)
    more = await scenes.order(company, (made["id"], 1), until="SUBMITTED")
    assert more["status"] == "EXCEPTION"
    assert more["exceptions"] == [
        {"code": str(Code.STOCK), "sku": two["sku"], "requested": 3, "available": 1}
    ]
    assert await scenes.balance(company, one["id"]) == (0, 0, 3, 0, 7, 0)  # all of it or none


async def test_more_pieces_than_a_line_may_have_cannot_be_ordered_by_way_of_a_combo(stage: Stage) -> None:
    # spec, "Numbers": quantities are 1 to 1,000,000, those of a combo's parts too
    company = await stage.company()
    one, two = await scenes.filed(company), await scenes.filed(company)
    made = await scenes.combo(company, (one["id"], 10_000), (two["id"], 1))
    fits = await scenes.order(company, (made["id"], 100), until="DRAFT")
    over = await scenes.order(company, (made["id"], 101), until="DRAFT")
    await company.operator.do("orderConfirm", {"id": fits["id"]})
    async with stage.unchanged(company):
        [error] = await company.operator.refused("orderConfirm", {"id": over["id"]})
        assert (error["code"], error["path"], error["most"]) == (
            "NUMBER_RANGE",
            ["input", "lines"],
            "1000000",
        )
