"""Products: their states, limits and price rule (PRD-1 to PRD-7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from exgo_gql.domain.actors import Actor
from exgo_gql.domain.codes import Code
from exgo_gql.domain.fields import REMARKS, UNIT_PRICE, WEIGHT, Limit, Number, Text, Whole
from exgo_gql.domain.machines import Machine, Transition
from exgo_gql.domain.refusals import Refusal, refusal


class ProductStatus(StrEnum):
    """Where a product stands (PRD-5)."""

    DRAFT = "DRAFT"
    FILING = "FILING"
    FILED = "FILED"
    REJECTED = "REJECTED"
    DISABLED = "DISABLED"
    DELETED = "DELETED"


class ProductKind(StrEnum):
    """A product of its own, or one made of others."""

    ORDINARY = "ORDINARY"
    COMBO = "COMBO"


class ProductAction(StrEnum):
    """What can be done to a product."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    FILE = "FILE"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    DISABLE = "DISABLE"
    ENABLE = "ENABLE"
    DELETE = "DELETE"


def _enabled_by_its_disabler(disabled_by_admin: bool, parts: frozenset[Actor]) -> Refusal | None:
    if disabled_by_admin and Actor.ADMIN not in parts:
        return refusal(Code.DISABLED_BY_ADMIN)
    if not disabled_by_admin and Actor.ADMIN in parts:
        return refusal(Code.NOT_YOURS, action=str(ProductAction.ENABLE))
    return None


M, C, A = Actor.MERCHANT, Actor.CUSTOMS, Actor.ADMIN
_S = ProductStatus
_A = ProductAction

PRODUCT = Machine(
    "product",
    (
        Transition(_A.CREATE, (), _S.DRAFT, frozenset({M})),
        Transition(_A.UPDATE, (_S.DRAFT, _S.REJECTED, _S.FILED, _S.DISABLED), None, frozenset({M})),
        # An ordinary product turns FILING; a combo is FILED at once: the service knows the kind.
        Transition(_A.FILE, (_S.DRAFT, _S.REJECTED), _S.FILING, frozenset({M}), maybe=True),
        Transition(_A.APPROVE, (_S.FILING,), _S.FILED, frozenset({C})),
        Transition(_A.REJECT, (_S.FILING,), _S.REJECTED, frozenset({C})),
        Transition(_A.DISABLE, (_S.FILED,), _S.DISABLED, frozenset({M, A})),
        Transition(
            _A.ENABLE, (_S.DISABLED,), _S.FILED, frozenset({M, A}), (_enabled_by_its_disabler,), maybe=True
        ),
        Transition(
            _A.DELETE,
            (_S.DRAFT, _S.REJECTED, _S.FILED, _S.DISABLED),
            _S.DELETED,
            frozenset({M}),
            maybe=True,
        ),
    ),
)

LIVING = tuple(s for s in ProductStatus if s is not ProductStatus.DELETED)

LIMITS: dict[str, Limit] = {
    "sku": Text(32, pattern=r"[A-Za-z0-9._-]+", expected="letters, digits and - _ ."),
    "name_zh": Text(200),
    "name_en": Text(200),
    "brand": Text(100),
    "model": Text(100),
    "specification": Text(200),
    "barcode": Text(32, pattern=r"[A-Za-z0-9-]+", expected="letters, digits and -"),
    "net_weight_kg": WEIGHT,
    "gross_weight_kg": WEIGHT,
    "length_cm": Number(places=2, digits=5, positive=True),
    "width_cm": Number(places=2, digits=5, positive=True),
    "height_cm": Number(places=2, digits=5, positive=True),
    "declared_value": UNIT_PRICE,
    "vat_invoice_price": UNIT_PRICE,
    "sales_price": UNIT_PRICE,
    "contract_price": UNIT_PRICE,
    "picture_url": Text(500, pattern=r"https://\S+", expected="an https address"),
    "remarks": REMARKS,
    "customs_name": Text(100),
    "legal_qty": Number(places=5, digits=9, positive=True),
    "second_qty": Number(places=5, digits=9, positive=True),
}

