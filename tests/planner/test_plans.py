"""Plans are kept by text and operation, made once, shared by viewers, and given up when they fail."""

from __future__ import annotations

from uuid import UUID

import pytest

from exgo_gql.app import schema
from exgo_gql.loaders.ids import encode
from exgo_gql.loaders.planner import plans
from exgo_gql.loaders.planner.plans import Planner
from exgo_gql.loaders.planner.refusals import Unplannable
from tests.planner.compiling import coerced, compiled, document

ID = UUID(int=9)
PAGE = "query($id: ID!, $s: Boolean = false) { product(id: $id) { sku nameZh @skip(if: $s) } }"


@pytest.fixture
def planner() -> Planner:
    return Planner(schema())


def given(number: int = 9, **more: object) -> dict[str, object]:
    return {"id": encode("Product", UUID(int=number)), **more}


def test_a_plan_is_made_once_for_all_values(planner: Planner) -> None:
    first, [slot] = compiled(PAGE, given(1), planner=planner)
    second, [other] = compiled(PAGE, given(2), planner=planner)
    assert first is second
    assert (slot.key, other.key) == (("id", UUID(int=1)), ("id", UUID(int=2)))


def test_other_switches_are_other_plans(planner: Planner) -> None:
    kept, _ = compiled(PAGE, given(), planner=planner)
    skipped, _ = compiled(PAGE, given(s=True), planner=planner)
    assert '"nameZh"' in kept.sql
    assert '"nameZh"' not in skipped.sql
    assert compiled(PAGE, given(s=False), planner=planner)[0] is kept


def test_staff_and_merchants_never_share_a_plan(planner: Planner) -> None:
    """Rule 5."""
    own, _ = compiled(PAGE, given(), planner=planner)
    all_, _ = compiled(PAGE, given(), planner=planner, whole=True)
    assert '"merchant_id" = $' in own.sql
    assert '"merchant_id" = $' not in all_.sql
    assert compiled(PAGE, given(), planner=planner)[0] is own


def test_operations_of_one_text_are_told_apart(planner: Planner) -> None:
    asked = document("query A { warehouses { code } }")
    text = "query A { warehouses { code } } query B { units { code } }"
    both = [asked._replace(text=text), document("query B { units { code } }")._replace(text=text)]
    found = [planner.plan(each, coerced(each), whole=False)[0].sql for each in both]
    assert ('"warehouses"' in found[0], '"units"' in found[1]) == (True, True)


def test_types_of_ids_widen_an_outline(planner: Planner) -> None:
    text = "query($i: ID!) { node(id: $i) { ... on Order { log(first: 1) { totalCount } } ... on Product { sku } } }"
    order, _ = compiled(text, {"i": encode("Order", ID)}, planner=planner)
    product, _ = compiled(text, {"i": encode("Product", ID)}, planner=planner)
    none, _ = compiled(text, {"i": "?"}, planner=planner)
    assert ("operation_logs" in order.sql, "operation_logs" in product.sql) == (True, False)
    assert len({order.sql, product.sql, none.sql}) == 3
    assert compiled(text, {"i": encode("Order", UUID(int=3))}, planner=planner)[0].sql == order.sql


def test_refusals_are_remembered_too(planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    resolved = []
    resolve = plans.resolve
    monkeypatch.setattr(plans, "resolve", lambda *args: resolved.append(1) or resolve(*args))
    for _ in range(3):
        with pytest.raises(Unplannable, match=r"resolver: Query\.viewer"):
            compiled("{ viewer { name } }", planner=planner)
    assert resolved == [1]


def test_memory_is_bounded_and_hot_plans_stay(planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    operations = planner._operations
    monkeypatch.setattr(operations, "_most", 400_000)
    hot, _ = compiled(PAGE, given(), planner=planner)
    compiled(PAGE, given(), planner=planner)
    for number in range(300):
        compiled(f"{{ a{number}: warehouses {{ code nameZh nameEn address retired }} }}", planner=planner)
        assert operations.weight <= 400_000
    assert len(operations) < 200
    assert compiled(PAGE, given(), planner=planner)[0] is hot


def test_a_plan_that_keeps_failing_is_given_up(planner: Planner) -> None:
    plan, _ = compiled(PAGE, given(), planner=planner)
    assert plan.works
    plan.failures = plans.MOST_FAILURES
    assert not plan.works
