"""The tables of states, written by hand from the specification: what the code is compared with.

State → action → (who may, the state afterwards). The letters are the specification's: M merchant, C customs,
W warehouse, A admin, S the system. What issue 2 leaves for later (applications, intercepts) is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

Steps = dict[str, tuple[str, str]]
Table = dict[str, Steps]

PRODUCT: Table = {
    "DRAFT": {"UPDATE": ("M", "DRAFT"), "FILE": ("M", "FILING"), "DELETE": ("M", "DELETED")},
    "REJECTED": {"UPDATE": ("M", "REJECTED"), "FILE": ("M", "FILING"), "DELETE": ("M", "DELETED")},
    "FILING": {"APPROVE": ("C", "FILED"), "REJECT": ("C", "REJECTED")},
    "FILED": {"UPDATE": ("M", "FILED"), "DISABLE": ("MA", "DISABLED"), "DELETE": ("M", "DELETED")},
    "DISABLED": {"UPDATE": ("M", "DISABLED"), "ENABLE": ("MA", "FILED"), "DELETE": ("M", "DELETED")},
    "DELETED": {},
}

_ASN: Table = {
    "DRAFT": {"UPDATE": ("M", "DRAFT"), "DELETE": ("M", "DELETED"), "CONFIRM": ("M", "CONFIRMED")},
    "CONFIRMED": {
        "TAKE_BACK": ("M", "DRAFT"),
        "SUBMIT_REVIEW": ("M", "PENDING_REVIEW"),
        "SET_TRANSPORT": ("M", "CONFIRMED"),
    },
    "PENDING_REVIEW": {
        "APPROVE": ("C", "APPROVED"),
        "REJECT": ("C", "DRAFT"),
        "SET_TRANSPORT": ("M", "PENDING_REVIEW"),
    },
    "APPROVED": {
        "SET_TRANSPORT": ("M", "APPROVED"),
        "REVOKE": ("C", "DRAFT"),
        "DISPATCH": ("M", "IN_TRANSIT"),
    },
    "IN_TRANSIT": {"RECALL": ("M", "APPROVED"), "ARRIVE": ("W", "RECEIVING")},
    "RECEIVING": {"BOOK_BATCH": ("W", "RECEIVING"), "COMPLETE": ("W", "RECEIVED")},
    "RECEIVED": {},
    "DELETED": {},
}


def _with(table: Table, more: dict[str, Steps]) -> Table:
    return {state: {**steps, **more.get(state, {})} for state, steps in table.items()}


ASN_STOCK = _with(
    _ASN,
    {
        "DRAFT": {"ADD_LINES": ("M", "DRAFT"), "REMOVE_LINES": ("M", "DRAFT")},
        "RECEIVING": {"PUT_AWAY": ("W", "RECEIVING")},
        "RECEIVED": {"PUT_AWAY": ("W", "RECEIVED")},
    },
)
ASN_CONSOLIDATION = _with(_ASN, {"DRAFT": {"ADD_ORDERS": ("M", "DRAFT"), "REMOVE_ORDERS": ("M", "DRAFT")}})

_ORDER_DRAFT: Steps = {
    "UPDATE": ("M", "DRAFT"),
    "DELETE": ("M", "DELETED"),
    "CONFIRM": ("M", "CONFIRMED"),
}

ORDER_STOCK: Table = {
    "DRAFT": _ORDER_DRAFT,
    "CONFIRMED": {"TO_DRAFT": ("M", "DRAFT"), "SUBMIT": ("MS", "SUBMITTED")},
    "EXCEPTION": {"TO_DRAFT": ("M", "DRAFT"), "SUBMIT": ("MS", "SUBMITTED")},
    "SUBMITTED": {
        "APPROVE": ("C", "SUBMITTED"),
        "REJECT": ("C", "DRAFT"),
        "PICK": ("W", "SUBMITTED"),
        "SHIP": ("W", "SHIPPED"),
    },
    "SHIPPED": {"SIGN": ("WS", "SIGNED")},
    "SIGNED": {},
    "DELETED": {},
}

ORDER_CONSOLIDATION: Table = {
    "DRAFT": _ORDER_DRAFT,
    # SUBMIT stands in the table so that its refusal can say why: it is always blocked (SUBMITTED_BY_ASN).
    "CONFIRMED": {
        "TO_DRAFT": ("M", "DRAFT"),
        "SUBMIT": ("M", "SUBMITTED"),
        "ASN_CONFIRM": ("S", "SUBMITTED"),
    },
    "SUBMITTED": {"ASN_RETURN": ("S", "CONFIRMED"), "ASN_ARRIVE": ("S", "PROCESSING")},
    "PROCESSING": {
        "RELEASE": ("C", "PROCESSING"),
        "REFUSE_RELEASE": ("C", "PROCESSING"),
        "SHIP": ("W", "SHIPPED"),
    },
    "SHIPPED": {"SIGN": ("WS", "SIGNED")},
    "SIGNED": {},
    "DELETED": {},
}


@dataclass(frozen=True)
class Subject:
    """A kind of document in one mode, with its table."""

    name: str
    mode: str | None
    table: Table

    @property
    def actions(self) -> set[str]:
        """The actions of this mode; CREATE has no state to start from."""
        return {action for steps in self.table.values() for action in steps}

    def allowed(self, state: str, letters: str) -> set[str]:
        """What somebody with these letters may do from a state."""
        return {action for action, (who, _) in self.table[state].items() if set(who) & set(letters)}


SUBJECTS = {
    "product": Subject("product", None, PRODUCT),
    "asn-stock": Subject("asn", "STOCK", ASN_STOCK),
    "asn-consolidation": Subject("asn", "CONSOLIDATION", ASN_CONSOLIDATION),
    "order-stock": Subject("order", "STOCK", ORDER_STOCK),
    "order-consolidation": Subject("order", "CONSOLIDATION", ORDER_CONSOLIDATION),
}


def all_actions(name: str) -> set[str]:
    """Every action of a kind of document, in any mode."""
    return {a for subject in SUBJECTS.values() if subject.name == name for a in subject.actions}


LETTERS = {
    "OWNER": "M",
    "OPERATOR": "M",
    "VIEWER": "",
    "SUPPORT": "",
    "CUSTOMS": "C",
    "WAREHOUSE": "W",
    "FINANCE": "F",
    "ADMIN": "A",
}
"""Which part each role plays."""

EVENTS = {
    "UPDATE": "updated",
    "FILE": "filed",
    "APPROVE": "approved",
    "REJECT": "rejected",
    "DISABLE": "disabled",
    "ENABLE": "enabled",
    "DELETE": "deleted",
    "ADD_LINES": "lines_added",
    "REMOVE_LINES": "lines_removed",
    "ADD_ORDERS": "orders_added",
    "REMOVE_ORDERS": "orders_removed",
    "CONFIRM": "confirmed",
    "TAKE_BACK": "taken_back",
    "SUBMIT_REVIEW": "review_submitted",
    "SET_TRANSPORT": "transport_set",
    "REVOKE": "revoked",
    "DISPATCH": "dispatched",
    "RECALL": "recalled",
    "ARRIVE": "arrived",
    "BOOK_BATCH": "batch_booked",
    "COMPLETE": "completed",
    "PUT_AWAY": "put_away",
    "TO_DRAFT": "returned_to_draft",
    "SUBMIT": "submitted",
    "PICK": "picked",
    "RELEASE": "released",
    "REFUSE_RELEASE": "release_refused",
    "SHIP": "shipped",
    "SIGN": "signed",
    "ASN_CONFIRM": "submitted",
    "ASN_RETURN": "returned",
    "ASN_ARRIVE": "received",
}
"""What the event of an action is called, after the kind of document and a dot."""
