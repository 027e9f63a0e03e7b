"""Ordinary products: entering, editing, filing (PRD-1 to PRD-3, PRD-5)."""

from __future__ import annotations

from typing import Any

import pytest

from tests import scenes
from tests.stage import Company, Stage

WHOLE = {
    "model": "MW-20",
    "specification": "20 L",
    "barcode": "6901234567892",
    "grossWeightKg": "10.25",
    "lengthCm": "45.5",
    "widthCm": "36",
    "heightCm": "28.25",
    "declaredValue": "50.1234",
    "contractPrice": "55.5",
    "pictureUrl": "https://img.example/mw-20.png",
    "remarks": "第一行\n第二行",
}
READ = """id status kind version sku nameZh nameEn category { code } unit { code } brand model specification
    countryOfOrigin { code } barcode netWeightKg grossWeightKg lengthCm widthCm heightCm declaredValue
    vatInvoicePrice salesPrice contractPrice currency { code } pictureUrl remarks hsCode { code } customsName
    elements { value element { name } } legalQty secondQty filingNo filedAt rejectionReason"""


async def read(company: Company, id_: str, select: str = READ) -> dict[str, Any]:
    found: dict[str, Any] = await company.viewer.ask(
        f"query($id: ID!) {{ product(id: $id) {{ {select} }} }}", {"id": id_}
    )
    return dict(found["product"])


async def test_what_is_entered_is_what_is_read(stage: Stage) -> None:
    # PRD-1
    company = await stage.company("EUR")
    await scenes.learn_category(stage)
    given = scenes.product_input(**WHOLE)
    made = await company.operator.do("productCreate", given, READ)
    assert (made["status"], made["kind"], made["version"]) == ("DRAFT", "ORDINARY", 1)
    assert made["currency"] == {"code": "EUR"}  # the merchant's
    for name in (*WHOLE, "sku", "nameZh", "nameEn", "brand", "customsName"):
        assert made[name] == given[name], name
    assert (made["netWeightKg"], made["legalQty"], made["secondQty"]) == ("9.5", "1", "9.5")
    codes_of = {name: made[name]["code"] for name in ("category", "unit", "countryOfOrigin", "hsCode")}
    assert list(codes_of.values()) == [given["categoryCode"], "001", "CN", "8516500000"]
    assert {e["element"]["name"]: e["value"] for e in made["elements"]} == scenes.ELEMENTS
    assert made == await read(company, made["id"])


async def test_a_sku_is_unique_among_the_living_of_a_merchant(stage: Stage) -> None:
    # PRD-1, PRD-7
    company, other = await stage.company(), await stage.company()
    first = await scenes.draft(company, sku="MW-20")
    assert (await scenes.draft(other, sku="MW-20"))["sku"] == "MW-20"
    async with stage.unchanged(company):
        [error] = await company.operator.refused("productCreate", scenes.product_input(sku="MW-20"))
        assert (error["code"], error["path"], error["value"]) == ("TAKEN", ["input", "sku"], "MW-20")
    second = await scenes.draft(company, sku="mw-20")  # case matters
    given = {"id": second["id"], "version": 1, "sku": "MW-20"}
    async with stage.unchanged(company):
        assert await company.operator.codes("productUpdate", given) == [("TAKEN", "sku")]
    await company.operator.do("productDelete", {"id": first["id"]})
    await company.operator.do("productUpdate", given)
    assert (await read(company, first["id"], "sku status"))["status"] == "DELETED"


