"""Stages 1 and 2: what a selection comes to, and where each field comes from."""

from __future__ import annotations

import pytest

from exgo_gql.domain.actors import Actor
from exgo_gql.domain.refusals import Language
from exgo_gql.loaders.planner.selection import (
    Branch,
    Cell,
    Edges,
    Field,
    GlobalId,
    Hole,
    Info,
    Item,
    Named,
    Object,
    Page,
    Tally,
    Total,
    Typename,
)
from exgo_gql.loaders.sources import Shape
from tests.planner.compiling import outline, refusal


def shown(item: Item | Object) -> object:  # noqa: PLR0911  # one for each kind
    """An outline as plain data."""
    match item:
        case Object(fields=fields):
            return {field.key: shown(field.item) for field in fields}
        case Branch(content=Page(fields=parts)):
            return {key: part_of(part) for key, part in parts}
        case Branch(content=Tally(fields=names)):
            return dict(names)
        case Branch(content=content):
            return shown(content)
        case Named(objects=objects):
            return {name: shown(content) for name, content in objects.items()}
        case Typename(name=name):
            return name
        case Hole(number=number, needs=needs):
            return (number, len(needs))
        case _:
            return type(item)


def part_of(part: Typename | Object | Edges | Info | Total) -> object:
    """A part of a connection as plain data."""
    match part:
        case Edges(fields=fields):
            return {key: part_of(of) if isinstance(of, Object) else type(of).__name__ for key, of in fields}
        case Info(fields=fields):
            return dict(fields)
        case Object():
            return shown(part)
        case _:
            return type(part).__name__


def tree(text: str, given: dict[str, object] | None = None, *types: str) -> object:
    return {field.key: shown(field.item) for field in outline(text, given, *types).fields}


def test_fragments_merged_fields_and_aliases_come_to_one_selection() -> None:
    plain = tree('{ product(sku: "A") { sku category { code nameZh } name: nameZh } }')
    written = tree(
        '{ product(sku: "A") { sku ...P ... on Product { category { nameZh } ...P } } }'
        " fragment P on Product { category { code } name: nameZh }"
    )
    assert (
        written
        == plain
        == {"product": {"sku": Cell, "category": {"code": Cell, "nameZh": Cell}, "name": Cell}}
    )


@pytest.mark.parametrize(("skip", "keys"), [(True, ["id"]), (False, ["id", "sku"])])
def test_switches_choose_the_selection(skip: bool, keys: list[str]) -> None:
    text = 'query($s: Boolean!) { product(sku: "A") { id sku @skip(if: $s) nameZh @include(if: false) } }'
    assert list(tree(text, {"s": skip})["product"]) == keys  # type: ignore[index]  # a dict


def test_every_part_of_a_connection_is_known() -> None:
    found = tree(
        "{ orders { __typename totalCount pageInfo { hasNextPage end: endCursor __typename }"
        " edges { __typename cursor node { id } } nodes { __typename } } orderCounts { status n: count } }"
    )
    assert found == {
        "orders": {
            "__typename": "Typename",
            "totalCount": "Total",
            "pageInfo": {
                "hasNextPage": "hasNextPage",
                "end": "endCursor",
                "__typename": Typename("PageInfo"),
            },
            "edges": {"__typename": "Typename", "cursor": "Cursor", "node": {"id": GlobalId}},
            "nodes": {"__typename": "Order"},
        },
        "orderCounts": {"status": "status", "n": "count"},
    }


def test_computed_fields_leave_holes_with_their_needs() -> None:
    assert tree("{ products { nodes { warnings { code } availableActions { action } } } }") == {
        "products": {"nodes": {"warnings": (0, 3), "availableActions": (1, 2)}}
    }


def test_a_filling_computes_and_writes_what_is_asked_for() -> None:
    text = "{ products { nodes { warnings { c: code __typename } availableActions { availability action code } } } }"
    warnings, actions = outline(text).fillings
    given = {"language": Language.EN, "parts": frozenset({Actor.MERCHANT}), "staff": False}
    # Decimals come as text, states as their names.
    wrong = warnings(["~0", "1.00", "2.00", "1.00"], given)
    assert wrong == [{"c": "PRICE_BELOW_INVOICE", "__typename": "FilingWarning"}]
    assert warnings(["~0", "2.00", "1.00", "2.00"], given) == []
    told = {each["action"]: each for each in actions(["~1", "FILED", None], given)}
    assert list(told["DISABLE"]) == ["availability", "action", "code"]
    assert (told["DISABLE"]["availability"], told["DISABLE"]["code"]) == ("ALLOWED", None)
    assert told["FILE"]["code"] == "ILLEGAL_TRANSITION"


def test_arguments_have_slots_and_only_variables_make_them_vary() -> None:
    found = outline(
        "query($n: Int, $s: [OrderStatus!]) { one: orders(first: $n) { totalCount }"
        " two: orders(filter: {status: $s}) { totalCount } three: orders(last: 2, sort: OLDEST) { totalCount } }"
    )
    assert found.varying == (0, 1)
    fixed = found.slots[2].fixed
    assert fixed is not None
    assert (fixed.sort, fixed.window and fixed.window.size, fixed.window and fixed.window.backward) == (
        "OLDEST",
        2,
        True,
    )


def test_global_ids_are_resolved_for_the_types_that_they_name() -> None:
    text = (
        "query($i: ID!) { node(id: $i) { id ... on Product { sku } ... on Order { orderNo lines { qty } } } }"
    )
    assert tree(text, {"i": "x"}, "Order", "Merchant") == {
        "node": {
            "Merchant": {"id": GlobalId},
            "Order": {"id": GlobalId, "orderNo": Cell, "lines": {"qty": Cell}},
        }
    }
    assert outline(text, {"i": "x"}).global_ids


def test_a_field_carries_what_its_viewer_must_hold() -> None:
    [root] = outline("{ orders { nodes { merchant { companyName } lines { product { sku } } } } }").fields

    def held(field: Field) -> set[str]:
        own = set(field.permissions)
        if isinstance(field.item, Branch) and field.item.relation.shape is not Shape.COUNTS:
            content = field.item.content
            inner = content.fields if isinstance(content, Object) else ()
            if isinstance(content, Page):
                inner = tuple(
                    f for _, part in content.fields if isinstance(part, Object) for f in part.fields
                )
            for below in inner:
                own |= held(below)
        return own

    assert held(root) == {"order:read", "merchant:read", "product:read"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{ viewer { name } }", "resolver: Query.viewer"),
        ("{ __schema { description } }", "introspection: Query.__schema"),
        ('{ warehouses { code } __type(name: "Order") { name } }', "introspection: Query.__type"),
        ("{ orders(first: 1, last: 1) { totalCount } }", "arguments: orders"),
        ('{ orders(after: "?") { totalCount } }', "arguments: orders"),
        ("{ product { sku } }", "arguments: product"),
        (f"{{ {'a' * 64}: warehouses {{ code }} }}", "alias"),
        (f"{{ orders {{ {'a' * 64}: totalCount }} }}", "alias"),
    ],
)
def test_whatever_is_no_declared_source_is_refused(text: str, reason: str) -> None:
    assert refusal(text) == reason


def test_a_name_of_63_letters_is_planned() -> None:
    assert outline(f"{{ {'a' * 63}: warehouses {{ code }} }}").fields[0].key == "a" * 63


def test_arguments_are_refused_by_their_values() -> None:
    text = "query($n: Int) { orders(first: $n, last: 1) { totalCount } }"
    assert refusal(text, {"n": 1}) == "arguments: orders"
    assert outline(text).varying == (0,)
