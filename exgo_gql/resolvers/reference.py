"""Reference data and merchants."""

from __future__ import annotations

import strawberry

from exgo_gql.db import reference
from exgo_gql.loaders.fields import Sorts, lookup, many, pages
from exgo_gql.loaders.filters import Filters, begins, filters, where
from exgo_gql.loaders.pages import Connection
from exgo_gql.schema.merchants import MERCHANT_SORTS, Merchant, MerchantFilter
from exgo_gql.schema.reference import Category, Country, Currency, HsCode, TransportMethod, Unit, Warehouse


@filters("Which HS codes to list.")
class HsCodeFilter(Filters):
    """How a code is found while typing it."""

    code: str | None = where(begins(reference.HsCode.code), description="How the code begins.")


HS_SORTS = Sorts("HsCodeSort", "The orders of HS codes.", CODE=("By code.", reference.HsCode.code))


@strawberry.type
class ReferenceQueries:
    """Root fields of reading."""

    warehouses: list[Warehouse] = many(
        order_by=reference.Warehouse.code, description="All warehouses (仓库)."
    )
    categories: list[Category] = many(
        order_by=reference.Category.path, description="All product categories (产品分类), a branch at a time."
    )
    units: list[Unit] = many(order_by=reference.Unit.code, description="All customs units (计量单位).")
    currencies: list[Currency] = many(order_by=reference.Currency.code, description="All currencies (币种).")
    countries: list[Country] = many(order_by=reference.Country.code, description="All countries (国家).")
    transport_methods: list[TransportMethod] = many(
        order_by=reference.TransportMethod.code, description="All ways of travelling (运输方式)."
    )
    hs_code: HsCode | None = lookup(
        reference.HsCode.code, description="An HS code (海关编码); of several editions, the newest."
    )
    hs_codes: Connection[HsCode] = pages(
        sorts=HS_SORTS, filters=HsCodeFilter, description="The customs tariff (海关编码)."
    )
    merchant: Merchant | None = lookup(description="A merchant: your own, or for staff any.")
    merchants: Connection[Merchant] = pages(
        sorts=MERCHANT_SORTS, filters=MerchantFilter, description="Merchants: your own, or for staff all."
    )