async def test_a_draft_may_break_the_price_rule_and_shows_it(stage: Stage) -> None:
    # PRD-2
    company = await stage.company()
    made = await scenes.draft(company, salesPrice="39.9999", contractPrice="60")
    shown = await read(company, made["id"], "warnings { code message }")
    assert [w["code"] for w in shown["warnings"]] == ["PRICE_BELOW_INVOICE", "PRICE_NOT_CONTRACT"]
    assert "39.9999" in shown["warnings"][0]["message"]
    async with stage.unchanged(company):
        assert await company.operator.codes("productFile", {"id": made["id"]}) == [
            ("PRICE_BELOW_INVOICE", "salesPrice"),
            ("PRICE_NOT_CONTRACT", "salesPrice"),
        ]
    given = {"id": made["id"], "version": 1, "salesPrice": "60"}
    done = await company.operator.do("productUpdate", given, "warnings { code }")
    assert done["warnings"] == []
    await company.operator.do("productFile", {"id": made["id"]})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"hsCode": None}, [("HS_CODE_MISSING", "hsCode")]),
        ({"customsName": None}, [("REQUIRED", "customsName")]),
        ({"legalQty": None}, [("REQUIRED", "legalQty")]),
        ({"secondQty": None}, [("REQUIRED", "secondQty")]),
        ({"elements": [{"name": "用途", "value": "加热"}]}, [("ELEMENT_MISSING", "elements")] * 5),
        (
            {
                "hsCode": "3924100000",
                "elements": [
                    {"name": n, "value": "1"}
                    for n in (
                        "品牌类型",
                        "出口享惠情况",
                        "用途",
                        "材质（塑料品种）",
                        "品牌（中文或外文名称）",
                        "型号",
                    )
                ],
            },
            [("SECOND_QTY_UNWANTED", "secondQty")],
        ),
    ],
)
async def test_filing_needs_all_customs_data(stage: Stage, changes: dict[str, Any], told: list[Any]) -> None:
    # PRD-3, PRD-5
    company = await stage.company()
    await scenes.learn_category(stage)
    given = {k: v for k, v in scenes.product_input(**changes).items() if v is not None}
    if "hsCode" not in given:
        del given["elements"]
    made = await company.operator.do("productCreate", given)
    async with stage.unchanged(company):
        assert await company.operator.codes("productFile", {"id": made["id"]}) == told


async def test_filing_refuses_another_currency_than_the_merchants(stage: Stage) -> None:
    # PRD-2: when the trading currency changes, products keep theirs
    company = await stage.company("USD")
    made = await scenes.draft(company)
    await stage.admin.execute("update merchants set currency_code = 'EUR' where id = $1", company.id)
    [error] = await company.operator.refused("productFile", {"id": made["id"]})
    assert (error["code"], error["path"]) == ("CURRENCY_DIFFERS", ["input", "currencyCode"])
    assert error["message"] == "The product's currency USD differs from the merchant's, EUR."
    assert (await read(company, made["id"], "currency { code }"))["currency"] == {"code": "USD"}


async def ended_hs_code(stage: Stage, ends: str) -> str:
    """An HS code of its own edition, in force until a day relative to today in Shanghai."""
    code = str(await stage.admin.fetchval("select 9900000000 + count(*) from hs_codes"))
    await stage.admin.execute(
        f"""insert into hs_codes (code, edition, name_zh, first_unit_code, valid_from, valid_to)
            values ($1, 'ENDED', '其他', '001', '2020-01-01',
                    (now() at time zone 'Asia/Shanghai')::date + interval '{ends}')""",
        code,
    )
    return code


async def test_hs_codes_end(stage: Stage) -> None:
    # PRD-3
    company = await stage.company()
    code = await ended_hs_code(stage, "0 days")  # today is its last day
    given = {"hsCode": code, "elements": [], "secondQty": None}
    made = await scenes.draft(company, **given)
    await stage.admin.execute("update hs_codes set valid_to = valid_to - 1 where code = $1", code)
    async with stage.unchanged(company):
        [error] = await company.operator.refused("productFile", {"id": made["id"]})
        assert (error["code"], error["path"], error["value"]) == (
            "HS_CODE_NOT_VALID",
            ["input", "hsCode"],
            code,
        )
        await scenes.learn_category(stage)
        assert await company.operator.codes("productCreate", scenes.product_input(**given)) == [
            ("HS_CODE_NOT_VALID", "hsCode")
        ]
    await stage.admin.execute("update hs_codes set valid_to = valid_to + 1 where code = $1", code)
    filed = await company.operator.do("productFile", {"id": made["id"]}, "status")
    assert filed["status"] == "FILING"


