"""What happened, in the past tense, and who must be told of it outside the process."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    """Where a delivery goes. Each has one consumer in ``jobs``."""

    CUSTOMS = "CUSTOMS"
    EXCEPTIONS = "EXCEPTIONS"


PAST: dict[str, str] = {
    "CREATE": "created",
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
    "TRACK": "tracked",
}
"""The event that an action becomes once it happened."""


def event_name(subject: str, action: StrEnum | str) -> str:
    """How the event of an action is called, such as ``asn.confirmed``."""
    return f"{subject}.{PAST[str(action)]}"
