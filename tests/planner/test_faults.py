"""The comparison can fail: a planner with one small fault is found out.

Here, and here only, functions of our own are replaced: each by one that does its work a little wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from exgo_gql.loaders.planner import computed, emit, emit_pages, plans
from exgo_gql.loaders.scope import visible
from tests.planner.agreement import Found, Pair
from tests.planner.conftest import Demonstration
from tests.planner.drawn import askings, drawn
from tests.planner.known import Known
from tests.stage import Person, Stage

MOST = 200
"""How many documents a fault may hide from."""

Plant = Callable[[pytest.MonkeyPatch], None]


def backward_pages_turned_round(patch: pytest.MonkeyPatch) -> None:
    read = emit_pages._Page.read

    def as_they_were_read(page: Any) -> str:
        rows = read(page)
        return rows[: rows.rindex(" order by ")] if page.backward else rows

    patch.setattr(emit_pages._Page, "read", as_they_were_read)


def filters_dropped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(emit, "conditions", lambda *_: [])


def switches_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A plan for one choice of ``@skip`` and ``@include`` serves them all."""
    patch.setattr(plans, "switches", lambda _: ())


def tenant_turned_round(patch: pytest.MonkeyPatch) -> None:
    """Row-level security then leaves nothing at all."""
    patch.setattr(emit, "visible", lambda *of: visible(*of).replace(" = ", " <> "))


def computed_for_somebody_else(patch: pytest.MonkeyPatch) -> None:
    """What the first viewer is answered is told to all others."""
    kept: dict[Any, Any] = {}
    spliced = plans.splice

    def splice(page: bytes, fillings: Any, given: Any) -> bytes:
        return spliced(page, fillings, kept.setdefault("given", given))

    patch.setattr(plans, "splice", splice)


def the_end_is_never_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(emit_pages._Page, "there_is_more", lambda *_, **__: "true")


def computed_nulls_written(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(computed._Code, "_leaf", lambda *_: "None")


FAULTS: list[Plant] = [
    backward_pages_turned_round,
    filters_dropped,
    switches_forgotten,
    tenant_turned_round,
    computed_for_somebody_else,
    the_end_is_never_told,
    computed_nulls_written,
]


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
async def test_a_planted_fault_is_found(
    pair: Pair, demonstration: Demonstration, known: Known, people: list[Person], plant: Plant
) -> None:
    found = Found()
    with pytest.MonkeyPatch.context() as patch:
        plant(patch)
        async with Stage.open(demonstration.fresh, planner=True) as faulty:
            comparison = Pair(faulty, pair.loaded)
            for number, person, document in drawn(range(MOST), pair.schema, known, people):
                for who, question in askings(number, person, document, known, people):
                    await comparison.ask(who, question, found)
                if found.differences:
                    return
    pytest.fail(f"not found in {found.asked} questions")
