"""Refusals: every code has both sentences, and every fact they speak of is given where it is raised."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import exgo_gql
from exgo_gql.domain.codes import MESSAGES, Code
from exgo_gql.domain.orders import Shortfall
from exgo_gql.domain.refusals import Language, Refusal, Refused, insist, refusal
from exgo_gql.schema.errors import UserError, shown
from exgo_gql.services.violations import REFUSALS as BY_CONSTRAINT

ROOT = Path(exgo_gql.__file__).parent
SAMPLES: dict[str, object] = {
    "allowed": ["UPDATE"],
    "changed": ["net_weight_kg"],
    "current": 3,
    "holders": ["A261123-7K3QXMT"],
    "least": 1,
    "most": 10,
    "places": 4,
    "skus": ["SKU-1", "SKU-2"],
}


def placeholders(code: Code) -> set[str]:
    """The facts that a code's sentences speak of."""
    return {name for text in MESSAGES[code] for _, name, _, _ in string.Formatter().parse(text) if name}


def calls() -> Iterator[tuple[str, ast.Call, dict[str, set[str]]]]:
    """Every call of ``refusal`` in the package, with the dict literals that names stand for there."""
    for path in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
        assigned = [n for n in ast.walk(tree) if isinstance(n, ast.Assign) and isinstance(n.value, ast.Dict)]
        for call in found:
            if isinstance(call.func, ast.Name) and call.func.id == "refusal":
                before = sorted((a for a in assigned if a.lineno < call.lineno), key=lambda a: a.lineno)
                known = {
                    target.id: {k.value for k in a.value.keys if isinstance(k, ast.Constant)}  # type: ignore[attr-defined]
                    for a in before
                    for target in a.targets
                    if isinstance(target, ast.Name)
                }
                yield f"{path.relative_to(ROOT)}:{call.lineno}", call, known


def facts_of(call: ast.Call, known: dict[str, set[str]]) -> set[str]:
    facts = {keyword.arg for keyword in call.keywords if keyword.arg}
    for keyword in call.keywords:
        if keyword.arg is None and isinstance(keyword.value, ast.Name):
            facts |= known[keyword.value.id]
    return facts


def code_of(call: ast.Call) -> Code | None:
    first = call.args[0]
    if isinstance(first, ast.Attribute) and isinstance(first.value, ast.Name) and first.value.id == "Code":
        return Code[first.attr]
    return None


@pytest.mark.parametrize("code", Code)
def test_every_code_has_two_sentences_that_speak_of_the_same_facts(code: Code) -> None:
    # API-5
    chinese, english = MESSAGES[code]
    assert chinese.endswith("。")
    assert english.endswith(".")
    assert any("\u4e00" <= c <= "\u9fff" for c in chinese)
    assert not any("\u4e00" <= c <= "\u9fff" for c in english)


def test_every_fact_of_a_sentence_is_given_where_its_code_is_raised() -> None:
    dynamic, missing, seen = [], [], set()
    for place, call, known in calls():
        code = code_of(call)
        if code is None:
            dynamic.append(place.partition(":")[0])
            continue
        seen.add(code)
        lacking = placeholders(code) - facts_of(call, known)
        if lacking:
            missing.append((place, code, lacking))
    assert missing == []
    assert len(seen) > 40
    # Calls whose code is a variable are few, and each is judged by a test of its own below.
    assert sorted(set(dynamic)) == ["domain/orders.py", "services/orders.py", "services/violations.py"]


@pytest.mark.parametrize("code", [Code.STOCK, Code.PRODUCT])
def test_shortfalls_give_their_facts(code: Code) -> None:
    told = Shortfall(code, "SKU-1", 5, 2).as_refusal()
    assert "SKU-1" in told.message(Language.ZH)
    assert placeholders(code) <= set(told.facts)


def test_constraints_stand_for_codes_that_need_no_more_than_they_give() -> None:
    given = {Code.TAKEN: {"value"}, Code.ORDER_NOT_SELECTABLE: {"order_no"}}
    for code, _ in BY_CONSTRAINT.values():
        assert placeholders(code) == given.get(code, set())


@pytest.mark.parametrize("code", [Code.TOO_MANY, Code.EMPTY])
def test_too_many_and_none_at_all_share_their_facts(code: Code) -> None:
    assert placeholders(code) <= {"most"}


@pytest.mark.parametrize("code", Code)
def test_every_code_is_raised_somewhere(code: Code) -> None:
    used = [
        path
        for path in ROOT.rglob("*.py")
        if path.name not in {"codes.py", "errors.py"}
        and f"Code.{code.name}" in path.read_text(encoding="utf-8")
    ]
    assert used != []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", Code)
def test_every_code_can_be_shown(code: Code, language: Language) -> None:
    facts = {name: SAMPLES.get(name, f"<{name}>") for name in placeholders(code)}
    made = shown(refusal(code, "lines", 3, "net_weight_kg", **facts), language)
    assert isinstance(made, UserError)
    assert made.path == ["lines", "3", "netWeightKg"]
    assert "{" not in made.message
    for name, value in facts.items():
        assert str(value[0] if isinstance(value, list) else value) in made.message, name


def test_lists_are_spelt_in_words() -> None:
    zh = refusal(Code.PART_NOT_FILED, skus=["A", "B"]).message(Language.ZH)
    assert zh == "组件尚未备案：A、B。"
    told = refusal(Code.ILLEGAL_TRANSITION, from_="DELETED", action="FILE", allowed=[])
    assert told.message(Language.EN) == "FILE is not possible in state DELETED; possible now: –."


def test_a_refusal_can_be_seen_from_an_outer_input() -> None:
    inner = refusal(Code.REQUIRED, "qty")
    assert inner.under("lines", 2) == Refusal(Code.REQUIRED, ("lines", 2, "qty"), {})


def test_insist_raises_all_that_said_no() -> None:
    insist([None, None])
    with pytest.raises(Refused) as caught:
        insist([None, refusal(Code.REQUIRED, "a"), refusal(Code.TAKEN, "b", value="x")])
    assert [r.code for r in caught.value.refusals] == [Code.REQUIRED, Code.TAKEN]
