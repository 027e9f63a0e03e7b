"""The pure rules of products: weights, prices, what filing needs, what a state locks."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from exgo_gql.domain.codes import Code
from exgo_gql.domain.products import (
    LIMITS,
    OPEN_WHEN_FILED,
    PART_QTY,
    HsEntry,
    ProductStatus,
    filing_blockers,
    locked,
    price_rule,
    weights,
)

DAY = dt.date(2026, 11, 23)
HS = HsEntry("8516500000", "035", dt.date(2026, 1, 1), None, ["品牌类型", "用途"])
ELEMENTS = ("品牌类型", "用途")
COMPLETE: dict[str, Any] = {
    "sku": "SKU-1",
    "name_zh": "微波炉",
    "name_en": "Microwave oven",
    "category_code": "HOME-APPL-MW",
    "unit_code": "001",
    "brand": "NOVA",
    "country_code": "CN",
    "net_weight_kg": Decimal("9.5"),
    "gross_weight_kg": None,
    "vat_invoice_price": Decimal(40),
    "sales_price": Decimal("55.5"),
    "contract_price": None,
    "currency_code": "USD",
    "customs_name": "微波炉",
    "legal_qty": Decimal(1),
    "second_qty": Decimal("9.5"),
}


def blockers(
    *, elements: tuple[str, ...] = ELEMENTS, hs: HsEntry | None = HS, currency: str = "USD", **changes: Any
) -> list[tuple[Code, str]]:
    told = filing_blockers({**COMPLETE, **changes}, elements, hs, currency, DAY)
    return [(r.code, str(r.path[0])) for r in told]


def test_a_complete_product_can_be_filed() -> None:
    assert blockers() == []


@pytest.mark.parametrize(
    "name",
    [
        "sku",
        "name_zh",
        "name_en",
        "category_code",
        "unit_code",
        "brand",
        "country_code",
        "net_weight_kg",
        "vat_invoice_price",
        "sales_price",
        "customs_name",
        "legal_qty",
        "second_qty",
    ],
)
def test_filing_needs_every_required_field(name: str) -> None:
    # PRD-1, PRD-5
    assert blockers(**{name: None}) == [(Code.REQUIRED, name)]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"gross_weight_kg": Decimal("9.499")}, [(Code.GROSS_BELOW_NET, "gross_weight_kg")]),
        ({"sales_price": Decimal("39.9999")}, [(Code.PRICE_BELOW_INVOICE, "sales_price")]),
        ({"contract_price": Decimal("55.4999")}, [(Code.PRICE_NOT_CONTRACT, "sales_price")]),
        ({"currency": "EUR"}, [(Code.CURRENCY_DIFFERS, "currency_code")]),
        ({"hs": None}, [(Code.HS_CODE_MISSING, "hs_code")]),
        ({"elements": ("用途",)}, [(Code.ELEMENT_MISSING, "elements")]),
        ({"elements": ()}, [(Code.ELEMENT_MISSING, "elements"), (Code.ELEMENT_MISSING, "elements")]),
        (
            {"hs": HsEntry("3924100000", None, HS.valid_from, None, ELEMENTS)},
            [(Code.SECOND_QTY_UNWANTED, "second_qty")],
        ),
        (
            {"hs": HsEntry("3924100000", None, HS.valid_from, None, ELEMENTS), "second_qty": None},
            [],
        ),
    ],
)
def test_filing_blockers_one_by_one(changes: dict[str, Any], told: list[tuple[Code, str]]) -> None:
    # PRD-1, PRD-2, PRD-3
    assert blockers(**changes) == told


def test_all_blockers_are_told_at_once() -> None:
    told = blockers(hs=None, currency="EUR", sales_price=Decimal(1), brand=None)
    assert [code for code, _ in told] == [
        Code.REQUIRED,
        Code.PRICE_BELOW_INVOICE,
        Code.CURRENCY_DIFFERS,
        Code.HS_CODE_MISSING,
    ]


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "valid"),
    [
        (DAY, None, True),
        (DAY + dt.timedelta(days=1), None, False),
        (DAY - dt.timedelta(days=9), DAY, True),
        (DAY - dt.timedelta(days=9), DAY - dt.timedelta(days=1), False),
        (DAY, DAY, True),
    ],
)
def test_hs_codes_hold_from_their_first_day_to_their_last(
    valid_from: dt.date, valid_to: dt.date | None, valid: bool
) -> None:
    # PRD-3
    hs = HsEntry("8516500000", "035", valid_from, valid_to, ELEMENTS)
    assert hs.valid_on(DAY) is valid
    assert blockers(hs=hs) == ([] if valid else [(Code.HS_CODE_NOT_VALID, "hs_code")])


@pytest.mark.parametrize(
    ("sales", "invoice", "contract", "codes"),
    [
        ("40", "40", None, []),
        ("40", "40", "40", []),
        ("40.0000", "40", "40.00", []),
        ("39.9999", "40", None, [Code.PRICE_BELOW_INVOICE]),
        ("40", "39", "40.0001", [Code.PRICE_NOT_CONTRACT]),
        ("40", "39", "39", [Code.PRICE_NOT_CONTRACT]),
        ("1", "2", "3", [Code.PRICE_BELOW_INVOICE, Code.PRICE_NOT_CONTRACT]),
        ("0", "0", "0", []),
        ("0", "0.0001", "0", [Code.PRICE_BELOW_INVOICE]),
        (None, "40", "40", []),
        ("1", None, None, []),
    ],
)
def test_the_price_rule(
    sales: str | None, invoice: str | None, contract: str | None, codes: list[Code]
) -> None:
    # PRD-2: never below the VAT invoice price, equal to the contract price where one is given
    prices = [None if p is None else Decimal(p) for p in (sales, invoice, contract)]
    assert [r.code for r in price_rule(*prices)] == codes


@pytest.mark.parametrize(
    ("net", "gross", "fits"),
    [
        ("9.5", "9.5", True),
        ("9.5", "9.501", True),
        ("9.5", "9.499", False),
        (None, "1", True),
        ("1", None, True),
    ],
)
def test_the_gross_weight_is_not_below_the_net_weight(net: str | None, gross: str | None, fits: bool) -> None:
    # PRD-1
    given = {"net_weight_kg": net and Decimal(net), "gross_weight_kg": gross and Decimal(gross)}
    assert (weights(given) == []) is fits


OPEN = {
    "remarks",
    "picture_url",
    "barcode",
    "length_cm",
    "width_cm",
    "height_cm",
    "gross_weight_kg",
    "declared_value",
    "vat_invoice_price",
    "sales_price",
    "contract_price",
}


def test_what_stays_open_once_filed() -> None:
    # PRD-5: remarks, picture, barcode, sizes, gross weight, declared value and the three prices
    assert OPEN_WHEN_FILED == OPEN


@pytest.mark.parametrize("status", ProductStatus)
def test_locked_fields(status: ProductStatus) -> None:
    # PRD-5
    names = sorted({*LIMITS, "unit_code", "category_code", "country_code", "hs_code", "elements", "parts"})
    told = locked(status, names)
    if status not in (ProductStatus.FILED, ProductStatus.DISABLED):
        assert told == []
        return
    assert {(r.code, r.facts["status"]) for r in told} == {(Code.LOCKED_FIELD, str(status))}
    shut = {r.path[0] for r in told}
    assert shut == set(names) - OPEN
    assert {"name_zh", "name_en", "unit_code", "brand", "model", "country_code", "net_weight_kg"} <= shut
    assert {"hs_code", "elements", "customs_name", "legal_qty", "second_qty"} <= shut


@pytest.mark.parametrize(("qty", "fits"), [(0, False), (1, True), (10_000, True), (10_001, False)])
def test_pieces_of_a_part(qty: int, fits: bool) -> None:
    # PRD-4
    assert (PART_QTY.check(qty) is None) is fits
