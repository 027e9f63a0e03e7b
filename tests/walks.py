"""Walking documents through their tables of states: each step is checked, each state tried from all sides."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from exgo_gql.loaders.ids import decode, encode
from tests import scenes
from tests.stage import INPUT_TYPES, Company, Person, Stage
from tests.tables import EVENTS, LETTERS, SUBJECTS, Subject, all_actions

TABLES = {"product": "products", "asn": "asns", "order": "orders"}
MUTATIONS = {
    "product": {action: f"product{action.title()}" for action in all_actions("product")},
    "asn": {
        action: "asn" + "".join(word.title() for word in action.split("_")) for action in all_actions("asn")
    },
    "order": {
        action: "order" + "".join(word.title() for word in action.split("_"))
        for action in all_actions("order")
        if not action.startswith("ASN_")
    },
}
NO_RECEIPT_LINE = encode("ReceiptLine", UUID(int=1))


def uuid_of(id_: str) -> Any:
    """The row's uuid of a global id."""
    found = decode(id_)
    assert found is not None
    return found[1]


def permitted(name: str, action: str, role: str) -> bool:
    """Whether a role has the permission of an action: it may take it somewhere, in some mode."""
    return any(
        set(subject.table[state][action][0]) & set(LETTERS[role])
        for subject in SUBJECTS.values()
        if subject.name == name
        for state in subject.table
        if action in subject.table[state]
    )


async def attempt(person: Person, mutation: str, given: dict[str, Any]) -> tuple[Any, ...]:
    """What a refused mutation answers: its code and its facts, or FORBIDDEN with the permission."""
    query = (
        f"mutation($i: {INPUT_TYPES[mutation]}!) {{ m: {mutation}(input: $i) {{ errors {{ __typename code "
        "... on IllegalTransitionError { from action allowed } } } }"
    )
    answer = await person.answer(query, {"i": given})
    if "errors" in answer:
        [error] = answer["errors"]
        return (error["extensions"]["code"], error["extensions"].get("permission"))
    [error] = answer["data"]["m"]["errors"]
    if error["__typename"] == "IllegalTransitionError":
        return (error["code"], error["from"], error["action"], frozenset(error["allowed"]))
    return (error["code"], error["__typename"])


@dataclass
class Walk:
    """One document on its way, in the hands of one person of its merchant."""

    stage: Stage
    company: Company
    subject: Subject
    id: str
    merchant: Person
    inputs: dict[str, dict[str, Any]]
    """What each action needs beside id and version."""
    stranger: Person | None = None
    """Somebody of another merchant; without one, ``stand`` does nothing."""
    covered: set[tuple[str, str]] = field(default_factory=set)
    stood: set[str] = field(default_factory=set)

    @property
    def staff(self) -> dict[str, Person]:
        return {str(role): person for role, person in self.stage.staff.items()}

    async def now(self) -> tuple[str, int]:
        """State and version, as the database has them."""
        table = TABLES[self.subject.name]
        row = await self.stage.admin.fetchrow(
            f"select status, version from {table} where id = $1", uuid_of(self.id)
        )
        return row["status"], row["version"]

    def given(self, action: str, version: int) -> dict[str, Any]:
        """The whole input of an action."""
        more = self.inputs.get(action, {})
        if "receiptLineId" in more:
            return more
        edits = {"UPDATE", "ADD_LINES", "REMOVE_LINES", "ADD_ORDERS", "REMOVE_ORDERS", "SET_TRANSPORT"}
        return {"id": self.id, **({"version": version} if action in edits else {}), **more}

    def mutation(self, action: str) -> str:
        return MUTATIONS[self.subject.name][action]

    async def step(self, action: str, *, by: str = "", target: str = "", **more: Any) -> None:
        """Take a legal step and check all that it leaves behind. ``by`` is a role; else who may."""
        state, version = await self.now()
        who, planned = self.subject.table[state][action]
        person = self.merchant
        if by or "M" not in who:
            person = self.staff[by or {"C": "CUSTOMS", "W": "WAREHOUSE"}[who[0]]]
        given = {**self.given(action, version), **more}
        await self.observe(
            action, person.do(self.mutation(action), given), person=person, target=target or planned
        )

    async def observe(
        self, action: str, doing: Awaitable[Any], *, target: str = "", person: Person | None = None
    ) -> None:
        """Watch something that takes the document through one step; without a person, the system does."""
        name, id_ = self.subject.name, uuid_of(self.id)
        state, version = await self.now()
        logs = await self.stage.admin.fetchval(
            f"select count(*) from operation_logs where {name}_id = $1", id_
        )
        told = await self.stage.admin.fetchval("select count(*) from outbox where subject_id = $1", id_)
        await doing
        target = target or self.subject.table[state][action][1]
        assert await self.now() == (target, version + 1), (state, action)
        rows = await self.stage.admin.fetch(
            f"select * from operation_logs where {name}_id = $1 order by at, id", id_
        )
        assert len(rows) == logs + 1, (state, action)
        row = rows[-1]
        assert (row["action"], row["state_before"], row["state_after"], row["version"]) == (
            f"{name}:{action.lower()}",
            state,
            target,
            version + 1,
        )
        kind = "SYSTEM" if person is None else "STAFF" if person.merchant_id is None else "USER"
        assert row["actor_kind"] == kind
        assert row["actor_role"] == (person and str(person.role))
        assert row["actor_id"] == (person and person.user_id)
        assert row["merchant_id"] == self.company.id
        messages = await self.stage.admin.fetch(
            "select event, state, version, merchant_id from outbox where subject_id = $1 order by at, id", id_
        )
        assert len(messages) == told + 1, (state, action)
        expected = (f"{name}.{EVENTS[action]}", target, version + 1, self.company.id)
        assert tuple(messages[-1].values()) == expected
        self.covered.add((state, action))

    async def stand(self) -> None:
        """Try every action by everybody, but for the legal ones: each is refused, and nothing changed."""
        state, version = await self.now()
        if self.stranger is None or state in self.stood:
            return
        self.stood.add(state)
        before = await self.stage.snapshot(self.company.id)
        people = {
            "OWNER": self.company.owner,
            "OPERATOR": self.company.operator,
            "VIEWER": self.company.viewer,
            **self.staff,
            "": self.stranger,
        }
        for action in sorted(all_actions(self.subject.name)):
            if action.startswith("ASN_"):
                continue
            given = self.given(action, version)
            for role, person in people.items():
                expected = self.expected(state, action, role, given)
                if expected is None:
                    continue
                answer = await attempt(person, self.mutation(action), given)
                assert answer == expected, (state, action, role)
        assert await self.stage.snapshot(self.company.id) == before

    def expected(self, state: str, action: str, role: str, given: dict[str, Any]) -> tuple[Any, ...] | None:
        """What somebody is answered, ``None`` for a legal step."""
        name, subject = self.subject.name, self.subject
        if not permitted(name, action, role or "OWNER"):
            return ("FORBIDDEN", f"{name}:{action.lower()}")
        if role == "" or given.get("receiptLineId") == NO_RECEIPT_LINE:
            return ("NOT_FOUND", "NotFoundError")
        if action not in subject.actions:
            return ("WRONG_MODE", "RuleError")
        if action in subject.table[state]:
            who, _ = subject.table[state][action]
            return None if set(who) & set(LETTERS[role]) else ("NOT_YOURS", "RuleError")
        people = {a for a in subject.allowed(state, LETTERS[role]) if not a.startswith("ASN_")}
        return ("ILLEGAL_TRANSITION", state, action, frozenset(people))


