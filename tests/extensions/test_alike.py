"""Texts that differ in literals only: one document for all of a skeleton, from the third text on."""

from __future__ import annotations

import gc
import re
import tracemalloc
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from graphql import OperationType, get_variable_values, parse

import exgo_gql.extensions.documents as module
from exgo_gql.app import schema
from exgo_gql.extensions.documents import Documents, Prepared
from exgo_gql.extensions.hoisting import hoist
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.literals import take_apart
from exgo_gql.extensions.refusals import RequestRefused
from exgo_gql.loaders.ids import encode
from exgo_gql.loaders.planner.plans import Document, Planner, Request
from exgo_gql.loaders.recent import Recent
from exgo_gql.web.graphiql.operations import FOLDER
from tests.extensions.things import LIMITS, SCHEMA, agrees


def learned(*texts: str, limits: Limits = LIMITS) -> Documents:
    """Documents that saw these."""
    documents = Documents(SCHEMA, limits)
    for text in texts:
        documents.prepare(text)
    return documents


async def test_the_third_text_of_a_skeleton_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def counted(text: str, **options: Any) -> object:
        texts.append(text)
        return parse(text, **options)

    monkeypatch.setattr(module, "parse", counted)
    text = 'query Q($v: Int) { thing(id: "%s") { said(int: $v) } }'
    documents = Documents(SCHEMA, LIMITS)
    for _ in range(2):
        documents.prepare(text % 1)
        assert documents.alike(text % 2) is None
    assert texts == [text % 1]
    documents.prepare(text % 2)
    assert len(texts) == 3
    found = documents.alike(text % 'x\\"y', "Q")
    assert found is not None
    prepared, values = found
    assert values == {"literal0": 'x"y'}
    assert [each.variable.name.value for each in prepared.operation.variable_definitions or ()] == [
        "v",
        "literal0",
    ]
    assert documents.alike(text % 4) == (prepared, {"literal0": "4"})
    assert documents.alike(text % 4, "R") is None
    assert (len(texts), len(documents.recent), len(documents.templates)) == (3, 2, 1)
    assert documents.known(text % 1) is documents.known(text % 1, "Q") is documents.prepare(text % 1)
    assert (documents.known(text % 1, "R"), documents.known(text % 4)) == (None, None)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("{ thing(id: %d) { said } }", {"literal0": "3"}),
        ("{ things(first: %d) { said } }", {"literal0": 3}),
        ("{ things(ids: [%d, 9]) { said } }", {"literal0": ["3", "9"]}),
        ("{ things(ids: [%d, 9], first: 4) { said } }", {"literal0": ["3", "9"], "literal1": 4}),
        ("{ thing { said(filter: {and: [{ids: [%d]}, {ids: []}]}) } }", {"literal0": ["3"]}),
        ("{ thing { said(filter: {grid: [1, %d]}) } }", {"literal0": [1, 3]}),
        ("{ thing { said(filter: {grid: [[1], [%d]]}) } }", {"literal0": [1], "literal1": [3]}),
        ("query($v: ID! = a) { things(ids: [%d, $v]) { said } }".replace("= a", '= "a"'), {"literal0": "3"}),
        ("{ things(ids: %d) { said } }", {"literal0": "3"}),
        ("{ thing { said(key: {id: %d}) } }", {"literal0": "3"}),
        ('{ thing { said(filter: {and: {amount: "%d.5", sort: NEW}}) } }', {"literal0": "3.5"}),
        ("{ thing { said(filter: {grid: [[%d, null], 8]}) } }", {"literal0": 3, "literal1": 8}),
        ("{ thing { said(float: %d) } }", {"literal0": 3.0}),
        ("{ thing { said(float: %d.5e1) } }", {"literal0": 35.0}),
        ('{ thing { said(any: "x%d") } }', {"literal0": "x3"}),
        ('{ thing { said(any: [1, "x", {y: 2}], id: %d) } }', {"literal0": "3"}),
        ('{ thing { said(any: ["x", 1], id: %d) } }', {"literal0": "3"}),
        ("{ thing { ...F ...F } } fragment F on Thing { said(int: %d) }", {"literal0": 3}),
        ("query($literal0: Int = 5) { thing { a: said(int: %d) said(int: $literal0) } }", {"literal_0": 3}),
        ('{ __type(name: "T%d") { name } }', {"literal0": "T3"}),
        ("query($v: Int = 5) { thing { a: said(int: %d) said(int: $v) } }", {"literal0": 3}),
    ],
)
async def test_literals_in_the_arguments_of_fields_become_variables(
    text: str, values: dict[str, Any]
) -> None:
    documents = learned(text % 1, text % 2)
    found = documents.alike(text % 3)
    assert found is not None
    assert found[1] == values
    assert {name: type(value) for name, value in found[1].items()} == {
        name: type(value) for name, value in values.items()
    }
    assert await agrees(documents, text % 3)


