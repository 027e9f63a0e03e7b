"""Inputs of products: described and limited by the fields they write."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from exgo_gql.domain.fields import REASON
from exgo_gql.domain.products import FILING_NO, LIMITS, PART_QTY
from exgo_gql.schema.inputs import refers, writes
from exgo_gql.schema.products import Product

CATEGORY = "Code of the category (产品分类)."
UNIT = "Code of the customs unit of sale (计量单位)."
COUNTRY = "Two-letter code of the country it was made in (原产国)."
HS_CODE = "HS code (海关编码), ten digits, valid today."
ELEMENTS = "Declaration elements (申报要素) by name; they replace the old ones."
PARTS = "The ordinary products it is made of, at least two different ones."


@strawberry.input(description="The value of one declaration element.")
class ElementInput:
    """One element."""

    name: str = strawberry.field(description="The element's name, as the HS code has it.")
    value: str = strawberry.field(description="What is declared (1–255 characters).")


@strawberry.input(description="One part of a combo.")
class ComboPartInput:
    """One part."""

    product_id: strawberry.ID = refers("Product", "An ordinary product of the same merchant.")
    qty: int = strawberry.field(description=f"Pieces of it in one combo ({PART_QTY.said}).")


@writes(Product, limits=LIMITS)
class ProductCreateInput:
    """A new ordinary product (PRD-1)."""

    sku: str
    name_zh: str
    name_en: str
    category_code: str = strawberry.field(description=CATEGORY)
    unit_code: str = strawberry.field(description=UNIT)
    brand: str
    country_code: str = strawberry.field(description=COUNTRY)
    net_weight_kg: Decimal
    vat_invoice_price: Decimal
    sales_price: Decimal
    model: str | None
    specification: str | None
    barcode: str | None
    gross_weight_kg: Decimal | None
    length_cm: Decimal | None
    width_cm: Decimal | None
    height_cm: Decimal | None
    declared_value: Decimal | None
    contract_price: Decimal | None
    picture_url: str | None
    remarks: str | None
    hs_code: str | None = strawberry.field(description=HS_CODE, default=strawberry.UNSET)
    customs_name: str | None
    elements: list[ElementInput] | None = strawberry.field(description=ELEMENTS, default=strawberry.UNSET)
    legal_qty: Decimal | None
    second_qty: Decimal | None


@writes(Product, limits=LIMITS)
class ProductUpdateInput:
    """Changes of an ordinary product: absent stays, null empties."""

    id: strawberry.ID = refers("Product", "The product.")
    version: int
    sku: str | None
    name_zh: str | None
    name_en: str | None
    category_code: str | None = strawberry.field(description=CATEGORY, default=strawberry.UNSET)
    unit_code: str | None = strawberry.field(description=UNIT, default=strawberry.UNSET)
    brand: str | None
    country_code: str | None = strawberry.field(description=COUNTRY, default=strawberry.UNSET)
    net_weight_kg: Decimal | None
    vat_invoice_price: Decimal | None
    sales_price: Decimal | None
    model: str | None
    specification: str | None
    barcode: str | None
    gross_weight_kg: Decimal | None
    length_cm: Decimal | None
    width_cm: Decimal | None
    height_cm: Decimal | None
    declared_value: Decimal | None
    contract_price: Decimal | None
    picture_url: str | None
    remarks: str | None
    hs_code: str | None = strawberry.field(description=HS_CODE, default=strawberry.UNSET)
    customs_name: str | None
    elements: list[ElementInput] | None = strawberry.field(description=ELEMENTS, default=strawberry.UNSET)
    legal_qty: Decimal | None
    second_qty: Decimal | None


@writes(Product, limits=LIMITS)
class ComboCreateInput:
    """A new combo (PRD-4)."""

    sku: str
    name_zh: str
    name_en: str
    parts: list[ComboPartInput] = strawberry.field(description=PARTS)
    category_code: str | None = strawberry.field(description=CATEGORY, default=strawberry.UNSET)
    barcode: str | None
    picture_url: str | None
    remarks: str | None


@writes(Product, limits=LIMITS)
class ComboUpdateInput:
    """Changes of a combo: absent stays, null empties."""

    id: strawberry.ID = refers("Product", "The combo.")
    version: int
    sku: str | None
    name_zh: str | None
    name_en: str | None
    parts: list[ComboPartInput] | None = strawberry.field(description=PARTS, default=strawberry.UNSET)
    category_code: str | None = strawberry.field(description=CATEGORY, default=strawberry.UNSET)
    barcode: str | None
    picture_url: str | None
    remarks: str | None


@strawberry.input(description="A product to take a step with.")
class ProductIdInput:
    """One product."""

    id: strawberry.ID = refers("Product", "The product.")


@strawberry.input(description="Customs' yes to a product.")
class ProductApproveInput:
    """A decision."""

    id: strawberry.ID = refers("Product", "The product.")
    filing_no: str = strawberry.field(description=f"The number it is filed under ({FILING_NO.said}).")


@strawberry.input(description="Customs' no to a product.")
class ProductRejectInput:
    """A decision."""

    id: strawberry.ID = refers("Product", "The product.")
    reason: str = strawberry.field(description=f"Why ({REASON.said}).")