async def test_enabling_needs_an_hs_code_that_holds(stage: Stage) -> None:
    company = await stage.company()
    code = await ended_hs_code(stage, "0 days")
    made = await scenes.filed(company, hsCode=code, elements=[], secondQty=None)
    await company.operator.do("productDisable", {"id": made["id"]})
    await stage.admin.execute("update hs_codes set valid_to = valid_to - 1 where code = $1", code)
    async with stage.unchanged(company):
        [error] = await company.operator.refused("productEnable", {"id": made["id"]})
        assert (error["code"], error["value"]) == ("HS_CODE_NOT_VALID", code)


async def test_filing_sends_a_snapshot_to_customs(stage: Stage) -> None:
    # CUS-1: what was sent is kept and can be read
    company = await stage.company()
    made = await scenes.draft(company)
    await company.operator.do("productFile", {"id": made["id"]})
    shown = await read(company, made["id"], "status filings { nodes { number status decidedAt } }")
    waiting = {"number": made["sku"], "status": "QUEUED", "decidedAt": None}
    assert shown == {"status": "FILING", "filings": {"nodes": [waiting]}}
    row = await stage.admin.fetchrow(
        """select f.id, f.snapshot::jsonb ->> 'sku' as sku, f.snapshot::jsonb -> 'elements' ->> '用途' as usage,
             d.topic, d.dedup_key from customs_filings f join outbox o on o.subject_id = f.product_id
             join deliveries d on d.message_id = o.id and d.merchant_id = o.merchant_id
           where f.merchant_id = $1""",
        company.id,
    )
    assert (row["sku"], row["usage"], row["topic"]) == (made["sku"], "加热食品", "CUSTOMS")
    assert row["dedup_key"] == f"filing:{row['id']}"


async def test_a_rejected_product_stays_rejected_until_it_is_filed_again(stage: Stage) -> None:
    # PRD-5
    company = await stage.company()
    made = await scenes.draft(company)
    await company.operator.do("productFile", {"id": made["id"]})
    done = await stage.customs.do("productReject", {"id": made["id"], "reason": "归类有误"}, READ)
    assert (done["status"], done["rejectionReason"], done["filingNo"]) == ("REJECTED", "归类有误", None)
    given = {"id": made["id"], "version": done["version"], "sku": "MW-21", "nameZh": "新名"}
    done = await company.operator.do("productUpdate", given, READ)
    assert (done["status"], done["sku"], done["rejectionReason"]) == ("REJECTED", "MW-21", "归类有误")
    await company.operator.do("productFile", {"id": made["id"]})
    done = await stage.customs.do("productApprove", {"id": made["id"], "filingNo": "F-77"}, READ)
    assert (done["status"], done["filingNo"], done["rejectionReason"]) == ("FILED", "F-77", None)
    assert done["filedAt"] is not None
    shown = await read(company, made["id"], "filings { nodes { number status reason } }")
    assert shown["filings"]["nodes"] == [
        {"number": "MW-21", "status": "APPROVED", "reason": None},
        {"number": made["sku"], "status": "REJECTED", "reason": "归类有误"},
    ]


async def test_elements_follow_their_hs_code(stage: Stage) -> None:
    # PRD-3
    company = await stage.company()
    made = await scenes.draft(company)
    hood = {"id": made["id"], "version": 1, "hsCode": "8414601000"}
    done = await company.operator.do("productUpdate", hood, READ)
    kept = {e["element"]["name"] for e in done["elements"]}
    assert kept == {"品牌类型", "出口享惠情况", "品牌（中文或外文名称）", "型号"}
    wrong = {"id": made["id"], "version": 2, "elements": [{"name": "加热原理", "value": "微波"}]}
    async with stage.unchanged(company):
        [error] = await company.operator.refused("productUpdate", wrong)
        assert (error["code"], error["path"]) == ("ELEMENT_UNKNOWN", ["input", "elements"])
        assert "加热原理" in error["message"]
        twice = {**wrong, "elements": [{"name": "型号", "value": v} for v in "12"]}
        assert await company.operator.codes("productUpdate", twice) == [("TWICE", "elements.1.name")]
    done = await company.operator.do("productUpdate", {"id": made["id"], "version": 2, "hsCode": None}, READ)
    assert (done["hsCode"], done["elements"]) == (None, [])