@pytest.mark.parametrize(
    "text",
    [
        'mutation { change(text: "%d") }',
        'subscription { changes(text: "%d") }',
        "query A { thing(id: %d) { said } } query B { thing { said } }",
        "query A { thing { ...F } } query B { thing { ...F } } fragment F on Thing { said(int: %d) }",
        "query($v: Int = %d) { thing { said(int: $v) } }",
        '{ thing { said @mark(text: "%d") } }',
        '{ thing { said(text: """%d""") } }',
        '{ thing { said(text: "\\ud83d\\ude00%d") } }',
        "{ thing { said } } # %d",
        "{ t%d: thing { said } }",
        "query($v: ID = 1) { things(ids: [$v-%d]) { said } }",
        "{ things(ids: [9-%d]) { said } }",
        # one field, because the literals are equal
        "{ thing { said(int: %d) said(int: %d) } }",
    ],
)
def test_texts_without_a_template(text: str) -> None:
    documents = Documents(SCHEMA, LIMITS)
    for number in range(4):
        one = text.replace("%d", str(number))
        assert documents.alike(one) is None
        documents.prepare(one, "A" if one.startswith("query A") else None)
    assert len(documents.templates) == 0


@pytest.mark.parametrize(
    ("texts", "tried"),
    [
        (["{ thing(id: 1) { said } }"] * 3, 0),
        ([f"{{ thing(id: {literal}) {{ said }} }}" for literal in range(4)], 1),
        ([f'mutation {{ change(text: "{literal}") }}' for literal in range(5)], 1),
    ],
)
def test_a_skeleton_is_tried_once(monkeypatch: pytest.MonkeyPatch, texts: list[str], tried: int) -> None:
    tries: list[object] = []

    def counted(*given: Any) -> object:
        tries.append(given)
        return hoist(*given)

    monkeypatch.setattr(module, "hoist", counted)
    documents = Documents(SCHEMA, LIMITS)
    for text in texts:
        documents.recent = Recent(0)  # all that it held was pushed out
        documents.prepare(text)
    assert len(tries) == tried


async def test_literals_that_are_no_variables_must_be_equal() -> None:
    text = "query($v: Int = %d) { thing { said(int: $v, id: %d) } }"
    documents = learned(text % (5, 1), text % (5, 2))
    assert await agrees(documents, text % (5, 3))
    assert documents.alike(text % (6, 3)) is None
    documents.prepare(text % (6, 3))
    assert documents.alike(text % (6, 4)) is None
    assert documents.alike(text % (5, 4)) is not None


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("{ thing(id: %s) { said } }", "9" * 5_000),
        ("{ thing(id: %s) { said } }", str(2**63)),
        ("{ thing { said(float: %s) } }", "1" + "0" * 400),
        ("{ thing { said(int: %s) } }", "01"),
        ('{ thing { said(text: "%s") } }', "\\u0000"),
        ('{ thing { said(text: "%s") } }', "\0"),
        ('{ thing { said(text: "%s") } }', "\ud800"),
        ('{ thing { said(text: "%s") } }', "\\ud800"),
        ('{ thing { said(text: "%s") } }', "\n"),
        ('{ thing { said(text: "%s") } }', "\\q"),
        ('{ thing { said(text: "%s") } }', "文" * 5_500),
        ('{ thing { said(text: "%s") } }', "x" * 16_384),
    ],
)
def test_what_cannot_be_kept_has_no_template(text: str, literal: str) -> None:
    documents = learned(text % 1, text % 2)
    assert documents.alike(text % 3) is not None
    assert documents.alike(text % literal) is None
    with pytest.raises(RequestRefused):
        documents.prepare(text % literal)


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("{ things(first: %s) { said } }", "101"),
        ("{ things(first: %s) { said } }", "-1"),
        ("{ things(first: 100) { things(first: %s) { said } } }", "51"),
        ("{ thing { said(int: %s) } }", "2147483648"),
        ('{ thing { said(amount: "%s") } }', "much"),
        ('{ thing { said(filter: {and: [{amount: "%s"}]}) } }', "1e5"),
    ],
)
async def test_what_is_refused_is_refused_with_a_template(text: str, literal: str) -> None:
    documents = learned(text % 1, text % 2)
    assert await agrees(documents, text % 3)
    assert documents.alike(text % literal) is not None
    assert await agrees(documents, text % literal) is None


