"""The walk: what an operation asks for, and what it costs (rules 16 and 17)."""

from __future__ import annotations

import random

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
    build_schema,
    get_introspection_query,
    parse,
    validate,
)

from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.measure import Measure, measure

SCHEMA = build_schema("""
    type PageInfo { hasNextPage: Boolean! }
    type ProductEdge { cursor: String! node: Product! }
    type ProductConnection { edges: [ProductEdge!]! nodes: [Product!]! pageInfo: PageInfo! totalCount: Int! }
    type Product {
        sku: String!
        names: [String!]!
        parent: Product
        parts: [Product!]!
        related(first: Int, last: Int): ProductConnection!
    }
    type Query {
        product: Product!
        products(first: Int, last: Int): ProductConnection!
        newest(first: Int! = 7): ProductConnection!
        nodes(ids: [ID!]!): [Product]!
    }
    type Mutation { login(password: String!): String! make: Product! }
""")
LIMITS = Limits(authentication_fields=frozenset({"login"}))


def measured(text: str) -> Measure:
    return measure(parse(text), SCHEMA, LIMITS)[0][1]


def test_aliases_and_fields_are_counted_with_fragments_written_out() -> None:
    text = "{product{...F ...F} b:product{...F}} fragment F on Product {x:sku y:sku __typename}"
    found = measured(text)
    assert (found.depth, found.aliases, found.fields) == (2, 7, 11)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{__typename}", 1),
        ("{product{sku names}}", 2),
        ("{product{parent{parent{sku}}}}", 4),
        ("{product{parts{sku}}}", 12),
        ("{product{parts{parts{sku}}}}", 112),
        ("{products(first:100){totalCount pageInfo{hasNextPage}}}", 2),
        ("{products(first:100){edges{cursor node{sku}}}}", 102),
        ("{products(first:100){nodes{sku}}}", 102),
        ("{products{nodes{sku}}}", 22),
        ("{products(first:null){nodes{sku}}}", 22),
        ("{products(first:3 last:5){nodes{sku}}}", 7),
        ("{products(first:0){nodes{sku}}}", 2),
        ("{newest{nodes{sku}}}", 9),
        ("{products(first:10){edges{node{related(first:4){edges{node{sku}}}}}}}", 2 + 10 * (1 + 5)),
        ('{nodes(ids:["1" "2"]){sku}}', 11),
        ("{nodes(ids:[%s]){sku}}" % ('"1"' * 30), 31),
        ("{products(first:10){...P}} fragment P on ProductConnection{nodes{sku}}", 12),
        ("mutation{make{sku}}", 12),
        ("mutation{make{sku} b:make{parts{sku}}}", 1 + 11 + 21),
        ("{a:product{sku} ...{product{sku}} ...F ...F} fragment F on Query{product{sku}}", 5),
        ("{unknown(first:9){also{sku}}}", 1 + 1 + 9 * (1 + 1)),
    ],
)
def test_cost_is_one_for_each_object_that_can_be_answered(text: str, cost: int) -> None:
    """API-8: the cost is known before anything runs."""
    assert not measured(text).cost.varies
    assert measured(text).cost.at({}) == cost


def test_cost_of_pages_that_only_the_variables_know() -> None:
    found = measured(
        "query($a:Int $b:Int){products(first:$a){nodes{related(last:$b){nodes{sku}} ...R}}}"
        " fragment R on Product{related(first:$b){nodes{sku}}}"
    )
    assert found.pages == {"a", "b"}
    assert found.cost.varies
    assert found.cost.at({"a": 3, "b": 4}) == 2 + 3 * (1 + 5 + 5)
    assert found.cost.at({"a": 3}) == 2 + 3 * (1 + 21 + 21)
    assert found.cost.at({"a": None, "b": 1}) == 2 + 20 * (1 + 2 + 2)
    listed = measured("query($ids:[ID!]!){nodes(ids:$ids){sku}}")
    assert listed.pages == set()
    assert [listed.cost.at({"ids": ["x"] * n}) for n in (1, 10, 250)] == [11, 11, 251]


