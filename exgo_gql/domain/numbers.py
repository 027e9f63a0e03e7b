"""System numbers that people read: unique overall, not countable, with a check character."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from zoneinfo import ZoneInfo

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 characters: no I, L, O, U."""

SHANGHAI = ZoneInfo("Asia/Shanghai")


class NumberKind(StrEnum):
    """The letter that a number begins with."""

    ASN = "A"
    ORDER = "O"


def today(now: dt.datetime) -> dt.date:
    """The day of an instant where the warehouses are: days are in Asia/Shanghai."""
    return now.astimezone(SHANGHAI).date()


def make(kind: NumberKind, now: dt.datetime, choose: Callable[[str], str]) -> str:
    """A new number, such as ``A261123-7K3QXMT``; ``choose`` picks one character of a text at random."""
    head = f"{kind}{today(now):%y%m%d}"
    body = "".join(choose(ALPHABET) for _ in range(6))
    return f"{head}-{body}{check_character(head + body)}"


def check_character(text: str) -> str:
    """Luhn's sum over 32 characters: finds any one wrong character, and nearly every exchange of two."""
    total = 0
    for place, character in enumerate(reversed(text)):
        value = ALPHABET.find(character) if character in ALPHABET else ord(character) % 32
        doubled = value * 2 if place % 2 == 0 else value
        total += doubled // 32 + doubled % 32
    return ALPHABET[-total % 32]


def batch_no(receiving_no: str, number: int) -> str:
    """The number of a receipt batch: its ASN's number and its place, from 01."""
    return f"{receiving_no}-{number:02d}"
