"""How refusals are told: what changed since a stale version, in which language, and all at once (API-2, API-5)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests import scenes
from tests.stage import Company, Stage


async def stale(company: Company) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """For each mutation with a version: an input that is out of date, and the fields that changed since."""
    operator, product = company.operator, (await scenes.filed(company))["id"]
    draft = await scenes.draft(company)
    asn, other = await scenes.asn(company, (product, 1)), await scenes.asn(company, (product, 1))
    order = await scenes.order(company, (product, 1), until="DRAFT")
    edit = {"version": 1, "remarks": "改"}
    await operator.do("productUpdate", {"id": draft["id"], "version": 1, "nameZh": "新", "netWeightKg": "2"})
    for made in (asn, other):
        await operator.do("asnUpdate", {"id": made["id"], "version": 1, "carrierTrackingNo": "T"})
    lines = [{"productId": product, "qty": 2, "unitPrice": "1"}]
    await operator.do("orderUpdate", {"id": order["id"], "version": 1, "lines": lines, "platform": "Ebay"})
    return {
        "productUpdate": ({"id": draft["id"], **edit}, ["nameZh", "netWeightKg"]),
        "asnUpdate": ({"id": asn["id"], **edit}, ["carrierTrackingNo"]),
        "asnAddLines": ({"id": other["id"], "version": 1, "lines": lines}, ["carrierTrackingNo"]),
        "orderUpdate": ({"id": order["id"], **edit}, ["lines", "platform"]),
    }


async def test_stale_versions_are_told_what_changed(stage: Stage) -> None:
    # API-2
    company = await stage.company()
    for mutation, (given, changed) in (await stale(company)).items():
        async with stage.unchanged(company):
            [error] = await company.operator.refused(mutation, given)
            assert (error["__typename"], error["code"]) == ("StaleVersionError", "STALE_VERSION")
            assert (error["path"], error["current"], error["changed"]) == (["input", "version"], 2, changed)
            for version in (0, -1, 3, 2**31 - 1):
                [error] = await company.operator.refused(mutation, {**given, "version": version})
                assert (error["code"], error["current"]) == ("STALE_VERSION", 2)
        await company.operator.do(mutation, {**given, "version": 2})


@pytest.mark.parametrize(
    ("accept", "chinese"),
    [
        ("", True),
        ("zh", True),
        ("zh-TW", True),
        ("fr", True),
        ("*", True),
        ("en", False),
        ("en-GB", False),
        ("fr, en;q=0.5", False),
        ("en;q=0.5, zh;q=0.8", True),
        ("zh;q=0.5, en;q=0.8", False),
        ("x" * 10_000, True),
        ("en;q=nonsense", True),
    ],
)
async def test_messages_are_in_the_language_asked_for(stage: Stage, accept: str, chinese: bool) -> None:
    # API-5: zh-CN, or en by Accept-Language
    company = await stage.company()
    payload = await company.operator.act("productFile", {"id": "x"}, **{"accept-language": accept})
    [error] = payload["errors"]
    assert error["message"] == ("没有这个product。" if chinese else "There is no such product.")
    given = scenes.asn_input("STOCK", packages=0)
    payload = await company.operator.act("asnCreate", given, **{"accept-language": accept})
    assert bool(re.search("[\u4e00-\u9fff]", payload["errors"][0]["message"])) is chinese


async def test_all_problems_are_told_at_once(stage: Stage) -> None:
    company = await stage.company()
    given = scenes.asn_input("STOCK", packages=0, contact=" ", phone="x", warehouseCode="XX")
    assert sorted(await company.operator.codes("asnCreate", given)) == [
        ("NUMBER_RANGE", "packages"),
        ("TEXT_FORMAT", "phone"),
        ("TEXT_LENGTH", "contact"),
        ("UNKNOWN_CODE", "warehouseCode"),
    ]
