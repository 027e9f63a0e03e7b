"""One generated question by number: the same number is the same question on the same data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from graphql import GraphQLSchema

from tests.planner.arguments import Arguments
from tests.planner.documents import Document
from tests.planner.generator import Generator
from tests.planner.known import Known
from tests.planner.rewriting import Rewriter
from tests.stage import Person

OFTEN = 3
"""How many times as often as all others the first of the people asks."""


def draw(number: int, schema: GraphQLSchema, known: Known, person: Person) -> Document:
    """The document of this number, as this person would ask it."""
    chance = Random(number)
    document = Generator(schema, Arguments(known, chance, person.merchant_id), chance).document()
    if chance.random() < 0.85:
        Rewriter(schema, chance).rewrite(document)
    return document


def drawn(
    numbers: Sequence[int], schema: GraphQLSchema, known: Known, people: Sequence[Person]
) -> Iterator[tuple[Person, Document]]:
    """Many, by people in turn."""
    turns = [people[0]] * OFTEN + list(people)
    for number in numbers:
        person = turns[number % len(turns)]
        yield person, draw(number, schema, known, person)
