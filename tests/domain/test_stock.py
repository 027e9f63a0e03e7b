"""Movements between buckets, and what combos can be made of what there is (INV-1, INV-2)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exgo_gql.domain.stock import Bucket, Move, can_be_made, moves

ONE, TWO = uuid4(), uuid4()


def test_the_buckets_are_those_of_the_ledger() -> None:
    assert [str(b) for b in Bucket] == [
        "ON_THE_WAY",
        "PENDING",
        "SELLABLE",
        "UNSELLABLE",
        "RESERVED",
        "SHIPPED",
    ]


def test_a_move_between_buckets_has_two_sides_that_cancel() -> None:
    assert list(Move(ONE, 3, Bucket.SELLABLE, Bucket.RESERVED).sides()) == [
        (Bucket.SELLABLE, -3),
        (Bucket.RESERVED, 3),
    ]


def test_what_comes_in_or_goes_out_has_one_side() -> None:
    assert list(Move(ONE, 3, None, Bucket.ON_THE_WAY).sides()) == [(Bucket.ON_THE_WAY, 3)]
    assert list(Move(ONE, 3, Bucket.ON_THE_WAY, None).sides()) == [(Bucket.ON_THE_WAY, -3)]


def test_what_is_zero_does_not_move() -> None:
    made = moves({ONE: 2, TWO: 0}, None, Bucket.PENDING)
    assert made == [Move(ONE, 2, None, Bucket.PENDING)]
    assert moves([(ONE, 1), (ONE, 0), (ONE, 2)], Bucket.PENDING, None) == [
        Move(ONE, 1, Bucket.PENDING, None),
        Move(ONE, 2, Bucket.PENDING, None),
    ]


@pytest.mark.parametrize(
    ("parts", "made"),
    [([(10, 1), (10, 3)], 3), ([(0, 1), (10, 1)], 0), ([(2, 3)], 0), ([(9, 3), (6, 2)], 3), ([], 0)],
)
def test_a_combo_is_limited_by_its_scarcest_part(parts: list[tuple[int, int]], made: int) -> None:
    # INV-2
    assert can_be_made(parts) == made


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**4)), min_size=1, max_size=20))
def test_what_can_be_made_fits_and_one_more_does_not(parts: list[tuple[int, int]]) -> None:
    made = can_be_made(parts)
    assert all(made * qty <= sellable for sellable, qty in parts)
    assert any((made + 1) * qty > sellable for sellable, qty in parts)
