"""Values outside their limits: each refused with its code, its path and its facts, and nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests import scenes
from tests.stage import Company, Stage

Inputs = Callable[[dict[str, str]], dict[str, Any]]

TEXTS: dict[str, dict[str, int]] = {
    "productCreate": {
        "sku": 32,
        "nameZh": 200,
        "nameEn": 200,
        "brand": 100,
        "model": 100,
        "specification": 200,
        "barcode": 32,
        "customsName": 100,
        "remarks": 1000,
    },
    "comboCreate": {"sku": 32, "nameZh": 200, "nameEn": 200, "barcode": 32, "remarks": 1000},
    "asnCreate": {
        "referenceNo": 64,
        "wrapping": 50,
        "carrier": 100,
        "carrierTrackingNo": 64,
        "billOfLading": 64,
        "contact": 100,
        "phone": 40,
        "remarks": 1000,
    },
    "vehicleCreate": {"plate": 20, "driver": 100, "phone": 40},
    "orderCreate": {
        "referenceNo": 64,
        "platform": 50,
        "recipientName": 100,
        "recipientCompany": 100,
        "recipientProvince": 100,
        "recipientCity": 100,
        "recipientDistrict": 100,
        "recipientAddress1": 200,
        "recipientAddress2": 200,
        "recipientPostcode": 20,
        "recipientPhone": 40,
        "recipientIdentityNo": 64,
        "paymentNo": 64,
        "remarks": 1000,
    },
}
"""The most characters of each text."""

PLAIN = {"sku", "barcode", "phone", "recipientPhone"}
"""Texts of certain characters alone: no emoji among them."""

NUMBERS: dict[str, dict[str, tuple[int, int, bool]]] = {
    "productCreate": {
        "netWeightKg": (7, 3, True),
        "grossWeightKg": (7, 3, True),
        "lengthCm": (5, 2, True),
        "widthCm": (5, 2, True),
        "heightCm": (5, 2, True),
        "declaredValue": (10, 4, False),
        "vatInvoicePrice": (10, 4, False),
        "salesPrice": (10, 4, False),
        "contractPrice": (10, 4, False),
        "legalQty": (9, 5, True),
        "secondQty": (9, 5, True),
    },
    "asnCreate": {"grossWeightKg": (9, 3, True), "volumeCbm": (7, 3, True)},
    "orderCreate": {"grossWeightKg": (7, 3, True), "insurance": (10, 2, False)},
}
"""Digits before the point, places after it, and whether zero is refused."""

UNKNOWN: dict[str, tuple[str, ...]] = {
    "productCreate": ("categoryCode", "unitCode", "countryCode", "hsCode"),
    "comboCreate": ("categoryCode",),
    "asnCreate": ("warehouseCode",),
    "vehicleCreate": ("warehouseCode",),
    "orderCreate": ("warehouseCode", "transportMethodCode", "recipientCountryCode", "currencyCode"),
}


async def base(stage: Stage, company: Company, mutation: str) -> dict[str, Any]:
    """An input that goes through."""
    await scenes.learn_category(stage)
    if mutation == "productCreate":
        return scenes.product_input(grossWeightKg="9999999")
    if mutation == "asnCreate":
        return scenes.asn_input("STOCK")
    if mutation == "vehicleCreate":
        return {"plate": "浙B", "warehouseCode": "NB01"}
    one, two = (await scenes.draft(company))["id"], (await scenes.draft(company))["id"]
    if mutation == "orderCreate":
        return scenes.order_input("STOCK", (one, 1))
    parts = [{"productId": id_, "qty": 1} for id_ in (one, two)]
    return {"sku": scenes.number("C"), "nameZh": "套装", "nameEn": "Set", "parts": parts}


async def fits(company: Company, mutation: str, given: dict[str, Any]) -> bool:
    """Whether it would go through."""
    payload = await company.operator.act(mutation, given, arguments=", dryRun: true")
    return not payload["errors"]


async def error_of(company: Company, mutation: str, given: dict[str, Any]) -> dict[str, Any]:
    [error] = await company.operator.refused(mutation, given)
    return dict(error)


@pytest.mark.parametrize("mutation", TEXTS)
async def test_texts(stage: Stage, mutation: str) -> None:
    company = await stage.company()
    good = await base(stage, company, mutation)
    async with stage.unchanged(company):
        for name, most in TEXTS[mutation].items():
            fill = "8" if name in PLAIN else "箱"
            assert await fits(company, mutation, {**good, name: fill * most}), name
            for bad in (fill * (most + 1), "", " ", "\u3000"):
                error = await error_of(company, mutation, {**good, name: bad})
                assert (error["__typename"], error["code"]) == ("InvalidValueError", "TEXT_LENGTH")
                assert (error["path"], error["least"], error["most"]) == (["input", name], "1", str(most))
            for bad in ("a\u0007b", "a\u001bb", "a\u007fb", *(() if name == "remarks" else ("a\nb", "a\tb"))):
                error = await error_of(company, mutation, {**good, name: bad})
                assert (error["code"], error["path"]) == ("TEXT_CHARACTERS", ["input", name])
            emoji = "🚚" * most
            if name in PLAIN:
                error = await error_of(company, mutation, {**good, name: emoji})
                assert (error["code"], bool(error["expected"])) == ("TEXT_FORMAT", True)
            else:
                assert await fits(company, mutation, {**good, name: emoji}), name


@pytest.mark.parametrize("mutation", NUMBERS)
async def test_numbers(stage: Stage, mutation: str) -> None:
    company = await stage.company()
    good = await base(stage, company, mutation)
    async with stage.unchanged(company):
        for name, (digits, places, positive) in NUMBERS[mutation].items():
            most = f"{'9' * digits}.{'9' * places}"
            alone = {k: v for k, v in good.items() if k != "grossWeightKg"} if name == "netWeightKg" else good
            assert await fits(company, mutation, {**alone, name: most}), name
            for bad, code in (
                (f"1{'0' * digits}", "NUMBER_RANGE"),
                ("-1", "NUMBER_RANGE"),
                (f"1.{'0' * places}1", "NUMBER_PLACES"),
                *((("0", "NUMBER_RANGE"), ("0.00", "NUMBER_RANGE")) if positive else ()),
            ):
                errors = await company.operator.refused(mutation, {**alone, name: bad})
                told = {
                    (e["__typename"], e["code"], e.get("places"))
                    for e in errors
                    if e["path"] == ["input", name]
                }
                assert ("InvalidValueError", code, places if code == "NUMBER_PLACES" else None) in told
            if not positive:
                assert await fits(company, mutation, {**good, name: "0"}), name


@pytest.mark.parametrize("qty", [0, -1, 1_000_001, 2**31 - 1])
async def test_quantities(stage: Stage, qty: int) -> None:
    company = await stage.company()
    product = (await scenes.draft(company))["id"]
    asn = await scenes.asn(company, (product, 1))
    line = {"productId": product, "qty": qty, "unitPrice": "1"}
    told = ("NUMBER_RANGE", ["input", "lines", "0", "qty"], "1", "1000000")
    async with stage.unchanged(company):
        for mutation, given in (
            ("asnCreate", scenes.asn_input("STOCK", lines=[line])),
            ("asnAddLines", {"id": asn["id"], "version": 1, "lines": [line]}),
            ("orderCreate", scenes.order_input("STOCK", lines=[line])),
        ):
            error = await error_of(company, mutation, given)
            assert (error["code"], error["path"], error["least"], error["most"]) == told
        given = scenes.asn_input("STOCK", packages=qty)
        assert (await error_of(company, "asnCreate", given))["path"] == ["input", "packages"]


@pytest.mark.parametrize(
    ("price", "code"),
    [("-0.0001", "NUMBER_RANGE"), ("10000000000", "NUMBER_RANGE"), ("0.00001", "NUMBER_PLACES")],
)
async def test_prices(stage: Stage, price: str, code: str) -> None:
    company = await stage.company()
    line = {"productId": (await scenes.draft(company))["id"], "qty": 1, "unitPrice": price}
    async with stage.unchanged(company):
        for mutation, given in (
            ("asnCreate", scenes.asn_input("STOCK", lines=[line])),
            ("orderCreate", scenes.order_input("STOCK", lines=[line])),
        ):
            error = await error_of(company, mutation, given)
            assert (error["code"], error["path"]) == (code, ["input", "lines", "0", "unitPrice"])


async def test_quantity_times_price_has_a_most(stage: Stage) -> None:
    company = await stage.company()
    line = {"productId": (await scenes.draft(company))["id"], "qty": 1_000_000, "unitPrice": "99999999.9999"}
    over = {**line, "unitPrice": "100000000"}
    for mutation, mode in (("asnCreate", scenes.asn_input), ("orderCreate", scenes.order_input)):
        assert await fits(company, mutation, mode("STOCK", lines=[line]))
        async with stage.unchanged(company):
            error = await error_of(company, mutation, mode("STOCK", lines=[over]))
            assert (error["code"], error["path"]) == ("NUMBER_RANGE", ["input", "lines", "0", "unitPrice"])
            assert error["most"] == "99999999.9999"


@pytest.mark.parametrize("mutation", UNKNOWN)
async def test_unknown_codes(stage: Stage, mutation: str) -> None:
    company = await stage.company()
    good = await base(stage, company, mutation)
    async with stage.unchanged(company):
        for name in UNKNOWN[mutation]:
            for value in ("XX99", "", "nb01", "' or 1=1 --", "🚚"):
                error = await error_of(company, mutation, {**good, name: value})
                assert (error["__typename"], error["code"]) == ("ConflictingValueError", "UNKNOWN_CODE")
                assert (error["path"], error["value"]) == (["input", name], value)


async def test_retired_codes_are_refused_in_new_documents(stage: Stage) -> None:
    company = await stage.company()
    await stage.admin.execute(
        "insert into warehouses (code, name_zh, name_en, address, retired) values ('OLD1', '旧仓', 'Old', '-', true)"
        " on conflict do nothing"
    )
    error = await error_of(company, "asnCreate", scenes.asn_input("STOCK", warehouseCode="OLD1"))
    assert (error["code"], error["value"]) == ("UNKNOWN_CODE", "OLD1")


@pytest.mark.parametrize(
    ("mutation", "names"),
    [
        (
            "productUpdate",
            ("sku", "nameZh", "nameEn", "categoryCode", "unitCode", "brand", "countryCode", "netWeightKg"),
        ),
        ("productUpdate", ("vatInvoicePrice", "salesPrice")),
        (
            "asnUpdate",
            ("referenceNo", "type", "warehouseCode", "expectedArrivalDate", "packages", "contact", "phone"),
        ),
        ("orderUpdate", ("referenceNo", "type", "warehouseCode", "currencyCode", "relabel")),
    ],
)
async def test_null_empties_no_required_field(stage: Stage, mutation: str, names: tuple[str, ...]) -> None:
    company = await stage.company()
    product = (await scenes.draft(company))["id"]
    id_ = {
        "productUpdate": product,
        "asnUpdate": (await scenes.asn(company))["id"],
        "orderUpdate": (await scenes.order(company, (product, 1), until="DRAFT"))["id"],
    }[mutation]
    async with stage.unchanged(company):
        for name in names:
            error = await error_of(company, mutation, {"id": id_, "version": 1, name: None})
            assert (error["__typename"], error["code"], error["path"]) == (
                "RuleError",
                "REQUIRED",
                ["input", name],
            )
        told = await company.operator.codes(mutation, {"id": id_, "version": 1, **dict.fromkeys(names)})
        assert sorted(told) == sorted(("REQUIRED", name) for name in names)


@pytest.mark.parametrize(
    "mutation", ["productReject", "asnReject", "asnRevoke", "orderReject", "orderRefuseRelease"]
)
async def test_reasons(stage: Stage, mutation: str) -> None:
    id_ = (await scenes.draft(await stage.company()))["id"]  # the reason is looked at first
    for bad, code in (
        ("", "TEXT_LENGTH"),
        (" \n", "TEXT_LENGTH"),
        ("x" * 501, "TEXT_LENGTH"),
        ("a\u0007", "TEXT_CHARACTERS"),
    ):
        assert await stage.customs.codes(mutation, {"id": id_, "reason": bad}) == [(code, "reason")]


async def test_filing_numbers(stage: Stage) -> None:
    company = await stage.company()
    made = await scenes.draft(company)
    await company.operator.do("productFile", {"id": made["id"]})
    async with stage.unchanged(company):
        for bad, code in (
            ("", "TEXT_LENGTH"),
            ("F" * 41, "TEXT_LENGTH"),
            ("F 1", "TEXT_FORMAT"),
            ("备1", "TEXT_FORMAT"),
        ):
            given = {"id": made["id"], "filingNo": bad}
            assert await stage.customs.codes("productApprove", given) == [(code, "filingNo")]
    await stage.customs.do("productApprove", {"id": made["id"], "filingNo": "F" * 40})
