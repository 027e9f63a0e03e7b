"""A wrong declaration fails when it is imported or linked, never while serving."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import strawberry

from exgo_gql.app import schema
from exgo_gql.db import asns, ledgers, merchants, orders, products, reference, stock
from exgo_gql.loaders.fields import Sorts, column, computed, counts, linked, lookup, many, one, pages
from exgo_gql.loaders.links import link
from exgo_gql.loaders.nodes import TYPES, Node, Row, node
from exgo_gql.loaders.pages import Connection
from exgo_gql.loaders.sources import DeclarationError, Shape
from exgo_gql.schema.asns import Asn
from exgo_gql.schema.orders import Order, OrderCount
from exgo_gql.schema.products import Product
from exgo_gql.schema.reference import Unit
from exgo_gql.schema.stock import Inventory


@pytest.fixture(autouse=True)
def _types_restored() -> Iterator[None]:
    """What a test declares is forgotten; what the application declared is linked."""
    schema()
    before = dict(TYPES)
    yield
    TYPES.clear()
    TYPES.update(before)


def refused(declare: Callable[[], Any], *said: str) -> None:
    with pytest.raises(DeclarationError) as error:
        declare()
    for words in said:
        assert words in str(error.value)


def linked_type(make: Callable[[], Any]) -> Callable[[], None]:
    """Declare, then link: the second of the two moments."""

    def declare() -> None:
        made = make()
        link(*([] if issubclass(made, Row) else [made]))

    return declare


# -- at import ----------------------------------------------------------------------------------------------


def test_unknown_column() -> None:
    def declare() -> None:
        @node(products.Product, may="product:read")
        class Wrong(Row):
            __slots__ = ()
            colour: str = column(description="No such thing.")

    refused(declare, "Wrong.colour", "products has no such column")


def test_nullable_column_declared_non_null() -> None:
    def declare() -> None:
        @node(products.Product, may="product:read")
        class Wrong(Row):
            __slots__ = ()
            brand: str = column(description="May be null.")

    refused(declare, "Wrong.brand", "nullable, the field says otherwise")


def test_non_null_column_declared_nullable() -> None:
    def declare() -> None:
        @node(products.Product, may="product:read")
        class Wrong(Row):
            __slots__ = ()
            sku: str | None = column(description="Never null.")

    refused(declare, "Wrong.sku", "not nullable")


def test_wrong_type_of_a_column() -> None:
    def declare() -> None:
        @node(products.Product, may="product:read")
        class Wrong(Row):
            __slots__ = ()
            version: str = column(description="A number.")

    refused(declare, "Wrong.version", "int is not str")


def test_wrong_type_of_an_expression() -> None:
    def declare() -> None:
        @node(asns.AsnLine, may="asn:read")
        class Wrong(Row):
            __slots__ = ()
            received: Decimal = column(
                asns.AsnLine.good_qty + asns.AsnLine.damaged_qty, description="Pieces."
            )

    refused(declare, "Wrong.received", "int is not Decimal")


def test_expression_that_hides_a_column() -> None:
    def declare() -> None:
        @node(asns.AsnLine, may="asn:read")
        class Wrong(Row):
            __slots__ = ()
            qty: int = column(asns.AsnLine.good_qty + 1, description="Not the quantity.")

    refused(declare, "Wrong.qty", "would hide the column")


def test_computed_needs_an_unknown_column() -> None:
    def doubled(weight: int) -> int:
        return 2 * weight

    def declare() -> None:
        @node(asns.AsnLine, may="asn:read")
        class Wrong(Row):
            __slots__ = ()
            twice: int = computed(doubled, description="Of what?")

    refused(declare, "Wrong.twice", "'weight'", "no column or fact")


@pytest.mark.parametrize("name", ["get", "items", "table", "facts"])
def test_name_taken_by_the_record(name: str) -> None:
    def declare() -> None:
        field = column(products.Product.sku, description="Its name is taken.")
        body = {name: field, "__annotations__": {name: "str"}, "__module__": __name__, "__slots__": ()}
        node(products.Product, may="product:read")(type("Wrong", (Row,), body))

    refused(declare, "Wrong", name, "taken by the record")


def test_two_types_of_one_name() -> None:
    def declare() -> None:
        @node(products.Product, may="product:read")
        class Product(Row):
            __slots__ = ()
            sku: str = column(description="Again.")

    refused(declare, "two types are called Product")


# -- at linking ---------------------------------------------------------------------------------------------


def test_unknown_permission_of_a_type() -> None:
    @linked_type
    def declare() -> type:
        @node(products.Product, may="product:raed")
        class Wrong(Row):
            __slots__ = ()
            sku: str = column(description="Its number.")

        return Wrong

    refused(declare, "Wrong", "no role has the permission product:raed")


def test_unknown_permission_of_a_field() -> None:
    @linked_type
    def declare() -> type:
        @node(products.Product, may="product:read")
        class Wrong(Row):
            __slots__ = ()
            sku: str = column(description="Its number.", may="product:cost")

        return Wrong

    refused(declare, "Wrong.sku", "unknown permission")


def test_several_foreign_keys_without_via() -> None:
    @linked_type
    def declare() -> type:
        @node(products.ComboPart, may="product:read")
        class Wrong(Row):
            __slots__ = ()
            product: Product = one(description="Which of the two?")

        return Wrong

    refused(declare, "Wrong.product", "combo_id", "part_id", "say via=")


def test_no_foreign_key_at_all() -> None:
    @linked_type
    def declare() -> type:
        @node(products.Product, may="product:read")
        class Wrong(Row):
            __slots__ = ()
            asns: list[Asn] = many(order_by=asns.Asn.created_at, description="Not by a key.")

        return Wrong

    refused(declare, "Wrong.asns", "none", "say via=")


def test_non_null_relation_over_a_nullable_key() -> None:
    @linked_type
    def declare() -> type:
        @node(products.Product, may="product:read")
        class Wrong(Row):
            __slots__ = ()
            unit: Unit = one(description="Null on a combo.")

        return Wrong

    refused(declare, "Wrong.unit", "make it optional")


def test_non_null_relation_without_the_tenant_in_its_key() -> None:
    """The row may be another tenant's, which nobody sees."""

    @linked_type
    def declare() -> type:
        @node(merchants.User, may="merchant:read")
        class WrongUser(Row):
            __slots__ = ()
            name: str = column(description="The name.")

        @node(merchants.Session, may="merchant:read")
        class WrongSession(Row):
            __slots__ = ()
            user: WrongUser = one(description="Whose it is.")

        return WrongSession

    refused(declare, "WrongSession.user", "make it optional")


