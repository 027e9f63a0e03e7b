"""System numbers: their form, their day, their check character."""

from __future__ import annotations

import datetime as dt
import random
import re
import secrets

import pytest

from exgo_gql.domain.numbers import ALPHABET, NumberKind, batch_no, check_character, make, today

NOW = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)


def holds(number: str) -> bool:
    """Whether a number's last character is the one that the others ask for."""
    text = number.replace("-", "")
    return check_character(text[:-1]) == text[-1]


def samples(count: int) -> list[str]:
    choose = random.Random(7).choice
    days = [NOW + dt.timedelta(days=n * 37) for n in range(count)]
    return [make(kind, day, choose) for day in days for kind in NumberKind]


def test_the_form_is_letter_day_six_random_characters_and_a_check_character() -> None:
    # spec, "System numbers"
    for kind, letter in ((NumberKind.ASN, "A"), (NumberKind.ORDER, "O")):
        number = make(kind, NOW, secrets.choice)
        assert re.fullmatch(rf"{letter}261123-[{ALPHABET}]{{7}}", number)
        assert holds(number)
    assert make(NumberKind.ASN, NOW, lambda _: "7") == "A261123-777777" + check_character("A261123777777")


def test_the_alphabet_is_crockfords() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 32
    assert not set("ILOU") & set(ALPHABET)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-11-23T15:59:59.999999+00:00", dt.date(2026, 11, 23)),
        ("2026-11-23T16:00:00+00:00", dt.date(2026, 11, 24)),
        ("2026-12-31T16:00:00+00:00", dt.date(2027, 1, 1)),
        ("2026-11-23T23:59:59+08:00", dt.date(2026, 11, 23)),
        ("2026-11-22T20:00:00-12:00", dt.date(2026, 11, 23)),
    ],
)
def test_days_are_in_shanghai(instant: str, day: dt.date) -> None:
    at = dt.datetime.fromisoformat(instant)
    assert today(at) == day
    assert make(NumberKind.ORDER, at, secrets.choice)[1:7] == f"{day:%y%m%d}"


def test_the_check_character_finds_every_single_wrong_character() -> None:
    missed = []
    for number in samples(40):
        text = number.replace("-", "")
        for place in range(1, len(text)):  # the kind letter is judged below: it is no Crockford character
            wrong = [text[:place] + c + text[place + 1 :] for c in ALPHABET if c != text[place]]
            missed += [w for w in wrong if holds(w)]
    assert missed == []


def test_a_wrong_kind_letter_is_found() -> None:
    for number in samples(40):
        kinds = {str(kind) for kind in NumberKind} - {number[0]}
        assert not any(holds(kind + number[1:]) for kind in kinds)


def test_the_check_character_finds_adjacent_exchanges_but_for_one_pair() -> None:
    """Doubling maps 0 and Z alike in their difference, so 0Z ↔ Z0 goes unseen, as 09 ↔ 90 does to Luhn."""
    total, missed = 0, set()
    for first in ALPHABET:
        for second in ALPHABET:
            if first == second:
                continue
            for place in range(6):
                body = list("7K3QXM")
                body[place : place + 2] = [first, second]
                text = "A261123" + "".join(body[:6])
                full = text + check_character(text)
                at = len("A261123") + place
                swapped = full[:at] + full[at + 1] + full[at] + full[at + 2 :]
                if swapped == full:
                    continue
                total += 1
                if holds(swapped):
                    missed.add("".join(sorted(full[at : at + 2])))
    assert missed == {"0Z"}
    assert total > 5_000


def test_numbers_cannot_be_counted() -> None:
    made = {make(NumberKind.ORDER, NOW, secrets.choice) for _ in range(5_000)}
    assert len(made) == 5_000
    for place in range(8, 14):  # every random place takes every character
        assert {number[place] for number in made} == set(ALPHABET)


def test_batches_are_numbered_within_their_asn() -> None:
    # ASN-8
    assert batch_no("A261123-7K3QXMT", 1) == "A261123-7K3QXMT-01"
    assert batch_no("A261123-7K3QXMT", 100) == "A261123-7K3QXMT-100"
