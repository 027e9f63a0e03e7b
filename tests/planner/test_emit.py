"""Stage 3: the statement: whose rows it reads, what is bound, and what changes its text."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from exgo_gql.db.models import orders
from exgo_gql.loaders.ids import encode
from exgo_gql.loaders.planner.emit import MOST_TABLES
from exgo_gql.loaders.planner.plans import Request
from exgo_gql.loaders.scope import tenant_column
from exgo_gql.loaders.sources import TYPES
from tests import scenes
from tests.planner.compiling import compiled, refusal
from tests.stage import Stage

MERCHANT, ID = UUID(int=7), UUID(int=9)
RICH = """query($id: ID!, $n: Int) { product(id: $id) { sku warnings { code } hsCode { code elements { name } }
    inventory(first: $n) { nodes { sellableQty warehouse { code } } pageInfo { endCursor } }
    orders(first: 3) { totalCount edges { cursor node { orderNo lines { qty } log(last: 2) { nodes { at } } } } }
    asns { nodes { receivingNo availableActions { action } } } } }"""


def test_every_tenant_table_is_read_with_its_condition() -> None:
    """Rule 2: the first lock is in the text, for every table that a declared source names."""
    plan, _ = compiled(RICH, {"id": encode("Product", ID)})
    tenant = {type_.table.name: column for type_ in TYPES.values() if (column := tenant_column(type_.table))}
    named = re.findall(r'from "(\w+)"(?: where "(\w+)" = (\$\d+)\))?', plan.sql)
    assert {name for name, _, _ in named} >= {
        "products",
        "inventory",
        "orders",
        "order_lines",
        "asns",
        "asn_lines",
    }
    for name, column, bind in named:
        assert column == tenant.get(name, "merchant_id" if name == "asn_lines" else ""), name
        assert bool(bind) == bool(column)
    assert len({bind for _, _, bind in named if bind}) == 1


def test_the_tenant_is_bound_twice_from_two_sources() -> None:
    """Rule 3: the plan binds the filter's value; the pool adds the policy's as the last parameter."""
    plan, slots = compiled(RICH, {"id": encode("Product", ID), "n": 4})
    values = [get(Request(MERCHANT, slots)) for get in plan.get]
    last = len(values) + 1
    assert plan.sql.startswith(
        f"select case when set_config('app.merchant_id', ${last}, true) = ${last} then (select "
    )
    assert plan.sql.endswith(") end")
    assert values.count(MERCHANT) == 1
    assert {ID, 4, 3, 2} <= set(values)


def test_staff_read_all_without_a_tenant() -> None:
    plan, slots = compiled(RICH, {"id": encode("Product", ID)}, whole=True)
    assert "set_config" not in plan.sql
    assert not re.search(r'where "merchant_id" = \$', plan.sql)
    assert MERCHANT not in [get(Request(MERCHANT, slots)) for get in plan.get]


@pytest.mark.parametrize("given", ["'; drop table orders; --", "$1", "\x01" + "0\x02", 'x" or true', "~0"])
def test_values_never_enter_the_text(given: str) -> None:
    text = """query($a: String, $b: [String!]) {
        orders(filter: {referenceNo: $a, referenceNoIn: $b, trackingNo: $a}) { totalCount } }"""
    plan, slots = compiled(text, {"a": given, "b": [given]})
    usual, _ = compiled(text, {"a": "A", "b": ["B"]})
    assert plan.sql == usual.sql
    assert [get(Request(MERCHANT, slots)) for get in plan.get].count(given) == 2


def test_literals_are_bound_like_variables() -> None:
    literal, slots = compiled('{ orders(first: 7, filter: {trackingNo: "T"}) { nodes { id } } }')
    variable, _ = compiled(
        "query($n: Int, $t: String) { orders(first: $n, filter: {trackingNo: $t}) { nodes { id } } }",
        {"n": 99, "t": "U"},
    )
    assert literal.sql == variable.sql
    assert {7, "T"} <= {get(Request(MERCHANT, slots)) for get in literal.get}


def test_the_form_of_arguments_changes_the_text_and_their_values_do_not() -> None:
    text = """query($f: OrderFilter, $n: Int, $l: Int, $s: OrderSort) {
        orders(first: $n, last: $l, filter: $f, sort: $s) { nodes { id } } }"""

    def sql(**given: object) -> str:
        return compiled(text, given)[0].sql

    assert sql(n=1) == sql(n=100) == sql()
    assert (
        len({sql(n=1), sql(l=1), sql(s="OLDEST"), sql(f={"mode": "STOCK"}), sql(f={"status": ["DRAFT"]})})
        == 5
    )
    assert sql(f={"status": ["DRAFT"]}) != sql(
        f={"status": ["DRAFT", "SIGNED"]}
    )  # one alone keeps an index's order
    assert sql(f={"mode": None}) == sql(f={}) == sql()


def test_what_is_not_asked_for_is_not_read() -> None:
    total, _ = compiled("{ orders { totalCount } }")
    assert "array_agg" not in total.sql
    assert total.sql.count('"orders"') == 2  # the table, and the response key
    rows, _ = compiled("{ orders { nodes { orderNo } } }")
    assert "count(*)::int as n" in rows.sql
    assert "+ 1" not in rows.sql  # nobody asks whether there is more
    assert "base64" not in rows.sql  # nor for cursors
    more, _ = compiled("{ orders { pageInfo { hasNextPage } } }")
    assert "+ 1" in more.sql


def test_facts_are_read_where_a_computed_field_needs_them() -> None:
    without, _ = compiled("{ orders { nodes { status } } }")
    with_, _ = compiled("{ orders { nodes { availableActions { action } } } }")
    assert "asn_orders" not in without.sql
    assert "asn_orders.merchant_id = t1.merchant_id" in with_.sql


async def test_response_keys_collide_with_no_name_of_the_statement(stage: Stage) -> None:
    company = await stage.company()
    await scenes.draft(company)
    text = """{ t1: products(last: 2) { a: totalCount n: pageInfo { b: hasPreviousPage k0: endCursor }
        r: edges { j0: cursor k: node { t2: id l: elements { t3: value } g: status i: warnings { k: code } } } }
        k: productCounts { m: status g: count } p: nodes(ids: []) { type: id k: __typename } }"""
    body = {"query": text, "extensions": {"execution": True}}
    bearer = {"authorization": f"Bearer {company.viewer.token}"}
    answer = (await stage.http.post("/graphql", json=body, headers=bearer)).json()
    assert answer["extensions"]["execution"] == "planned"
    page = answer["data"]["t1"]
    assert (page["a"], page["n"]["b"], page["n"]["k0"]) == (1, False, page["r"][0]["j0"])
    assert list(page["r"][0]["k"]) == ["t2", "l", "g", "i"]
    assert answer["data"]["k"][0] == {"m": "DRAFT", "g": 1}
    assert answer["data"]["p"] == []


def test_a_statement_reads_no_more_tables_than_one_should() -> None:
    fields = " ".join(f"a{i}: orderCounts {{ count }}" for i in range(MOST_TABLES + 1))
    assert refusal(f"{{ {fields} }}") == "size"


def test_global_ids_read_the_types_that_they_name() -> None:
    text = "query($i: [ID!]!) { nodes(ids: $i) { id ... on Order { orderNo } ... on Product { sku } } }"
    both = [encode("Order", ID), encode("Product", ID), "?", encode("Unit", ID)]
    plan, slots = compiled(text, {"i": both})
    assert re.findall(r"when '(\w+)' then", plan.sql) == ["Order", "Product"]
    assert plan.permissions == {"order:read", "product:read"}
    values = [get(Request(MERCHANT, slots)) for get in plan.get]
    assert ["Order", "Product", None, None] in values
    assert [ID, ID, None, None] in values
    none, _ = compiled(text, {"i": ["?"]})
    assert "null::json" in none.sql
    assert none.permissions == frozenset()


def test_orders_table_is_what_the_model_says() -> None:
    assert tenant_column(orders.Order.__table__) == "merchant_id"  # type: ignore[arg-type]  # a Table