def test_order_by_a_nullable_column() -> None:
    @linked_type
    def declare() -> type:
        @strawberry.type
        class Wrong:
            orders: Connection[Order] = pages(
                order_by=orders.Order.shipped_at, description="Nulls are nowhere."
            )

        return Wrong

    refused(declare, "Wrong.orders", "shipped_at may be null")


def test_order_in_mixed_directions() -> None:
    @linked_type
    def declare() -> type:
        @strawberry.type
        class Wrong:
            orders: Connection[Order] = pages(
                order_by=(orders.Order.created_at.desc(), orders.Order.reference_no), description="Two ways."
            )

        return Wrong

    refused(declare, "Wrong.orders", "an order goes one way")


def test_relation_to_an_undeclared_type() -> None:
    @linked_type
    def declare() -> type:
        @strawberry.type
        class Wrong:
            things: Connection[Nowhere] = pages(  # noqa: F821  # that is the point
                order_by=orders.Order.created_at, description="Of no type."
            )

        return Wrong

    refused(declare, "Wrong.things", "no declared type")


def test_relation_to_a_type_that_is_no_row() -> None:
    @linked_type
    def declare() -> type:
        @strawberry.type
        class Wrong:
            things: Connection[OrderCount] = pages(order_by=orders.Order.created_at, description="Counts.")

        return Wrong

    refused(declare, "Wrong.things", "is no declared type")


