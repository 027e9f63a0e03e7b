"""ASNs in STOCK mode while they are drafts, up to their confirmation (ASN-1, ASN-3, ASN-5)."""

from __future__ import annotations

import re
from typing import Any

from tests import scenes
from tests.stage import Stage

WHOLE = {
    "type": "TRANSFER",
    "packages": 12,
    "grossWeightKg": "1250.5",
    "volumeCbm": "8.125",
    "wrapping": "托盘",
    "carrier": "顺丰",
    "carrierTrackingNo": "SF-1",
    "billOfLading": "BL-1",
    "remarks": "轻放",
}
READ = f"""status mode version receivingNo referenceNo currency {{ code }} warehouse {{ code }} contact phone
    expectedArrivalDate vehicle {{ id }} rejectionReason confirmedAt approvedAt dispatchedAt {" ".join(WHOLE)}"""


def lines(*given: tuple[str, int, str | None]) -> list[dict[str, Any]]:
    return [{"productId": p, "qty": q} | ({"unitPrice": price} if price else {}) for p, q, price in given]


async def test_what_is_entered_is_what_is_read(stage: Stage) -> None:
    # ASN-3
    company = await stage.company("EUR")
    given = scenes.asn_input("STOCK", **WHOLE)
    made = await company.operator.do("asnCreate", given, READ)
    assert (made["status"], made["mode"], made["version"]) == ("DRAFT", "STOCK", 1)
    assert re.fullmatch(r"A\d{6}-[0-9A-HJKMNP-TV-Z]{7}", made["receivingNo"])
    assert (made["currency"]["code"], made["warehouse"]["code"]) == ("EUR", "NB01")
    for name in (*WHOLE, "referenceNo", "contact", "phone", "expectedArrivalDate"):
        assert made[name] == given[name], name


async def test_a_reference_is_unique_among_the_living_of_a_merchant(stage: Stage) -> None:
    # ASN-3
    company, other = await stage.company(), await stage.company()
    first = await company.operator.do("asnCreate", scenes.asn_input("STOCK", referenceNo="PO-1"))
    await other.operator.do("asnCreate", scenes.asn_input("STOCK", referenceNo="PO-1"))
    second = await company.operator.do("asnCreate", scenes.asn_input("STOCK"), "id version")
    given = {"id": second["id"], "version": 1, "referenceNo": "PO-1"}
    async with stage.unchanged(company):
        again = scenes.asn_input("CONSOLIDATION", referenceNo="PO-1")
        [error] = await company.operator.refused("asnCreate", again)
        assert (error["code"], error["path"], error["value"]) == ("TAKEN", ["input", "referenceNo"], "PO-1")
        assert await company.operator.codes("asnUpdate", given) == [("TAKEN", "referenceNo")]
    await company.operator.do("asnDelete", {"id": first["id"]})
    await company.operator.do("asnUpdate", given)


async def test_amounts_have_the_currencys_places(stage: Stage) -> None:
    # spec, "Numbers": quantity × price, rounded half up, once per line
    for currency, amounts in (
        ("USD", ["0.03", "0", "388.5"]),
        ("JPY", ["0", "0", "389"]),
        ("KWD", ["0.025", "0", "388.5"]),
    ):
        company = await stage.company(currency)
        product = (await scenes.draft(company))["id"]
        given = lines((product, 1, "0.0250"), (product, 9, None), (product, 7, "55.5"))
        made = await company.operator.do(
            "asnCreate",
            scenes.asn_input("STOCK", lines=given),
            "lines { nodes { position qty unitPrice amount } }",
        )
        assert [line["amount"] for line in made["lines"]["nodes"]] == amounts
        assert [line["unitPrice"] for line in made["lines"]["nodes"]] == ["0.025", None, "55.5"]


async def test_lines_take_any_ordinary_product_that_is_not_deleted(stage: Stage) -> None:
    # ASN-1
    company, other = await stage.company(), await stage.company()
    draft, gone = await scenes.draft(company), await scenes.draft(company)
    await company.operator.do("productDelete", {"id": gone["id"]})
    combo = await scenes.combo(
        company, (draft["id"], 1), ((await scenes.draft(company))["id"], 1), file=False
    )
    foreign = await scenes.draft(other)
    made = await company.operator.do("asnCreate", scenes.asn_input("STOCK"))
    wrong = [combo["id"], gone["id"], foreign["id"], made["id"]]
    told = [
        ("COMBO_ON_ASN", "lines.0.productId"),
        ("NOT_FOUND", "lines.1.productId"),
        ("NOT_FOUND", "lines.2.productId"),
        ("NOT_FOUND", "lines.3.productId"),
    ]
    given = lines(*((id_, 1, None) for id_ in (*wrong, draft["id"])))
    async with stage.unchanged(company, other):
        add = {"id": made["id"], "version": 1, "lines": given}
        assert await company.operator.codes("asnAddLines", add) == told
        assert await company.operator.codes("asnCreate", scenes.asn_input("STOCK", lines=given)) == told
    await company.operator.do("asnAddLines", {**add, "lines": given[-1:]})