def test_the_introspection_of_graphiql_passes_and_one_level_more_does_not() -> None:
    found = measured(
        get_introspection_query(
            specified_by_url=True,
            directive_is_repeatable=True,
            schema_description=True,
            input_value_deprecation=True,
            one_of=True,
        )
    )
    assert (found.introspects, found.depth, found.aliases) == (True, 15, 0)
    assert found.fields <= LIMITS.fields
    assert measured(get_introspection_query(type_depth=10)).depth == 16
    assert not measured("{product{__typename}}").introspects


def test_introspection_costs_in_proportion_to_that_of_graphiql() -> None:
    assert measured(get_introspection_query()).cost.at({}) == 2_002
    half = "types{fields{args{type{ofType{ofType{ofType{name}}}}} type{ofType{ofType{ofType{name}}}}}}"
    once = measured(f"{{__schema{{{half}}}}}").cost.at({}) - 2
    assert 500 < once < 1_500
    assert measured(f"{{a:__schema{{{half}}} b:__schema{{{half}}}}}").cost.at({}) == 1 + 2 * (once + 1)
    assert measured('{__type(name:"Product"){name}}').cost.at({}) == 2


def test_every_operation_of_a_document_is_measured() -> None:
    text = 'query A{product{sku}} query B{product{parent{sku}}} mutation C{make{sku} login(password:"x")}'
    found = [one for _, one in measure(parse(text), SCHEMA, LIMITS)]
    assert [(one.depth, one.mutations, one.authentications) for one in found] == [
        (2, 0, 0),
        (3, 0, 0),
        (2, 2, 1),
    ]


def test_circles_end() -> None:
    text = "{product{...A}} fragment A on Product{parent{...B}} fragment B on Product{parent{...A}}"
    assert measured(text).depth == 3
    assert [error.message for error in validate(SCHEMA, parse(text))] == [
        "Cannot spread fragment 'A' within itself via 'B'."
    ]


def test_bombs_with_variable_pages_are_summed_in_linear_time() -> None:
    fragments = "".join(
        f" fragment F{i} on Product{{related(first:$n){{nodes{{...F{i + 1} ...F{i + 1}}}}}}}"
        for i in range(60)
    )
    text = "query($n:Int){product{...F0}}" + fragments + " fragment F60 on Product{sku}"
    found = measured(text)
    assert found.cost.at({"n": 1}) == found.fields == found.cost.at({"n": 100}) == 10**9


def counted_naively(document: DocumentNode) -> tuple[int, int, int]:
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}

    def count(selections: SelectionSetNode | None) -> tuple[int, int, int]:
        depth = aliases = fields = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                inner = count(node.selection_set)
                inner = inner[0] + 1, inner[1] + (node.alias is not None), inner[2] + 1
            elif isinstance(node, InlineFragmentNode):
                inner = count(node.selection_set)
            else:
                assert isinstance(node, FragmentSpreadNode)
                inner = count(fragments[node.name.value].selection_set)
            depth, aliases, fields = max(depth, inner[0]), aliases + inner[1], fields + inner[2]
        return depth, aliases, fields

    return count(document.definitions[0].selection_set)  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", range(60))
def test_the_walk_agrees_with_writing_everything_out(seed: int) -> None:
    chance = random.Random(seed)

    def selections(level: int, fragments: list[str]) -> str:
        parts = ["sku"]
        for _ in range(chance.randint(0, 3)):
            pick = chance.random()
            alias = "x:" if chance.random() < 0.3 else ""
            if pick < 0.4 and fragments:
                parts.append("..." + chance.choice(fragments))
            elif pick < 0.55 and level:
                parts.append("...on Product" + selections(level - 1, fragments))
            elif level:
                parts.append(alias + chance.choice(["parent", "parts"]) + selections(level - 1, fragments))
            else:
                parts.append(alias + "sku")
        return "{" + " ".join(parts) + "}"

    names = [f"F{i}" for i in range(6)]
    text = "{product" + selections(3, names) + "}"
    text += "".join(f" fragment {n} on Product{selections(2, names[i + 1 :])}" for i, n in enumerate(names))
    document = parse(text)
    found = measure(document, SCHEMA, LIMITS)[0][1]
    assert (found.depth, found.aliases, found.fields) == counted_naively(document)