@pytest.mark.parametrize(
    ("annotation", "make"),
    [
        ("Product | None", lambda: many(order_by=products.Product.sku, description="Many are a list.")),
        (
            "list[Product]",
            lambda: pages(order_by=products.Product.sku, description="Pages are a connection."),
        ),
        ("Connection[Product]", lambda: lookup(description="One is no connection.")),
        ("Product | None", lambda: counts(products.Product.status, description="Counts are a list.")),
    ],
)
def test_annotation_of_another_shape(annotation: str, make: Callable[[], Any]) -> None:
    body = {"things": make(), "__annotations__": {"things": annotation}, "__module__": __name__}
    refused(linked_type(lambda: strawberry.type(type("Wrong", (), body))), "Wrong.things", "cannot be")


def test_look_up_that_must_find() -> None:
    @linked_type
    def declare() -> type:
        @strawberry.type
        class Wrong:
            product: Product = lookup(products.Product.sku, description="It may find nothing.")

        return Wrong

    refused(declare, "Wrong.product", "make it optional")


def test_counts_of_rows_that_no_type_shows() -> None:
    @linked_type
    def declare() -> type:
        @strawberry.type
        class Wrong:
            deliveries: list[OrderCount] = counts(ledgers.Delivery.topic, description="Nobody sees these.")

        return Wrong

    refused(declare, "Wrong.deliveries", "belongs to no declared type")


# -- what is right ------------------------------------------------------------------------------------------


def test_a_right_declaration_finds_its_keys() -> None:
    @node(products.Product, may="product:read")
    class Right(Node):
        __slots__ = ()
        sku: str = column(description="Its number.")
        category_path: str | None = column(products.Product.category_code, description="Under another name.")
        unit: Unit | None = one(description="By the only key.")
        stock: Connection[Inventory] = pages(order_by=stock.Inventory.updated_at.desc(), description="Stock.")
        orders: Connection[Order] = pages(
            through=linked(orders.OrderLine), order_by=orders.Order.created_at.desc(), description="Links."
        )

    link()
    found = {name: Right.declared[name].source for name in ("unit", "stock", "orders")}
    assert found["unit"].pairs == (("unit_code", "code"),)
    # Rule 1: between tenant tables the tenant is part of every key
    assert found["stock"].pairs == (("merchant_id", "merchant_id"), ("id", "product_id"))
    assert found["orders"].pairs == (("merchant_id", "merchant_id"), ("id", "product_id"))
    assert found["orders"].through.pairs == (("merchant_id", "merchant_id"), ("order_id", "id"))
    assert [sort.column for sort in found["stock"].keysets[""].sorts] == ["updated_at", "id"]
    assert found["stock"].shape is Shape.PAGES
    assert found["stock"].keysets[""].descending


def test_every_relation_between_tenants_carries_the_tenant() -> None:
    checked = 0
    for type_ in TYPES.values():
        for field in type_.declared.values():
            target = getattr(field.source, "target", None)
            if target is None or "merchant_id" not in target.table.c or "merchant_id" not in type_.table.c:
                continue
            checked += 1
            assert ("merchant_id", "merchant_id") in field.source.pairs, field.source.name
    assert checked > 30


def test_orders_that_sort_are_described_and_end_in_the_key() -> None:
    made = Sorts(
        "TestSort", "Two orders.", FIRST=("One.", reference.Unit.code), LAST=("Two.", reference.Unit.name_zh)
    )
    assert made.default == "FIRST"
    definition = made.enum.__strawberry_definition__  # type: ignore[attr-defined]
    assert [(value.name, value.description) for value in definition.values] == [
        ("FIRST", "One."),
        ("LAST", "Two."),
    ]
    for root in schema().query.__strawberry_definition__.fields:
        for keyset in getattr(getattr(root, "source", None), "keysets", {}).values():
            assert keyset.sorts[-1].column in ("id", "code")
