"""Refusals: what a rule answers when it says no. Raised inside the transaction, answered outside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from exgo_gql.domain.codes import MESSAGES, Code

Path = tuple[str | int, ...]


class Language(StrEnum):
    """The languages that messages are written in."""

    ZH = "zh-CN"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule that said no: its code, where in the input, and the facts a program may want."""

    code: Code
    path: Path = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def message(self, language: Language) -> str:
        """The sentence a person reads, with the facts written in."""
        template = MESSAGES[self.code][0 if language is Language.ZH else 1]
        return template.format_map({name: _spelt(value, language) for name, value in self.facts.items()})

    def under(self, *prefix: str | int) -> Refusal:
        """The same refusal, seen from an outer input."""
        return Refusal(self.code, (*prefix, *self.path), self.facts)


def refusal(code: Code, *path: str | int, **facts: object) -> Refusal:
    """Spell a refusal in one line: ``refusal(Code.TAKEN, "sku", value="A-1")``."""
    return Refusal(code, path, facts)


class Refused(Exception):  # noqa: N818  # not a fault: an answer
    """The rules said no. Rolls the transaction back; the caller gets the refusals as data."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(", ".join(r.code for r in refusals))
        self.refusals: Sequence[Refusal] = refusals


def insist(refusals: Sequence[Refusal | None]) -> None:
    """Raise ``Refused`` when any rule said no; all of them are told at once."""
    said_no = [r for r in refusals if r is not None]
    if said_no:
        raise Refused(*said_no)


def _spelt(value: object, language: Language) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        comma = "、" if language is Language.ZH else ", "
        return comma.join(_spelt(item, language) for item in value) or "–"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)
