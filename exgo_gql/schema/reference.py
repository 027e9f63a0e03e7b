"""Reference data: codes with their names in both languages."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from exgo_gql.db import reference as rows
from exgo_gql.domain.reference import CHOICES, ElementKind
from exgo_gql.loaders.fields import column, computed, many, one
from exgo_gql.loaders.nodes import Node, Row, node

MAY = "reference:read"
CODE = "The code that inputs take."
ZH, EN = "The name in Chinese.", "The name in English."
RETIRED = "Whether it is out of use: readable, but refused in new documents."


@node(rows.Currency, may=MAY)
class Currency(Row):
    """A currency, by its ISO 4217 code."""

    __slots__ = ()
    code: str = column(description=CODE)
    name_zh: str = column(description=ZH)
    name_en: str = column(description=EN)
    places: int = column(description="How many decimal places its amounts have.")
    retired: bool = column(description=RETIRED)


@node(rows.Country, may=MAY)
class Country(Row):
    """A country, by its two-letter ISO 3166-1 code."""

    __slots__ = ()
    code: str = column(description=CODE)
    name_zh: str = column(description=ZH)
    name_en: str = column(description=EN)
    retired: bool = column(description=RETIRED)


@node(rows.Warehouse, may=MAY)
class Warehouse(Row):
    """A bonded warehouse (保税仓)."""

    __slots__ = ()
    code: str = column(description=CODE)
    name_zh: str = column(description=ZH)
    name_en: str = column(description=EN)
    address: str = column(description="Where trucks drive to.")
    retired: bool = column(description=RETIRED)


@node(rows.Category, may=MAY)
class Category(Row):
    """A product category (产品分类); categories form a tree."""

    __slots__ = ()
    code: str = column(description=CODE)
    name_zh: str = column(description=ZH)
    name_en: str = column(description=EN)
    path: str = column(description="The codes from the root down to this one, joined by `/`.")
    retired: bool = column(description=RETIRED)
    parent: Category | None = one(description="The category above; null at the root.")
    children: list[Category] = many(order_by=rows.Category.code, description="The categories right below.")


@node(rows.Unit, may=MAY)
class Unit(Row):
    """A customs unit of measure (计量单位)."""

    __slots__ = ()
    code: str = column(description=CODE)
    name_zh: str = column(description=ZH)
    name_en: str = column(description=EN)
    retired: bool = column(description=RETIRED)


@node(rows.TransportMethod, may=MAY)
class TransportMethod(Row):
    """How a parcel travels (运输方式)."""

    __slots__ = ()
    code: str = column(description=CODE)
    name_zh: str = column(description=ZH)
    name_en: str = column(description=EN)
    retired: bool = column(description=RETIRED)


@node(rows.HsCode, may=MAY)
class HsCode(Node):
    """A code of the customs tariff (海关编码), ten digits, in one edition."""

    __slots__ = ()
    code: str = column(description="Ten digits.")
    edition: str = column(description="The edition of the catalogue.")
    name_zh: str = column(description="What goods it is for.")
    valid_from: dt.date = column(description="The first day that it can be filed under.")
    valid_to: dt.date | None = column(description="The last day; null while it has none.")
    vat_rate: Decimal | None = column(description="Value added tax, as a share: 0.13 is 13%.")
    rebate_rate: Decimal | None = column(description="Rebate at export, as a share.")
    first_unit: Unit = one(rows.HsCode.first_unit_code, description="The legal unit (法定第一单位).")
    second_unit: Unit | None = one(
        rows.HsCode.second_unit_code, description="The second unit (法定第二单位), if any."
    )
    elements: list[DeclarationElement] = many(
        order_by=rows.HsElement.position, description="What must be declared, in this order."
    )


def _choices(kind: ElementKind, name: str) -> list[str]:
    return list(CHOICES.get(name, ())) if kind is ElementKind.CHOICE else []


@node(rows.HsElement, may=MAY)
class DeclarationElement(Row):
    """A declaration element (申报要素) of an HS code."""

    __slots__ = ()
    position: int = column(description="Its place, from 1.")
    name: str = column(description="What is asked.")
    kind: ElementKind = column(description="How it is answered.")
    required: bool = column(description="Whether it may be left out.")
    choices: list[str] = computed(_choices, description="The values allowed, where it is a choice.")