PART_QTY = Whole(1, 10_000)
FILING_NO = Text(40, pattern=r"[A-Za-z0-9-]+", expected="letters, digits and -")
LEAST_PARTS, MOST_PARTS = 2, 50
ELEMENT_VALUE = Text(255)

REQUIRED = (
    "sku",
    "name_zh",
    "name_en",
    "category_code",
    "unit_code",
    "brand",
    "country_code",
    "net_weight_kg",
    "vat_invoice_price",
    "sales_price",
)
"""What an ordinary product cannot be without (PRD-1)."""

COMBO_REQUIRED = ("sku", "name_zh", "name_en")

OPEN_WHEN_FILED = frozenset(
    {
        "remarks",
        "picture_url",
        "barcode",
        "length_cm",
        "width_cm",
        "height_cm",
        "gross_weight_kg",
        "declared_value",
        "vat_invoice_price",
        "sales_price",
        "contract_price",
    }
)
"""What may still change in FILED and DISABLED (PRD-5); all else is locked there."""


def locked(status: ProductStatus, names: Collection[str]) -> list[Refusal]:
    """The fields among these that the state locks."""
    if status not in (ProductStatus.FILED, ProductStatus.DISABLED):
        return []
    return [
        refusal(Code.LOCKED_FIELD, name, status=str(status)) for name in names if name not in OPEN_WHEN_FILED
    ]


def weights(values: Mapping[str, Any]) -> list[Refusal]:
    """The gross weight is not below the net weight (PRD-1)."""
    net, gross = values.get("net_weight_kg"), values.get("gross_weight_kg")
    return [refusal(Code.GROSS_BELOW_NET, "gross_weight_kg")] if net and gross and gross < net else []


def price_rule(
    sales_price: Decimal | None, vat_invoice_price: Decimal | None, contract_price: Decimal | None
) -> list[Refusal]:
    """The sales price against the VAT invoice and the contract (PRD-2). A draft shows it, filing refuses."""
    problems = []
    if sales_price is not None and vat_invoice_price is not None and sales_price < vat_invoice_price:
        facts = {"sales_price": sales_price, "invoice_price": vat_invoice_price}
        problems.append(refusal(Code.PRICE_BELOW_INVOICE, "sales_price", **facts))
    if sales_price is not None and contract_price is not None and sales_price != contract_price:
        facts = {"sales_price": sales_price, "contract_price": contract_price}
        problems.append(refusal(Code.PRICE_NOT_CONTRACT, "sales_price", **facts))
    return problems


@dataclass(frozen=True, slots=True)
class HsEntry:
    """What filing must know of an HS code."""

    code: str
    second_unit: str | None
    valid_from: dt.date
    valid_to: dt.date | None
    required: Sequence[str]
    """The names of its required declaration elements."""

    def valid_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def filing_blockers(
    values: Mapping[str, Any], elements: Collection[str], hs: HsEntry | None, currency: str, day: dt.date
) -> list[Refusal]:
    """All that keeps an ordinary product from being filed today (PRD-1 to PRD-3)."""
    problems = [refusal(Code.REQUIRED, name) for name in (*REQUIRED, "customs_name") if values[name] is None]
    problems += weights(values)
    problems += price_rule(values["sales_price"], values["vat_invoice_price"], values["contract_price"])
    if values["currency_code"] != currency:
        problems.append(
            refusal(
                Code.CURRENCY_DIFFERS, "currency_code", product=values["currency_code"], merchant=currency
            )
        )
    if hs is None:
        return [*problems, refusal(Code.HS_CODE_MISSING, "hs_code")]
    if not hs.valid_on(day):
        problems.append(refusal(Code.HS_CODE_NOT_VALID, "hs_code", value=hs.code))
    problems += [
        refusal(Code.ELEMENT_MISSING, "elements", name=name) for name in hs.required if name not in elements
    ]
    if values["legal_qty"] is None:
        problems.append(refusal(Code.REQUIRED, "legal_qty"))
    if hs.second_unit is None and values["second_qty"] is not None:
        problems.append(refusal(Code.SECOND_QTY_UNWANTED, "second_qty"))
    if hs.second_unit is not None and values["second_qty"] is None:
        problems.append(refusal(Code.REQUIRED, "second_qty"))
    return problems