async def test_lines_come_and_go_in_portions(stage: Stage) -> None:
    # ASN-1
    company = await stage.company()
    one, two = (await scenes.draft(company))["id"], (await scenes.draft(company))["id"]
    made = await scenes.asn(company, (one, 1))
    select = "version lines { nodes { id position qty cartonNo product { id } } }"
    given = [{"productId": two, "qty": 2, "cartonNo": "C-1"}, {"productId": one, "qty": 3}]
    done = await company.operator.do("asnAddLines", {"id": made["id"], "version": 1, "lines": given}, select)
    assert [(n["position"], n["qty"], n["cartonNo"]) for n in done["lines"]["nodes"]] == [
        (1, 1, None),
        (2, 2, "C-1"),
        (3, 3, None),
    ]
    ids = [node["id"] for node in done["lines"]["nodes"]]
    other = await scenes.asn(company, (one, 1))
    remove = {"id": made["id"], "version": 2, "lineIds": [ids[1], other["lines"]["nodes"][0]["id"]]}
    async with stage.unchanged(company):
        assert await company.operator.codes("asnRemoveLines", remove) == [("NOT_FOUND", "lineIds.1")]
        for mutation, name in (("asnAddLines", "lines"), ("asnRemoveLines", "lineIds")):
            empty = {"id": made["id"], "version": 2, name: []}
            assert await company.operator.codes(mutation, empty) == [("EMPTY", name)]
    done = await company.operator.do("asnRemoveLines", {**remove, "lineIds": [ids[1], ids[1]]}, select)
    assert [n["id"] for n in done["lines"]["nodes"]] == [ids[0], ids[2]]
    more = {"id": made["id"], "version": 3, "lines": lines((two, 9, None))}
    done = await company.operator.do("asnAddLines", more, select)
    assert [n["position"] for n in done["lines"]["nodes"]] == [1, 3, 4]


async def test_an_asn_has_at_most_a_thousand_lines(stage: Stage) -> None:
    # ASN-1
    company = await stage.company()
    product = (await scenes.draft(company))["id"]
    portion = lines(*[(product, 1, None)] * 250)
    made = await company.operator.do("asnCreate", scenes.asn_input("STOCK", lines=portion), "id version")
    for version in (1, 2, 3):
        add = {"id": made["id"], "version": version, "lines": portion}
        await company.operator.do("asnAddLines", add)
    async with stage.unchanged(company):
        more = {"id": made["id"], "version": 4, "lines": lines((product, 1, None))}
        [error] = await company.operator.refused("asnAddLines", more)
        assert (error["code"], error["path"], error["most"]) == ("TOO_MANY", ["input", "lines"], "1000")


async def test_an_asn_is_confirmed_with_lines_of_filed_products(stage: Stage) -> None:
    # ASN-1, ASN-5
    company = await stage.company()
    filed, draft = await scenes.filed(company), await scenes.draft(company)
    empty = await company.operator.do("asnCreate", scenes.asn_input("STOCK"))
    made = await scenes.asn(company, (filed["id"], 1), (draft["id"], 1))
    async with stage.unchanged(company):
        assert await company.operator.codes("asnConfirm", {"id": empty["id"]}) == [("EMPTY", "")]
        [error] = await company.operator.refused("asnConfirm", {"id": made["id"]})
        assert (error["__typename"], error["code"], error["skus"]) == (
            "ProductsError",
            "PRODUCT_NOT_FILED",
            [draft["sku"]],
        )
    await company.operator.do("productFile", {"id": draft["id"]})
    assert await company.operator.codes("asnConfirm", {"id": made["id"]}) == [("PRODUCT_NOT_FILED", "id")]
    await stage.customs.do("productApprove", {"id": draft["id"], "filingNo": "F-1"})
    done = await company.operator.do("asnConfirm", {"id": made["id"]}, READ)
    assert done["status"] == "CONFIRMED"
    assert done["confirmedAt"] is not None


async def test_the_wrong_content_for_the_mode(stage: Stage) -> None:
    # ASN-1
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    order = await scenes.order(company, (product, 1), mode="CONSOLIDATION")
    async with stage.unchanged(company):
        given = scenes.asn_input("STOCK", orderIds=[order["id"]])
        assert await company.operator.codes("asnCreate", given) == [("WRONG_MODE", "orderIds")]
        given = scenes.asn_input("CONSOLIDATION", lines=lines((product, 1, None)))
        assert await company.operator.codes("asnCreate", given) == [("WRONG_MODE", "lines")]
