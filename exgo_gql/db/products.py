"""Products, the parts of combos, their declaration elements, filings with customs, and the name search."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from exgo_gql.db.base import Base, Dated, Owned, coded, decimal, limited, of_merchant, own_key, states, within
from exgo_gql.domain.customs import FilingStatus
from exgo_gql.domain.products import LIMITS, MOST_PARTS, PART_QTY, REQUIRED, ProductKind, ProductStatus

PRICE = decimal(4)
WEIGHT = decimal(3, 7)
SIZE = decimal(2, 5)
QTY = decimal(5, 9)

_ORDINARY = " and ".join(
    f"{name} is not null" for name in REQUIRED if name not in ("sku", "name_zh", "name_en")
)


class Product(Owned, Dated, Base):
    """A product (产品): ordinary, or a combo of ordinary ones."""

    __tablename__ = "products"
    __table_args__ = (
        of_merchant(),
        own_key(),
        UniqueConstraint("merchant_id", "id", "kind"),
        coded("category_code", "categories"),
        coded("unit_code", "units"),
        coded("country_code", "countries"),
        coded("currency_code", "currencies"),
        ForeignKeyConstraint(["hs_code_id"], ["hs_codes.id"]),
        Index(
            "ux_products_living_sku",
            "merchant_id",
            "sku",
            unique=True,
            postgresql_where="status <> 'DELETED'",
        ),
        Index(None, "merchant_id", "created_at", "id"),
        Index(None, "merchant_id", "status", "created_at", "id"),
        Index(None, "merchant_id", "category_code", "created_at", "id"),
        Index(None, "merchant_id", "sku", "id"),
        Index(None, "merchant_id", "updated_at", "id"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "sku", "id"),
        Index(None, "status", "created_at", "id"),
        *limited(LIMITS),
        CheckConstraint("gross_weight_kg >= net_weight_kg", name="gross_weight"),
        CheckConstraint(f"kind = 'COMBO' or ({_ORDINARY})", name="ordinary_complete"),
        CheckConstraint("kind = 'ORDINARY' or hs_code_id is null", name="combo_without_hs"),
        CheckConstraint(
            "kind = 'COMBO' or status not in ('FILING', 'FILED') or "
            "(hs_code_id is not null and customs_name is not null and legal_qty is not null)",
            name="filed_complete",
        ),
        CheckConstraint("version >= 1", name="version"),
    )
    kind: Mapped[ProductKind] = mapped_column(states(ProductKind, "kind"))
    status: Mapped[ProductStatus] = mapped_column(states(ProductStatus, "status"))
    version: Mapped[int] = mapped_column(server_default="1")
    sku: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    category_code: Mapped[str | None]
    unit_code: Mapped[str | None]
    brand: Mapped[str | None]
    model: Mapped[str | None]
    specification: Mapped[str | None]
    country_code: Mapped[str | None]
    barcode: Mapped[str | None]
    net_weight_kg: Mapped[Decimal | None] = mapped_column(WEIGHT)
    gross_weight_kg: Mapped[Decimal | None] = mapped_column(WEIGHT)
    length_cm: Mapped[Decimal | None] = mapped_column(SIZE)
    width_cm: Mapped[Decimal | None] = mapped_column(SIZE)
    height_cm: Mapped[Decimal | None] = mapped_column(SIZE)
    declared_value: Mapped[Decimal | None] = mapped_column(PRICE)
    vat_invoice_price: Mapped[Decimal | None] = mapped_column(PRICE)
    sales_price: Mapped[Decimal | None] = mapped_column(PRICE)
    contract_price: Mapped[Decimal | None] = mapped_column(PRICE)
    currency_code: Mapped[str]
    picture_url: Mapped[str | None]
    remarks: Mapped[str | None]
    hs_code_id: Mapped[UUID | None]
    customs_name: Mapped[str | None]
    legal_qty: Mapped[Decimal | None] = mapped_column(QTY)
    second_qty: Mapped[Decimal | None] = mapped_column(QTY)
    filing_no: Mapped[str | None]
    filed_at: Mapped[dt.datetime | None]
    rejection_reason: Mapped[str | None]
    disabled_by_admin: Mapped[bool] = mapped_column(server_default="false")


class ProductElement(Owned, Base):
    """The value of one declaration element (申报要素) of a product."""

    __tablename__ = "product_elements"
    __table_args__ = (
        of_merchant(),
        own_key(),
        within("product_id", "products"),
        ForeignKeyConstraint(["element_id"], ["hs_elements.id"]),
        UniqueConstraint("merchant_id", "product_id", "element_id"),
        CheckConstraint("char_length(value) between 1 and 255", name="value_length"),
    )
    product_id: Mapped[UUID]
    element_id: Mapped[UUID]
    position: Mapped[int]
    value: Mapped[str]


class ComboPart(Owned, Base):
    """An ordinary product in a combo, and how many of it. The kinds stand in the keys, so no combo can be a part."""

    __tablename__ = "combo_parts"
    __table_args__ = (
        of_merchant(),
        own_key(),
        ForeignKeyConstraint(
            ["merchant_id", "combo_id", "combo_kind"],
            ["products.merchant_id", "products.id", "products.kind"],
            name="fk_combo_parts_combo",
        ),
        ForeignKeyConstraint(
            ["merchant_id", "part_id", "part_kind"],
            ["products.merchant_id", "products.id", "products.kind"],
            name="fk_combo_parts_part",
        ),
        UniqueConstraint("merchant_id", "combo_id", "part_id"),
        Index(None, "merchant_id", "part_id"),
        CheckConstraint("combo_kind = 'COMBO'", name="combo_is_combo"),
        CheckConstraint("part_kind = 'ORDINARY'", name="part_is_ordinary"),
        CheckConstraint(f"qty between {PART_QTY.least} and {PART_QTY.most}", name="qty_limit"),
        CheckConstraint(f"position between 1 and {MOST_PARTS}", name="position"),
    )
    combo_id: Mapped[UUID]
    combo_kind: Mapped[str] = mapped_column(server_default="COMBO", default="COMBO")
    part_id: Mapped[UUID]
    part_kind: Mapped[str] = mapped_column(server_default="ORDINARY", default="ORDINARY")
    position: Mapped[int]
    qty: Mapped[int]


class ProductGram(Base):
    """The one- and two-character pieces of a product's names, kept by a trigger.

    Trigram operators are not leakproof and cannot use an index under row-level security; ``=`` on text can.
    """

    __tablename__ = "product_grams"
    __table_args__ = (
        PrimaryKeyConstraint("merchant_id", "gram", "product_id"),
        within("product_id", "products"),
        Index(None, "gram", "product_id"),
        Index(None, "merchant_id", "product_id"),
    )
    merchant_id: Mapped[UUID]
    gram: Mapped[str]
    product_id: Mapped[UUID]


class CustomsFiling(Owned, Base):
    """Something sent to customs for a decision: a product, or the review of an ASN or an order (CUS-1)."""

    __tablename__ = "customs_filings"
    __table_args__ = (
        of_merchant(),
        own_key(),
        within("product_id", "products"),
        within("asn_id", "asns"),
        within("order_id", "orders"),
        CheckConstraint("num_nonnulls(product_id, asn_id, order_id) = 1", name="one_subject"),
        CheckConstraint("(status in ('APPROVED', 'REJECTED')) = (decided_at is not null)", name="decided"),
        Index(
            None, "merchant_id", "product_id", "queued_at", "id", postgresql_where="product_id is not null"
        ),
        Index(None, "merchant_id", "asn_id", "queued_at", "id", postgresql_where="asn_id is not null"),
        Index(None, "merchant_id", "order_id", "queued_at", "id", postgresql_where="order_id is not null"),
        Index(None, "status", "queued_at", "id"),
        Index(
            "ux_customs_filings_open_product",
            "product_id",
            unique=True,
            postgresql_where="decided_at is null",
        ),
        Index("ux_customs_filings_open_asn", "asn_id", unique=True, postgresql_where="decided_at is null"),
        Index(
            "ux_customs_filings_open_order", "order_id", unique=True, postgresql_where="decided_at is null"
        ),
    )
    product_id: Mapped[UUID | None]
    asn_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    number: Mapped[str]
    status: Mapped[FilingStatus] = mapped_column(states(FilingStatus, "status"))
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSONB)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    reason: Mapped[str | None]
    queued_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    decided_at: Mapped[dt.datetime | None]
