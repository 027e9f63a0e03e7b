"""The machines against the tables that were written by hand from the specification (``tests/tables.py``)."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import uuid4

import pytest

from exgo_gql.domain.actors import PARTS, Actor, Role
from exgo_gql.domain.asns import ASN, AsnAction, AsnStatus
from exgo_gql.domain.codes import Code
from exgo_gql.domain.machines import Availability, Machine, Mode
from exgo_gql.domain.orders import LIVE as LIVE_ORDERS
from exgo_gql.domain.orders import MODE_STATES, ORDER, OrderAction, OrderStatus
from exgo_gql.domain.products import PRODUCT, ProductAction, ProductStatus
from exgo_gql.domain.refusals import Language, Refused
from tests.tables import EVENTS, LETTERS, SUBJECTS, Subject, all_actions

MACHINES = {"product": PRODUCT, "asn": ASN, "order": ORDER}
ACTIONS = {"product": ProductAction, "asn": AsnAction, "order": OrderAction}
STATES = {"product": ProductStatus, "asn": AsnStatus, "order": OrderStatus}
ACTORS = {"M": Actor.MERCHANT, "C": Actor.CUSTOMS, "W": Actor.WAREHOUSE, "A": Actor.ADMIN, "S": Actor.SYSTEM}

CHOICES: dict[str, dict[str, tuple[Any, ...]]] = {
    "product": {"disabled_by_admin": (False, True)},
    "asn": {"has_content": (True, False), "vehicle_id": (uuid4(), None), "differing": ([], ["SKU-1"])},
    "order": {
        "live_receiving_no": (None, "A261123-7K3QXMT"),
        "reviewed": (False, True),
        "picked": (False, True),
        "released": (False, True),
    },
}
"""Every fact that a guard asks for, with the values that matter."""

OPENING: dict[tuple[str, str], dict[str, Any]] = {
    ("PICK", "STOCK"): {"reviewed": True},
    ("SHIP", "STOCK"): {"reviewed": True, "picked": True},
    ("SHIP", "CONSOLIDATION"): {"released": True},
}
"""Facts that let an edge pass, where the first choice of each does not."""

subjects = pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS.keys())


def machine_of(subject: Subject) -> Machine:
    return MACHINES[subject.name]


def facts_of(subject: Subject, state: str, action: str = "", **changes: Any) -> dict[str, Any]:
    first = {name: values[0] for name, values in CHOICES[subject.name].items()}
    mode = Mode[subject.mode] if subject.mode else None
    opening = OPENING.get((action, subject.mode or ""), {})
    return {"status": STATES[subject.name][state], "mode": mode, **first, **opening, **changes}


def refusals_of(subject: Subject, action: str, facts: dict[str, Any], *actors: Actor) -> list[Code]:
    try:
        machine_of(subject).check(ACTIONS[subject.name][action], facts, frozenset(actors), every=True)
    except Refused as refused:
        return [r.code for r in refused.refusals]
    return []


@subjects
def test_the_states_are_those_of_the_manual(subject: Subject) -> None:
    legal = set(STATES[subject.name].__members__)
    if subject.name == "order":
        legal = {str(s) for s in MODE_STATES[Mode[str(subject.mode)]]}  # ORD-3
        assert len(legal) == 7
    assert legal == set(subject.table)


@subjects
def test_every_edge_is_legal_and_leads_where_the_table_says(subject: Subject) -> None:
    # PRD-5, ASN-4, ORD-3, ORD-4
    for state, steps in subject.table.items():
        for action, (who, target) in steps.items():
            if (subject.mode, action) == ("CONSOLIDATION", "SUBMIT"):
                continue  # in the table, but always blocked: below
            for letter in who:
                facts = facts_of(subject, state, action, disabled_by_admin=letter == "A")
                row = machine_of(subject).check(
                    ACTIONS[subject.name][action], facts, frozenset({ACTORS[letter]})
                )
                assert str(row.target or state) == target, (state, action)


@subjects
def test_who_may_is_exactly_who_the_table_names(subject: Subject) -> None:
    for state, steps in subject.table.items():
        for action, (who, _) in steps.items():
            for letter, actor in ACTORS.items():
                facts = facts_of(subject, state, action, disabled_by_admin=letter == "A")
                refused = Code.NOT_YOURS in refusals_of(subject, action, facts, actor)
                assert refused == (letter not in who), (state, action, letter)
            assert refusals_of(subject, action, facts_of(subject, state, action)) == [Code.NOT_YOURS]


@subjects
def test_every_non_edge_is_refused_with_what_is_allowed_instead(subject: Subject) -> None:
    # PRD-5, ASN-4, ORD-3
    machine = machine_of(subject)
    for state, action in itertools.product(subject.table, ACTIONS[subject.name]):
        if str(action) in subject.table[state]:
            continue
        for letter, actor in ACTORS.items():
            with pytest.raises(Refused) as caught:
                machine.check(action, facts_of(subject, state), frozenset({actor}))
            [told] = caught.value.refusals
            if str(action) not in subject.actions | {"CREATE"}:
                assert (told.code, told.facts) == (Code.WRONG_MODE, {"mode": subject.mode})
                continue
            assert told.code is Code.ILLEGAL_TRANSITION
            assert (told.facts["from_"], told.facts["action"]) == (state, str(action))
            people = {a for a in subject.allowed(state, letter) if not a.startswith("ASN_")}
            assert set(told.facts["allowed"]) == people, (state, letter)


def test_the_tables_name_every_action_and_event() -> None:
    for name, actions in ACTIONS.items():
        assert set(actions.__members__) == all_actions(name) | {"CREATE"}
    assert set(EVENTS) == set().union(*(all_actions(name) for name in ACTIONS))


@pytest.mark.parametrize(
    ("key", "state", "action", "letter", "facts", "codes"),
    [
        # PRD-5: what an admin disabled, only an admin enables; what the merchant disabled, the merchant
        ("product", "DISABLED", "ENABLE", "M", {"disabled_by_admin": True}, ["DISABLED_BY_ADMIN"]),
        ("product", "DISABLED", "ENABLE", "A", {"disabled_by_admin": False}, ["NOT_YOURS"]),
        ("product", "DISABLED", "ENABLE", "A", {"disabled_by_admin": True}, []),
        ("asn-stock", "DRAFT", "CONFIRM", "M", {"has_content": False}, ["EMPTY"]),
        ("asn-consolidation", "DRAFT", "CONFIRM", "M", {"has_content": False}, ["EMPTY"]),
        ("asn-stock", "APPROVED", "DISPATCH", "M", {"vehicle_id": None}, ["VEHICLE_MISSING"]),  # ASN-2
        ("asn-stock", "RECEIVING", "COMPLETE", "W", {"differing": ["X"]}, ["COUNT_DIFFERS"]),  # ASN-9
        ("order-stock", "CONFIRMED", "TO_DRAFT", "M", {"live_receiving_no": "A1"}, []),
        # ORD-8
        ("order-consolidation", "CONFIRMED", "TO_DRAFT", "M", {"live_receiving_no": "A1"}, ["IN_ASN"]),
        ("order-consolidation", "CONFIRMED", "TO_DRAFT", "M", {}, []),
        # ORD-4
        ("order-consolidation", "CONFIRMED", "SUBMIT", "M", {}, ["SUBMITTED_BY_ASN"]),
        ("order-stock", "SUBMITTED", "APPROVE", "C", {"reviewed": True}, ["ALREADY_DECIDED"]),
        ("order-stock", "SUBMITTED", "REJECT", "C", {"reviewed": True}, []),
        ("order-stock", "SUBMITTED", "REJECT", "C", {"picked": True}, ["ALREADY_PICKED"]),
        ("order-stock", "SUBMITTED", "PICK", "W", {"reviewed": False}, ["NOT_REVIEWED"]),
        ("order-stock", "SUBMITTED", "PICK", "W", {"picked": True}, ["ALREADY_PICKED"]),
        (
            "order-stock",
            "SUBMITTED",
            "PICK",
            "W",
            {"reviewed": False, "picked": True},
            ["NOT_REVIEWED", "ALREADY_PICKED"],
        ),
        ("order-stock", "SUBMITTED", "SHIP", "W", {"picked": False}, ["NOT_PICKED"]),
        ("order-consolidation", "PROCESSING", "SHIP", "W", {"released": False}, ["NOT_RELEASED"]),
        ("order-consolidation", "PROCESSING", "SHIP", "W", {"picked": False}, []),
        ("order-consolidation", "PROCESSING", "RELEASE", "C", {"released": True}, ["ALREADY_RELEASED"]),
        (
            "order-consolidation",
            "PROCESSING",
            "REFUSE_RELEASE",
            "C",
            {"released": True},
            ["ALREADY_RELEASED"],
        ),
    ],
)
def test_guards(
    key: str, state: str, action: str, letter: str, facts: dict[str, Any], codes: list[str]
) -> None:
    subject = SUBJECTS[key]
    given = facts_of(subject, state, action, **facts)
    assert refusals_of(subject, action, given, ACTORS[letter]) == codes


def test_a_check_stops_at_the_first_refusal_unless_told_otherwise() -> None:
    facts = facts_of(SUBJECTS["order-stock"], "SUBMITTED", picked=True)
    with pytest.raises(Refused) as caught:
        ORDER.check(OrderAction.PICK, facts, frozenset({Actor.WAREHOUSE}))
    assert [r.code for r in caught.value.refusals] == [Code.NOT_REVIEWED]


@subjects
def test_available_agrees_with_check(subject: Subject) -> None:
    # API-1: out of the same table that enforces it
    machine, choices = machine_of(subject), CHOICES[subject.name]
    maybe = {"FILE", "ENABLE", "DELETE"} if subject.name == "product" else {"CONFIRM", "PUT_AWAY", "SUBMIT"}
    if subject.mode == "CONSOLIDATION":
        maybe |= {"SHIP"}
    people = {a for a in subject.actions if not a.startswith("ASN_")}
    for state in subject.table:
        for values in itertools.product(*choices.values()):
            facts = facts_of(subject, state, **dict(zip(choices, values, strict=True)))
            for parts in PARTS.values():
                offered = machine.available(facts, parts, Language.EN)
                assert {o.action for o in offered} == people
                for offer in offered:
                    codes = refusals_of(subject, offer.action, facts, *parts)
                    if codes:
                        assert (offer.availability, offer.code) == (Availability.BLOCKED, codes[0])
                        assert offer.message
                    else:
                        open_ = Availability.MAYBE if offer.action in maybe else Availability.ALLOWED
                        assert (offer.availability, offer.code, offer.message) == (open_, None, None)


def test_available_speaks_the_callers_language() -> None:
    facts = facts_of(SUBJECTS["order-stock"], "SUBMITTED")
    parts = frozenset({Actor.WAREHOUSE})
    told = {
        language: {a.action: a.message for a in ORDER.available(facts, parts, language)}["PICK"]
        for language in Language
    }
    assert told == {Language.ZH: "海关尚未审核。", Language.EN: "Customs have not reviewed it yet."}


def test_permissions_follow_the_tables() -> None:
    for role, letters in LETTERS.items():
        parts = PARTS[Role[role]]
        for name, machine in MACHINES.items():
            tables = [s.table for s in SUBJECTS.values() if s.name == name]
            mine = {
                f"{name}:{action.lower()}"
                for table in tables
                for steps in table.values()
                for action, (who, _) in steps.items()
                if set(who) & set(letters)
            }
            assert machine.permissions(parts) == mine | ({f"{name}:create"} if "M" in letters else set())


def test_live_orders_are_those_the_words_say() -> None:
    assert {str(s) for s in LIVE_ORDERS} == {"DRAFT", "CONFIRMED", "EXCEPTION", "SUBMITTED", "PROCESSING"}


def test_a_fact_is_asked_for_where_a_guard_needs_it() -> None:
    assert ORDER.asking("picked") == {Mode.STOCK: {OrderStatus.SUBMITTED}, Mode.CONSOLIDATION: set()}
    assert ORDER.asking("live_receiving_no") == {
        Mode.STOCK: set(),
        Mode.CONSOLIDATION: {OrderStatus.CONFIRMED},
    }
    assert ASN.asking("differing") == {mode: {AsnStatus.RECEIVING} for mode in Mode}
    assert ASN.asking("colour") == {mode: set() for mode in Mode}