SHIPPING = {"carrier": "DHL", "trackingNo": "JD-1", "parcels": [{"weightKg": "3.2"}]}
PRODUCT_INPUTS: dict[str, dict[str, Any]] = {
    "UPDATE": {"remarks": "新"},
    "APPROVE": {"filingNo": "F-1"},
    "REJECT": {"reason": "资料不全"},
}
ORDER_INPUTS: dict[str, dict[str, Any]] = {
    "UPDATE": {"remarks": "新"},
    "REJECT": {"reason": "资料不全"},
    "REFUSE_RELEASE": {"reason": "查验"},
    "SHIP": SHIPPING,
}


async def asn_inputs(company: Company, id_: str, product_id: str, order_id: str) -> dict[str, dict[str, Any]]:
    """What the actions of an ASN need, from the ASN as it stands."""
    made = await scenes.read_asn(company, id_)
    lines = [line["id"] for line in made["lines"]["nodes"]]
    received = [line["id"] for batch in made["batches"]["nodes"] for line in batch["lines"]["nodes"]]
    orders = [order["id"] for order in made["orders"]["nodes"]]
    counted = [{"lineId": line, "goodQty": 1, "damagedQty": 0} for line in lines[:1]]
    parcels = [{"inboundTrackingNo": "TRK-UNKNOWN"}]
    return {
        "UPDATE": {"remarks": "新"},
        "ADD_LINES": {"lines": [{"productId": product_id, "qty": 1}]},
        "REMOVE_LINES": {"lineIds": lines[-1:]},
        "ADD_ORDERS": {"orderIds": [order_id]},
        "REMOVE_ORDERS": {"orderIds": orders[-1:]},
        "REJECT": {"reason": "资料不全"},
        "REVOKE": {"reason": "有误"},
        "SET_TRANSPORT": {"remarks": "新"},
        "BOOK_BATCH": {"parcels": parcels} if orders else {"lines": counted},
        "PUT_AWAY": {
            "receiptLineId": received[0] if received else NO_RECEIPT_LINE,
            "qty": 1,
            "location": "A-01",
        },
    }


async def strangers_of(stage: Stage) -> Person:
    """The owner of another company."""
    return (await stage.company()).owner


def edges_of(key: str) -> set[tuple[str, str]]:
    """Every edge of a table."""
    return {(state, action) for state, steps in SUBJECTS[key].table.items() for action in steps}


__all__ = [
    "ORDER_INPUTS",
    "PRODUCT_INPUTS",
    "Walk",
    "asn_inputs",
    "attempt",
    "edges_of",
    "strangers_of",
    "uuid_of",
]
