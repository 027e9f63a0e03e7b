"""What can be done to a document, and what was."""

from __future__ import annotations

import datetime as dt
from typing import Any

import strawberry

from exgo_gql.db import ledgers
from exgo_gql.domain import log, machines
from exgo_gql.domain.log import FieldChange, LogActor
from exgo_gql.loaders.fields import column, computed
from exgo_gql.loaders.nodes import Node, node
from exgo_gql.schema.names import camel

_DESCRIBED: dict[type, dict[str, str]] = {
    machines.ActionState: {
        "action": "The step, as the tables of states name it.",
        "availability": "Whether it is open to you now.",
        "code": "Why it is blocked, for programs.",
        "message": "Why it is blocked, for people.",
    },
    log.LogActor: {
        "kind": "A person of the merchant, a person of the house, or the system.",
        "role": "The role that the person had.",
        "name": "The person's name; a merchant does not see those of staff.",
        "address": "From which network address; a merchant does not see those of staff.",
    },
    log.FieldChange: {
        "field": "Which field.",
        "old": "What it held before; empty for null.",
        "new": "What it holds since; empty for null.",
    },
}


def describe(kind: type, description: str, fields: dict[str, str]) -> None:
    """Make a GraphQL type of a frozen dataclass of the domain, in place."""
    strawberry.type(kind, description=description)
    for field in kind.__strawberry_definition__.fields:  # type: ignore[attr-defined]  # Strawberry sets it
        field.description = fields[field.python_name]


describe(
    machines.ActionState,
    "Whether one action is open to you, out of the same table that enforces it.",
    _DESCRIBED[machines.ActionState],
)
describe(log.LogActor, "Who did something, as far as you may know.", _DESCRIBED[log.LogActor])
describe(log.FieldChange, "One field before and after.", _DESCRIBED[log.FieldChange])


def shown_changes(changes: list[dict[str, Any]]) -> list[FieldChange]:
    """The changes of a log row, their fields called as clients know them."""
    return log.shown_changes([{**change, "field": camel(change["field"])} for change in changes])


@node(ledgers.LogEntry, may="merchant:read")
class LogEntry(Node):
    """Something that was done to a document (操作日志). Written with the change, never edited."""

    __slots__ = ()
    action: str = column(description="What was done, such as `asn:confirm`.")
    at: dt.datetime = column(description="When.")
    state_before: str | None = column(description="The document's state before.")
    state_after: str | None = column(description="The document's state after.")
    version: int | None = column(description="The document's version after.")
    reason: str | None = column(description="Why, where a reason was asked for.")
    request_id: str | None = column(description="The request that did it: quote it to support.")
    actor: LogActor = computed(log.shown_actor, description="Who did it.")
    changes: list[FieldChange] = computed(
        shown_changes, description="The fields that changed, with old and new values."
    )
