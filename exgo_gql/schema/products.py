"""Products as the SDL shows them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from exgo_gql.db import asns, ledgers, orders, stock
from exgo_gql.db import products as rows
from exgo_gql.domain import products as rules
from exgo_gql.domain.customs import FilingStatus
from exgo_gql.domain.machines import ActionState
from exgo_gql.domain.products import PRODUCT, ProductKind, ProductStatus
from exgo_gql.domain.refusals import Language
from exgo_gql.loaders.fields import Sorts, column, computed, linked, many, one, pages
from exgo_gql.loaders.filters import (
    Filters,
    after,
    among,
    at_least,
    begins,
    below,
    equals,
    filters,
    in_category,
    name_contains,
    where,
)
from exgo_gql.loaders.nodes import Node, Row, node
from exgo_gql.loaders.pages import Connection
from exgo_gql.schema.asns import AsnFilter
from exgo_gql.schema.orders import OrderFilter
from exgo_gql.schema.stock import InventoryFilter

if TYPE_CHECKING:
    from exgo_gql.schema.actions import LogEntry
    from exgo_gql.schema.asns import Asn
    from exgo_gql.schema.merchants import Merchant
    from exgo_gql.schema.orders import Order
    from exgo_gql.schema.reference import Category, Country, Currency, DeclarationElement, HsCode, Unit
    from exgo_gql.schema.stock import Inventory, StockMovement


@strawberry.type(description="Something that a draft may have and filing refuses.")
class FilingWarning:
    """A rule that only warns so far."""

    code: str = strawberry.field(description="For programs: the `ErrorCode` that filing would answer.")
    message: str = strawberry.field(description="For people.")


def _warnings(
    sales_price: Decimal | None,
    vat_invoice_price: Decimal | None,
    contract_price: Decimal | None,
    language: Language,
) -> list[FilingWarning]:
    problems = rules.price_rule(sales_price, vat_invoice_price, contract_price)
    return [FilingWarning(code=str(p.code), message=p.message(language)) for p in problems]


PRICE = "per unit, in the product's currency, 4 places"


@node(rows.Product, may="product:read")
class Product(Node):
    """A product (产品) of a merchant: ordinary, or a combo of ordinary ones."""

    __slots__ = ()
    kind: ProductKind = column(description="Ordinary, or a combo.")
    status: ProductStatus = column(description="Where it stands with customs.")
    version: int = column(description="Counts its changes: send it with an edit.")
    sku: str = column(description="The merchant's own number of it, unique among those not deleted.")
    name_zh: str = column(description="Name in Chinese (中文品名).")
    name_en: str = column(description="Name in English (英文品名).")
    brand: str | None = column(description="Brand (品牌).")
    model: str | None = column(description="Model (型号).")
    specification: str | None = column(description="Specification (规格).")
    barcode: str | None = column(description="Barcode on the package.")
    net_weight_kg: Decimal | None = column(description="Net weight of one unit, kg, 3 places.")
    gross_weight_kg: Decimal | None = column(
        description="Gross weight of one unit, kg, 3 places; not below the net weight."
    )
    length_cm: Decimal | None = column(description="Length of one unit, cm.")
    width_cm: Decimal | None = column(description="Width of one unit, cm.")
    height_cm: Decimal | None = column(description="Height of one unit, cm.")
    declared_value: Decimal | None = column(description=f"Declared value (申报价值), {PRICE}.")
    vat_invoice_price: Decimal | None = column(
        description=f"Purchase price on the VAT invoice (增值税发票价格), {PRICE}."
    )
    sales_price: Decimal | None = column(
        description=f"Sales price (销售价格), {PRICE}: not below the VAT invoice price, equal to the contract price."
    )
    contract_price: Decimal | None = column(description=f"Price in the sales contract (合同价格), {PRICE}.")
    picture_url: str | None = column(description="Where its picture is.")
    remarks: str | None = column(description="The merchant's remarks.")
    customs_name: str | None = column(description="The name it is declared under (品名).")
    legal_qty: Decimal | None = column(
        description="How much one unit is in the HS code's legal unit, 5 places."
    )
    second_qty: Decimal | None = column(
        description="How much one unit is in the HS code's second unit, 5 places."
    )
    filing_no: str | None = column(description="The number that customs filed it under (备案号).")
    filed_at: dt.datetime | None = column(description="When it was filed.")
    rejection_reason: str | None = column(description="Why customs refused it last.")
    created_at: dt.datetime = column(description="When it was entered.")
    updated_at: dt.datetime = column(description="When it last changed.")
    warnings: list[FilingWarning] = computed(
        _warnings, description="What filing would refuse: the price rule."
    )
    available_actions: list[ActionState] = computed(
        PRODUCT.asked_by(ProductStatus, moded=False),
        description="What you may do with it now, and why not the rest.",
    )
    merchant: Merchant = one(description="Whose it is.")
    category: Category | None = one(description="Category (产品分类); null on a combo that has none.")
    unit: Unit | None = one(description="Customs unit of sale (计量单位).")
    country_of_origin: Country | None = one(description="Where it was made (原产国).")
    currency: Currency = one(description="The currency of its prices: the merchant's when it was entered.")
    hs_code: HsCode | None = one(description="Its code in the customs tariff (海关编码).")
    elements: list[ProductElement] = many(
        order_by=rows.ProductElement.position,
        description="Its declaration elements (申报要素), in their order.",
    )
    parts: list[ComboPart] = many(
        rows.ComboPart.combo_id, order_by=rows.ComboPart.position, description="What a combo is made of."
    )
    inventory: Connection[Inventory] = pages(
        order_by=stock.Inventory.updated_at.desc(),
        filters=InventoryFilter,
        description="What is in which warehouse, by bucket; what moved last comes first.",
    )
    movements: Connection[StockMovement] = pages(
        order_by=stock.StockMovement.at.desc(), description="Every change of its stock, newest first."
    )
    orders: Connection[Order] = pages(
        through=linked(orders.OrderLine),
        order_by=orders.Order.created_at.desc(),
        filters=OrderFilter,
        description="The orders that it stands on, newest first.",
    )
    asns: Connection[Asn] = pages(
        through=linked(asns.AsnLine),
        order_by=asns.Asn.created_at.desc(),
        filters=AsnFilter,
        description="The ASNs that it stands on, newest first.",
    )
    filings: Connection[CustomsFiling] = pages(
        order_by=rows.CustomsFiling.queued_at.desc(), description="What was sent to customs, newest first."
    )
    log: Connection[LogEntry] = pages(
        order_by=ledgers.LogEntry.at.desc(), description="Operation log (操作日志), newest first."
    )


@node(rows.ProductElement, may="product:read")
class ProductElement(Row):
    """The value of one declaration element of a product."""

    __slots__ = ()
    position: int = column(description="Its place in the HS code.")
    value: str = column(description="What is declared.")
    element: DeclarationElement = one(description="What was asked.")


@node(rows.ComboPart, may="product:read")
class ComboPart(Row):
    """An ordinary product in a combo."""

    __slots__ = ()
    position: int = column(description="Its place in the combo, from 1.")
    qty: int = column(description="Pieces of it in one combo.")
    product: Product = one(rows.ComboPart.part_id, description="The ordinary product.")


@node(rows.CustomsFiling, may="product:read")
class CustomsFiling(Node):
    """Something sent to customs, and their answer (备案/审核)."""

    __slots__ = ()
    number: str = column(description="The SKU or reference that customs know it by.")
    status: FilingStatus = column(description="Where it stands.")
    reason: str | None = column(description="Why customs refused.")
    queued_at: dt.datetime = column(description="When it was handed over.")
    sent_at: dt.datetime | None = column(description="When it was sent.")
    decided_at: dt.datetime | None = column(description="When customs answered.")


@filters("Which products to list.")
class ProductFilter(Filters):
    """The search conditions of the manual's product list, and what integrators need (PRD-6, API-11)."""

    sku: str | None = where(begins(rows.Product.sku), description="How the SKU begins.")
    sku_in: list[str] | None = where(among(rows.Product.sku), description="One of these SKUs.")
    name: str | None = where(
        name_contains(),
        description="A part of either name, Chinese or English; case and width do not matter.",
    )
    category_code: str | None = where(in_category(), description="This category or any below it.")
    status: list[ProductStatus] | None = where(among(rows.Product.status), description="One of these states.")
    kind: ProductKind | None = where(equals(rows.Product.kind), description="Ordinary, or combo.")
    created_from: dt.datetime | None = where(
        at_least(rows.Product.created_at), description="Entered then or later."
    )
    created_to: dt.datetime | None = where(below(rows.Product.created_at), description="Entered before then.")
    updated_after: dt.datetime | None = where(
        after(rows.Product.updated_at), description="Changed after then."
    )


PRODUCT_SORTS = Sorts(
    "ProductSort",
    "The orders of products.",
    NEWEST=("Newest first.", rows.Product.created_at.desc()),
    OLDEST=("Oldest first.", rows.Product.created_at),
    SKU=("By SKU.", rows.Product.sku),
    UPDATED=("Last changed first.", rows.Product.updated_at.desc()),
)


@strawberry.type(description="How many products are in a state.")
class ProductCount:
    """One state's share of a list."""

    status: ProductStatus = strawberry.field(description="The state.")
    count: int = strawberry.field(description="How many.")
