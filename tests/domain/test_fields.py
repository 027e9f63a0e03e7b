"""Limits of single values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from exgo_gql.domain import asns, orders, products
from exgo_gql.domain.codes import Code
from exgo_gql.domain.fields import (
    LINE_QTY,
    UNIT_PRICE,
    WEIGHT,
    Limit,
    Number,
    Text,
    Whole,
    check_fields,
    check_required,
)

ALL_LIMITS: dict[str, Limit] = {
    f"{subject}.{name}": limit
    for subject, limits in {
        "product": products.LIMITS,
        "asn": asns.LIMITS,
        "asn line": asns.LINE_LIMITS,
        "receipt": asns.RECEIPT_LIMITS,
        "vehicle": asns.VEHICLE_LIMITS,
        "order": orders.LIMITS,
        "order line": orders.LINE_LIMITS,
        "ship": orders.SHIP_LIMITS,
        "track": orders.TRACKING_LIMITS,
    }.items()
    for name, limit in limits.items()
}
TEXTS = {name: limit for name, limit in ALL_LIMITS.items() if isinstance(limit, Text)}
NUMBERS = {name: limit for name, limit in ALL_LIMITS.items() if isinstance(limit, Number)}


def code_of(limit: Limit, value: object) -> Code | None:
    told = limit.check(value)
    return told.code if told else None


@pytest.mark.parametrize("name", TEXTS)
def test_texts_take_their_most_characters_and_no_more(name: str) -> None:
    limit = TEXTS[name]
    fill = "1" if limit.pattern is None or limit.pattern[0] == "[" else ""
    most = fill * limit.most or {"https://\\S+": "https://" + "x" * (limit.most - 8)}.get(limit.pattern or "")
    if limit.pattern and "@" in limit.pattern:
        most = "a@b." + "c" * (limit.most - 4)
    assert most is not None
    assert len(most) == limit.most
    assert limit.check(most) is None
    told = limit.check(most + "1")
    assert told is not None
    assert (told.code, told.facts) == (Code.TEXT_LENGTH, {"least": 1, "most": limit.most})


@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_not_blank_and_hold_no_control_characters(name: str) -> None:
    limit = TEXTS[name]
    for blank in ("", " ", "\u3000", "\u00a0 "):
        assert code_of(limit, blank) is Code.TEXT_LENGTH, repr(blank)
    for bad in ("a\0b", "a\x07b", "a\x1bb", "a\x7fb", "a\x85b", "a\rb", "a\ud800b"):
        assert code_of(limit, bad) is Code.TEXT_CHARACTERS, repr(bad)
    if limit.lines:
        assert limit.check("a\n\tb") is None
    else:
        assert code_of(limit, "a\nb") is Code.TEXT_CHARACTERS
        assert code_of(limit, "a\tb") is Code.TEXT_CHARACTERS


def test_characters_are_counted_as_people_count_them() -> None:
    assert Text(3).check("微波炉") is None
    assert Text(2).check("🚚🚚") is None
    assert code_of(Text(2), "🚚🚚🚚") is Code.TEXT_LENGTH


@pytest.mark.parametrize(
    ("limit", "good", "bad"),
    [
        (products.LIMITS["sku"], ("A", "a-1_.Z", "0"), ("A 1", "A/1", "微", "A+1", "Ａ")),
        (products.LIMITS["barcode"], ("6901234567892", "A-1"), ("69 01", "69.1")),
        (products.LIMITS["picture_url"], ("https://a.cn/x.png",), ("http://a.cn", "https://", "https://a b")),
        (products.FILING_NO, ("F-0001", "SB-9A7F"), ("F 1", "F_1", "备1")),
        (orders.LIMITS["recipient_email"], ("a@b.cn",), ("a@b", "@b.cn", "a b@c.cn", "a@@b.cn")),
        (orders.PHONE, ("+86 (574) 8888-0000",), ("ext. 5", "８８")),
        (asns.LIMITS["phone"], ("110",), ("1#2",)),
    ],
)
def test_formats(limit: Limit, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    assert [code_of(limit, text) for text in good] == [None] * len(good)
    assert [code_of(limit, text) for text in bad] == [Code.TEXT_FORMAT] * len(bad)


@pytest.mark.parametrize("value", [1, 1_000_000])
def test_line_quantities_within(value: int) -> None:
    assert LINE_QTY.check(value) is None


@pytest.mark.parametrize("value", [0, -1, 1_000_001, 1.5, "1", None, Decimal(1)])
def test_line_quantities_are_whole_from_one_to_a_million(value: Any) -> None:
    # spec, "Numbers"
    told = LINE_QTY.check(value)
    assert told is not None
    assert (told.code, told.facts) == (Code.NUMBER_RANGE, {"least": 1, "most": 1_000_000})


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_keep_their_digits_and_places(name: str) -> None:
    limit = NUMBERS[name]
    step = Decimal(1).scaleb(-limit.places)
    assert limit.check(limit.most) is None
    assert limit.check(limit.least) is None
    assert limit.check(step) is None
    assert code_of(limit, limit.most + step) is Code.NUMBER_RANGE
    assert code_of(limit, Decimal(-1)) is Code.NUMBER_RANGE
    assert code_of(limit, Decimal(1) + step / 10) is Code.NUMBER_PLACES
    assert code_of(limit, Decimal(0)) is (Code.NUMBER_RANGE if limit.positive else None)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+400"])
def test_numbers_are_finite(value: str) -> None:
    for limit in (UNIT_PRICE, WEIGHT):
        assert code_of(limit, Decimal(value)) is Code.NUMBER_RANGE


def test_places_are_those_of_the_specification() -> None:
    # spec, "Numbers": unit prices 4 places, weights 3, legal and second quantity 5
    assert UNIT_PRICE.places == 4
    assert WEIGHT.places == 3
    five = [products.LIMITS["legal_qty"], products.LIMITS["second_qty"]]
    assert [limit.places for limit in five if isinstance(limit, Number)] == [5, 5]
    assert UNIT_PRICE.check(Decimal("1.50000000")) is None  # zeros at the end are no places


def test_check_fields_blames_each_field_and_leaves_null_alone() -> None:
    limits: dict[str, Limit] = {"qty": Whole(), "name": Text(3), "price": UNIT_PRICE}
    told = check_fields(limits, {"qty": 0, "name": "long", "price": None, "other": object()})
    assert [(r.path, r.code) for r in told] == [(("qty",), Code.NUMBER_RANGE), (("name",), Code.TEXT_LENGTH)]


def test_check_required_tells_all_that_are_missing() -> None:
    told = check_required(("a", "b", "c"), {"a": 1, "b": None})
    assert [(r.path, r.code) for r in told] == [(("b",), Code.REQUIRED), (("c",), Code.REQUIRED)]


def test_limits_say_themselves() -> None:
    assert Text(32, expected="letters").said == "1–32 characters: letters"
    assert Text(10, least=10).said == "10 characters"
    assert Whole().said == "1–1,000,000"
    assert WEIGHT.said == "above 0, at most 3 decimal places"
    assert UNIT_PRICE.said == "at least 0, at most 4 decimal places"
