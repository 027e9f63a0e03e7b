"""Limits of single values, declared once and asked by mutations, tables and descriptions alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from exgo_gql.domain.codes import Code
from exgo_gql.domain.refusals import Refusal, refusal

MOST_PIECES = 1_000_000
"""The largest line or stock quantity (spec, "Numbers")."""


class Limit(Protocol):
    """What a value must be. ``said`` is the limit in words, for descriptions."""

    @property
    def said(self) -> str: ...

    def check(self, value: object) -> Refusal | None: ...


@dataclass(frozen=True, slots=True)
class Text:
    """Characters, counted as people count them. A blank text is refused: leave it null instead."""

    most: int
    least: int = 1
    pattern: str | None = None
    expected: str = ""
    lines: bool = False
    """Whether line breaks may stand in it."""

    @property
    def said(self) -> str:
        length = f"{self.least}–{self.most}" if self.least != self.most else str(self.most)
        return f"{length} characters{': ' + self.expected if self.expected else ''}"

    def check(self, value: object) -> Refusal | None:
        text = str(value)
        allowed = {"\n", "\t"} if self.lines else set()
        if any(unicodedata.category(c) in ("Cc", "Cs") and c not in allowed for c in text):
            return refusal(Code.TEXT_CHARACTERS)
        if not self.least <= len(text) <= self.most or not text.strip():
            return refusal(Code.TEXT_LENGTH, least=self.least, most=self.most)
        if self.pattern is not None and re.fullmatch(self.pattern, text) is None:
            return refusal(Code.TEXT_FORMAT, expected=self.expected)
        return None


@dataclass(frozen=True, slots=True)
class Number:
    """An exact decimal: so many digits before the point, so many places after it."""

    places: int
    digits: int = 10
    positive: bool = False
    """Whether zero is refused."""

    @property
    def least(self) -> Decimal:
        return Decimal(1).scaleb(-self.places) if self.positive else Decimal(0)

    @property
    def most(self) -> Decimal:
        return Decimal(10) ** self.digits - Decimal(1).scaleb(-self.places)

    @property
    def said(self) -> str:
        return f"{'above' if self.positive else 'at least'} 0, at most {self.places} decimal places"

    def check(self, value: object) -> Refusal | None:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        if not number.is_finite() or not self.least <= number <= self.most:
            return refusal(Code.NUMBER_RANGE, least=self.least, most=self.most)
        if -int(number.normalize().as_tuple().exponent) > self.places:
            return refusal(Code.NUMBER_PLACES, places=self.places)
        return None


@dataclass(frozen=True, slots=True)
class Whole:
    """Pieces."""

    least: int = 1
    most: int = MOST_PIECES

    @property
    def said(self) -> str:
        return f"{self.least}–{self.most:,}"

    def check(self, value: object) -> Refusal | None:
        if not isinstance(value, int) or not self.least <= value <= self.most:
            return refusal(Code.NUMBER_RANGE, least=self.least, most=self.most)
        return None


LINE_QTY = Whole()
WEIGHT = Number(places=3, digits=7, positive=True)
UNIT_PRICE = Number(places=4, digits=10)
REASON = Text(500, lines=True)
REMARKS = Text(1000, lines=True)


def check_fields(limits: Mapping[str, Limit], values: Mapping[str, object]) -> list[Refusal]:
    """Every value given that breaks its limit, each with its field as path. Null is nobody's limit."""
    problems: list[Refusal] = []
    for name, value in values.items():
        limit = limits.get(name)
        if limit is not None and value is not None:
            problem = limit.check(value)
            if problem is not None:
                problems.append(problem.under(name))
    return problems


def check_required(names: tuple[str, ...], values: Mapping[str, object]) -> list[Refusal]:
    """The required fields that are null or missing."""
    return [refusal(Code.REQUIRED, name) for name in names if values.get(name) is None]
