"""The smallest document that still goes wrong: parts are taken away for as long as it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.planner.agreement import Difference, Found, Pair
from tests.planner.documents import Document, Field, Group, Part, Question
from tests.stage import Person

MOST_TRIES = 400


async def minimised(pair: Pair, person: Person, document: Document, first: Question) -> Difference:
    """Begin with a document that is not answered well both ways, as it was asked first.

    Raises ``ValueError`` if it is.
    """

    def sent(document: Document) -> Question:
        question = document.question()
        known = {name: value for name, value in first.variables.items() if f"${name}" in question.document}
        return replace(question, variables=known, language=first.language)

    best = await pair.ask(person, sent(document), Found())
    if best is None:
        raise ValueError("both ways answer this well and alike")
    tries, smaller = 0, True
    while smaller and tries < MOST_TRIES:
        smaller = False
        for change in _changes(document):
            tries += 1
            candidate = document.copy()
            if not _apply(candidate, change):
                continue
            difference = await pair.ask(person, sent(candidate), Found())
            if difference is not None:
                document, best, smaller = candidate, difference, True
                break
    return best


Change = tuple[Callable[[list[Part], int], bool], int, int]
"""What to do, to which selection set, to which of its parts."""


def _changes(document: Document) -> Iterator[Change]:
    for number, (_, parts) in enumerate(document.sets()):
        for at in range(len(parts)):
            for change in (_drop, _unwrap, _unname, _unswitch, _unalias, _ungive):
                yield change, number, at


def _apply(document: Document, change: Change) -> bool:
    act, number, at = change
    sets = [parts for _, parts in document.sets()]
    return number < len(sets) and at < len(sets[number]) and act(sets[number], at)


def _drop(parts: list[Part], at: int) -> bool:
    if len(parts) == 1:
        return False
    del parts[at]
    return True


def _unwrap(parts: list[Part], at: int) -> bool:
    part = parts[at]
    if not isinstance(part, Group):
        return False
    parts[at : at + 1] = part.inner
    return True


def _unname(parts: list[Part], at: int) -> bool:
    part = parts[at]
    if not isinstance(part, Group) or part.name is None:
        return False
    parts[at] = Group(part.on, part.inner, None, part.switches)
    return True


def _unswitch(parts: list[Part], at: int) -> bool:
    had = bool(parts[at].switches)
    parts[at].switches = []
    return had


def _unalias(parts: list[Part], at: int) -> bool:
    part = parts[at]
    if not isinstance(part, Field) or part.alias is None:
        return False
    part.alias = None
    return True


def _ungive(parts: list[Part], at: int) -> bool:
    part = parts[at]
    if not isinstance(part, Field) or not part.given:
        return False
    part.given.popitem()
    return True
