"""State machines as tables: from, action, to, who may, and which pure conditions.

One table answers "may I?" for the services, ``availableActions`` for the front end, the permissions of
roles, the diagrams of the documentation and the tests of every edge and every non-edge.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from exgo_gql.domain.actors import Actor
from exgo_gql.domain.codes import Code
from exgo_gql.domain.refusals import Language, Refusal, Refused, refusal

Guard = Callable[..., Refusal | None]
"""A pure condition. The names of its parameters are the facts it asks for."""


class Mode(StrEnum):
    """How a document's goods move: parcels in and out, or stock in and parcels out."""

    CONSOLIDATION = "CONSOLIDATION"
    STOCK = "STOCK"


class Availability(StrEnum):
    """Whether an action is open. ``MAYBE``: only the action itself can tell, from stock or other documents."""

    ALLOWED = "ALLOWED"
    MAYBE = "MAYBE"
    BLOCKED = "BLOCKED"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a table of states. No ``sources``: it creates. No ``target``: the state stays."""

    action: StrEnum
    sources: tuple[StrEnum, ...]
    target: StrEnum | None
    who: frozenset[Actor]
    guards: tuple[Guard, ...] = ()
    maybe: bool = False
    modes: frozenset[Mode] = frozenset(Mode)

    @property
    def creates(self) -> bool:
        return not self.sources


@dataclass(frozen=True, slots=True)
class ActionState:
    """Whether one action is open to one viewer, and if not, why not."""

    action: str
    availability: Availability
    code: Code | None
    message: str | None


@cache
def _needs(guard: Guard) -> tuple[str, ...]:
    return tuple(inspect.signature(guard).parameters)


def _objections(row: Transition, known: Mapping[str, Any]) -> list[Refusal]:
    """What the guards of a row have against it."""
    answers = (guard(**{need: known[need] for need in _needs(guard)}) for guard in row.guards)
    return [answer for answer in answers if answer is not None]


def _state(row: Transition, problems: list[Refusal], language: Language) -> ActionState:
    if problems:
        return _blocked(row.action, problems, language)
    return ActionState(str(row.action), Availability.MAYBE if row.maybe else Availability.ALLOWED, None, None)


def _blocked(action: StrEnum, problems: list[Refusal], language: Language) -> ActionState:
    first = problems[0]
    return ActionState(str(action), Availability.BLOCKED, first.code, first.message(language))


class Machine:
    """The table of one subject."""

    def __init__(self, subject: str, rows: Iterable[Transition]) -> None:
        self.subject = subject
        self.rows = tuple(rows)
        self.facts = tuple(
            dict.fromkeys(
                need for row in self.rows for guard in row.guards for need in _needs(guard) if need != "parts"
            )
        )
        """What the guards ask of a document, beyond its state and mode."""
        self._outlooks: dict[Any, tuple[ActionState | Transition, ...]] = {}

    def asking(self, fact: str) -> dict[Mode, frozenset[StrEnum]]:
        """In which states of each mode some guard asks for a fact. In all others it changes no answer."""
        return {
            mode: frozenset(
                state
                for row in self.rows
                if mode in row.modes and any(fact in _needs(guard) for guard in row.guards)
                for state in row.sources
            )
            for mode in Mode
        }

    def permission(self, action: StrEnum) -> str:
        """How the permission to take an action is called, such as ``asn:confirm``."""
        return f"{self.subject}:{action.lower()}"

    def permissions(self, parts: frozenset[Actor]) -> frozenset[str]:
        """What somebody who plays these parts may do."""
        return frozenset(self.permission(row.action) for row in self.rows if row.who & parts)

    def actions(self, mode: Mode | None) -> tuple[StrEnum, ...]:
        """The actions that people can take on a document of this mode, in the order of the table."""
        return tuple(
            dict.fromkeys(
                row.action
                for row in self.rows
                if not row.creates and row.who != {Actor.SYSTEM} and (mode is None or mode in row.modes)
            )
        )

    def find(self, action: StrEnum, state: StrEnum, mode: Mode | None = None) -> Transition | None:
        """The row for an action from a state, if it is legal there."""
        for row in self.rows:
            if row.action == action and state in row.sources and (mode is None or mode in row.modes):
                return row
        return None

    def allowed(self, state: StrEnum, mode: Mode | None, parts: frozenset[Actor]) -> list[str]:
        """The actions legal from a state for somebody who plays these parts."""
        return [
            str(action)
            for action in self.actions(mode)
            if (row := self.find(action, state, mode)) is not None and row.who & parts
        ]

    def check(
        self, action: StrEnum, facts: Mapping[str, Any], parts: frozenset[Actor], *, every: bool = False
    ) -> Transition:
        """The row to take, or ``Refused``. ``facts`` holds ``status``, ``mode`` where there is one, and the guards' needs.

        With ``every``, all guards speak; otherwise the first that says no.
        """
        row, problems = self._judge(action, facts, parts)
        if problems:
            raise Refused(*(problems if every else problems[:1]))
        assert row is not None  # no problem was found, so the row was
        return row

    def _judge(
        self, action: StrEnum, facts: Mapping[str, Any], parts: frozenset[Actor]
    ) -> tuple[Transition | None, list[Refusal]]:
        state, mode = facts["status"], facts.get("mode")
        row = self.find(action, state, mode)
        if (
            row is None
            and mode is not None
            and not any(r.action == action and mode in r.modes for r in self.rows)
        ):
            return None, [refusal(Code.WRONG_MODE, mode=str(mode))]
        if row is None:
            allowed = self.allowed(state, mode, parts)
            return None, [
                refusal(Code.ILLEGAL_TRANSITION, from_=str(state), action=str(action), allowed=allowed)
            ]
        if not row.who & parts:
            return row, [refusal(Code.NOT_YOURS, action=str(action))]
        return row, _objections(row, {**facts, "parts": parts})

    def available(
        self, facts: Mapping[str, Any], parts: frozenset[Actor], language: Language
    ) -> list[ActionState]:
        """Every action of the document's mode, open or blocked, for one viewer (API-1)."""
        known = {**facts, "parts": parts}
        return [
            said if isinstance(said, ActionState) else _state(said, _objections(said, known), language)
            for said in self._outlook(facts["status"], facts.get("mode"), parts, language)
        ]

    def _outlook(
        self, state: StrEnum, mode: Mode | None, parts: frozenset[Actor], language: Language
    ) -> tuple[ActionState | Transition, ...]:
        """What the table alone says of every action: all, but for rows whose guards have a say.

        Kept, since lists ask it for each of their documents; it holds nothing of any.
        """
        key = (state, mode, parts, language)
        if key not in self._outlooks:
            said: list[ActionState | Transition] = []
            for action in self.actions(mode):
                row = self.find(action, state, mode)
                if row is not None and row.who & parts:
                    said.append(row if row.guards else _state(row, [], language))
                else:
                    _, problems = self._judge(action, {"status": state, "mode": mode}, parts)
                    said.append(_blocked(action, problems, language))
            self._outlooks[key] = tuple(said)
        return self._outlooks[key]

    def asked_by(self, state: type[StrEnum], *, moded: bool) -> Callable[..., list[ActionState]]:
        """``available`` as a function whose parameters name what it needs, for a declared field."""
        needs = ("status", *(("mode",) if moded else ()), *self.facts)

        def available_actions(**given: Any) -> list[ActionState]:
            parts, language = given.pop("parts"), given.pop("language")
            return self.available(given, parts, language)

        kind = inspect.Parameter.KEYWORD_ONLY
        available_actions.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [inspect.Parameter(name, kind) for name in (*dict.fromkeys(needs), "parts", "language")]
        )
        available_actions.__doc__ = f"The actions of a {self.subject}, judged from {state.__name__}."
        return available_actions
