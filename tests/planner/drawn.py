"""One generated question by number: the same number is the same question on the same data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from graphql import GraphQLSchema

from tests.planner.arguments import Arguments
from tests.planner.documents import Document, Field, Question
from tests.planner.generator import Generator
from tests.planner.known import Known
from tests.planner.rewriting import Rewriter, varied
from tests.stage import Person

OFTEN = 3
"""How many times as often as all others the first of the people asks."""
VARIATIONS = 2
FURTHER = 3_000
"""How many more numbers are looked through for fields that are seldom asked for."""


def draw(number: int, schema: GraphQLSchema, known: Known, person: Person) -> Document:
    """The document of this number, as this person would ask it."""
    chance = Random(number)
    document = Generator(schema, Arguments(known, chance, person.merchant_id), chance).document()
    if chance.random() < 0.85:
        Rewriter(schema, chance).rewrite(document)
    return document


def askings(
    number: int, person: Person, document: Document, known: Known, people: Sequence[Person]
) -> Iterator[tuple[Person, Question]]:
    """The document as it is, by somebody else, with other values, and as it is again: plans are kept and shared."""
    question, chance = document.question(), Random(-number)
    yield person, question
    others = [
        other for other in people if other.token and (other.merchant_id is None or chance.random() < 0.5)
    ]
    yield chance.choice(others), replace(question, language=chance.choice(("en", "zh")))
    if question.variables:
        for _ in range(VARIATIONS):
            yield person, varied(question, known, chance)
        yield person, question


def asked_by(document: Document) -> set[tuple[str, str]]:
    """The fields that a document asks for, each with its type."""
    return {(kind, part.name) for kind, parts in document.sets() for part in parts if isinstance(part, Field)}


def complete(
    numbers: range, schema: GraphQLSchema, known: Known, people: Sequence[Person]
) -> list[tuple[int, Person, Document]]:
    """Documents of these numbers, and of later ones those that ask for a field that none did before."""
    chosen, asked = [], set()
    for number, person, document in drawn(
        range(numbers.start, numbers.stop + FURTHER), schema, known, people
    ):
        fields = asked_by(document)
        if number in numbers or not fields <= asked:
            chosen.append((number, person, document))
            asked |= fields
    return chosen


def drawn(
    numbers: range, schema: GraphQLSchema, known: Known, people: Sequence[Person]
) -> Iterator[tuple[int, Person, Document]]:
    """Many, by people in turn."""
    turns = [people[0]] * OFTEN + list(people)
    for number in numbers:
        person = turns[number % len(turns)]
        yield number, person, draw(number, schema, known, person)