def test_the_saved_queries_share() -> None:
    for path in sorted(FOLDER.glob("*.graphql")):
        documents = Documents(schema()._schema, LIMITS)
        text = path.read_text("utf-8")
        apart = take_apart(text)
        assert apart is not None
        if apart[1] and documents.prepare(text).kind is OperationType.QUERY:
            documents.prepare(re.sub(r"(first|last): \d+", r"\1: 7", text))
            assert documents.alike(re.sub(r"(first|last): \d+", r"\1: 8", text)) is not None, path.name


@pytest.mark.parametrize(
    "text",
    [
        '{ nodes(ids: ["%s", "%s"]) { id ... on Product { sku log(first: %d) { nodes { action } } } } }',
        '{ product(id: "%s") { sku orders(first: %d) { totalCount nodes { id asn { id } } } } }',
        '{ products(first: %d, filter: {sku: "%s"}) { nodes { sku } } order(orderNo: "%s") { id } }',
    ],
)
def test_a_template_is_planned_as_its_texts_are(text: str) -> None:
    kinds = iter((("Product", "Order"), ("Asn", "Product"), ("Order", "Asn")))

    def another(number: int) -> str:
        ids = iter(encode(kind, UUID(int=number)) for kind in next(kinds))
        return re.sub("%[sd]", lambda place: next(ids) if place[0] == "%s" else str(number), text)

    built = schema()
    documents = Documents(built._schema, LIMITS)
    planner = Planner(built)

    def planned(prepared: Prepared, given: dict[str, Any]) -> tuple[str, list[Any]]:
        definitions = prepared.operation.variable_definitions or ()
        variables = get_variable_values(built._schema, definitions, given)
        assert not isinstance(variables, list)
        document = Document(prepared.text, prepared.document, prepared.operation)
        plan, slots = planner.plan(document, variables, whole=False)
        request = Request(UUID(int=9), slots)
        return plan.sql, [get(request) for get in plan.get]

    for number in (1, 2):
        documents.prepare(another(number))
    third = another(3)
    found = documents.alike(third)
    assert found is not None
    assert planned(*found) == planned(documents.prepare(third), {})


def test_memory_is_flat_over_40_000_texts() -> None:
    text = '{ things(first: %d) { said(text: "%d", filter: {ids: [%d, "x%d"]}) } }'
    documents = learned(text % (1, 1, 1, 1), text % (2, 2, 2, 2))
    tracemalloc.start()
    try:
        for number in range(40_000):
            assert documents.alike(text % (number % 100, number, number, number)) is not None
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 1 << 16
    assert (len(documents.recent), len(documents.templates)) == (2, 1)


def test_texts_of_many_skeletons_stay_within_their_memory() -> None:
    documents = Documents(SCHEMA, replace(LIMITS, remembered=1 << 20))
    tracemalloc.start()
    try:
        for number in range(60):
            for literal in range(2):
                filters = f"{{size: {literal}}}" + " {size: 7}" * 10
                documents.prepare(f"{{ t{number}: thing {{ said(filter: {{and: [{filters}]}}) }} }}")
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 5 < len(documents.templates) < 60
    assert (1 << 18) < documents.templates.weight <= (1 << 19)
    assert documents.recent.weight <= (1 << 19)
    assert taken < (5 << 18)


def test_skeletons_that_come_once_do_not_push_out_hot_ones() -> None:
    hot = [f"{{ hot{number}: thing(id: %d) {{ said }} }}" for number in range(20)]
    documents = learned(
        *(text % literal for text in hot for literal in (1, 2)), limits=replace(LIMITS, remembered=1 << 20)
    )
    assert all(documents.alike(text % 3) for text in hot)
    for number in range(400):
        for literal in range(2):
            documents.prepare(f"{{ once{number}: thing(id: {literal}) {{ said }} }}")
    assert len(documents.templates) < 400
    assert all(documents.alike(text % 4) for text in hot)
    for number in range(6_000):
        documents._learn(f"{{ t{number}: thing(id: 1) {{ said }} }}", parse("{ thing(id: 1) { said } }"))
    assert len(documents._sightings) <= 4_096
