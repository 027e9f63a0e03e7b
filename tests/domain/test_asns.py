"""Amounts and how a combo's is split, the limits of an ASN, and the pure rules of orders."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exgo_gql.domain import asns, orders
from exgo_gql.domain.asns import amount, split
from exgo_gql.domain.codes import Code
from exgo_gql.domain.machines import Mode

IDS = [UUID(int=n) for n in range(1, 6)]


@pytest.mark.parametrize(
    ("qty", "price", "places", "expected"),
    [
        (1, "0.005", 2, "0.01"),
        (1, "0.0049", 2, "0.00"),
        (3, "0.0050", 2, "0.02"),  # 0.015: half up, where half to even gives the same
        (1, "0.0250", 2, "0.03"),  # and here it would not
        (1, "0.0150", 2, "0.02"),
        (5, "0.1", 0, "1"),
        (1, "0.4999", 0, "0"),
        (1, "2.5", 0, "3"),
        (1, "0.0005", 3, "0.001"),
        (1_000_000, "9999999.9999", 2, "9999999999900.00"),
        (7, "55.5", 2, "388.50"),
        (10, "0", 2, "0.00"),
    ],
)
def test_amounts_are_rounded_half_up_once_per_line(qty: int, price: str, places: int, expected: str) -> None:
    # spec, "Numbers"
    made = amount(qty, Decimal(price), places)
    assert (made, -int(made.as_tuple().exponent)) == (Decimal(expected), places)


def test_a_combos_amount_is_split_by_sales_prices() -> None:
    # ASN-3
    weights = {IDS[0]: Decimal("55.5"), IDS[1]: Decimal(89)}
    assert split(Decimal("166.50"), weights, 2) == {IDS[0]: Decimal("63.95"), IDS[1]: Decimal("102.55")}


def test_the_last_part_takes_the_rest() -> None:
    # ASN-3: a third each of 100.00
    thirds = dict.fromkeys(IDS[:3], Decimal(1))
    assert list(split(Decimal("100.00"), thirds, 2).values()) == [
        Decimal("33.33"),
        Decimal("33.33"),
        Decimal("33.34"),
    ]
    assert list(split(Decimal(100), thirds, 0).values()) == [Decimal(33), Decimal(33), Decimal(34)]


def test_parts_without_a_price_leave_all_to_the_last() -> None:
    free = dict.fromkeys(IDS[:2], Decimal(0))
    assert split(Decimal("10.00"), free, 2) == {IDS[0]: Decimal("0.00"), IDS[1]: Decimal("10.00")}


def test_an_ordinary_product_keeps_its_amount() -> None:
    assert split(Decimal("10.01"), {IDS[0]: Decimal(1)}, 2) == {IDS[0]: Decimal("10.01")}


MONEY = st.decimals(0, 10**9, places=4, allow_nan=False, allow_infinity=False)


@given(
    total=st.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False),
    prices=st.lists(MONEY, min_size=1, max_size=5),
)
def test_shares_add_up_to_the_total(total: Decimal, prices: list[Decimal]) -> None:
    shares = split(total, dict(zip(IDS, prices, strict=False)), 2)
    assert sum(shares.values()) == total
    assert len(shares) == len(prices)
    assert all(share == share.quantize(Decimal("0.01")) for share in shares.values())
    first = list(shares.values())[:-1]
    assert all(share >= 0 for share in first)


def test_limits_of_documents() -> None:
    # ASN-1, spec "Numbers"
    assert (asns.MOST_LINES, asns.MOST_ORDERS) == (1_000, 5_000)
    assert asns.LINE_LIMITS["qty"].check(0) is not None
    assert asns.RECEIPT_LIMITS["good_qty"].check(0) is None
    assert asns.RECEIPT_LIMITS["qty"].check(0) is not None


def test_what_can_be_set_until_dispatch() -> None:
    # ASN-5: vehicle, expected arrival, carrier, tracking number, contact and remarks
    assert set(asns.TRANSPORT_FIELDS) == {
        "vehicle_id",
        "expected_arrival_date",
        "carrier",
        "carrier_tracking_no",
        "contact",
        "phone",
        "remarks",
    }


def test_live_asns() -> None:
    assert {str(s) for s in asns.LIVE} == {
        "DRAFT",
        "CONFIRMED",
        "PENDING_REVIEW",
        "APPROVED",
        "IN_TRANSIT",
        "RECEIVING",
    }


NEEDED = (
    "recipient_name",
    "recipient_country_code",
    "recipient_province",
    "recipient_city",
    "recipient_address1",
    "recipient_phone",
    "transport_method_code",
)


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("mode", Mode)
def test_a_confirmed_order_lacks_nothing(name: str, mode: Mode) -> None:
    # ORD-2
    values: dict[str, object] = {**dict.fromkeys(NEEDED, "x"), "inbound_tracking_no": "TRK-1"}
    assert orders.confirm_blockers(values, mode) == []
    told = orders.confirm_blockers({**values, name: None}, mode)
    assert [(r.code, r.path) for r in told] == [(Code.REQUIRED, (name,))]


def test_a_parcel_that_arrives_has_a_label() -> None:
    # ORD-2: CONSOLIDATION
    values: dict[str, object] = dict.fromkeys(NEEDED, "x")
    told = orders.confirm_blockers(values, Mode.CONSOLIDATION)
    assert [r.path for r in told] == [("inbound_tracking_no",)]
    assert orders.confirm_blockers(values, Mode.STOCK) == []


@pytest.mark.parametrize(
    ("mode", "relabel", "label", "codes"),
    [
        (Mode.STOCK, False, None, []),
        (Mode.STOCK, True, None, [Code.WRONG_MODE]),
        (Mode.STOCK, False, "L", [Code.LABEL_UNWANTED]),
        (Mode.CONSOLIDATION, True, None, []),
        (Mode.CONSOLIDATION, True, "L", []),
        (Mode.CONSOLIDATION, False, "L", [Code.LABEL_UNWANTED]),
    ],
)
def test_labels_belong_to_relabelling(
    mode: Mode, relabel: bool, label: str | None, codes: list[Code]
) -> None:
    # ORD-2
    assert [r.code for r in orders.label_rules(mode, relabel, label)] == codes
