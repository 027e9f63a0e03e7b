"""Refusals as data: one interface, and a type for each kind of facts (API-5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import strawberry

from exgo_gql.domain.codes import Code
from exgo_gql.domain.refusals import Language, Refusal
from exgo_gql.schema.names import camel

CODE = "For programs: what rule said no."
MESSAGE = "For people: in Chinese or English, by `Accept-Language`."
PATH = "Which argument is to blame, from the mutation's arguments downwards."


@strawberry.interface(description="Why a mutation was refused. Nothing was changed.")
class UserError:
    """What every refusal says."""

    code: Code = strawberry.field(description=CODE)
    message: str = strawberry.field(description=MESSAGE)
    path: list[str] = strawberry.field(description=PATH)


@strawberry.type(description="A rule that needs no further facts.")
class RuleError(UserError):
    """A refusal without facts."""


@strawberry.type(description="There is no such object, or it is not yours: the two answer alike.")
class NotFoundError(UserError):
    """An id or number that leads nowhere."""


@strawberry.type(description="The state does not allow this step.")
class IllegalTransitionError(UserError):
    """A step that the table of states does not have."""

    from_: str = strawberry.field(name="from", description="The state that the document is in.")
    action: str = strawberry.field(description="The step that was asked for.")
    allowed: list[str] = strawberry.field(description="The steps that are legal for you from there.")


@strawberry.type(description="The object was changed since the version that the edit was made from.")
class StaleVersionError(UserError):
    """An edit of an old version."""

    current: int = strawberry.field(description="The version that stands now.")
    changed: list[str] = strawberry.field(description="The fields that changed since yours.")


@strawberry.type(description="A value outside its limits.")
class InvalidValueError(UserError):
    """A text, number or quantity that breaks its limit."""

    least: str | None = strawberry.field(description="The least value, or the least number of characters.")
    most: str | None = strawberry.field(
        description="The greatest value, or the greatest number of characters."
    )
    places: int | None = strawberry.field(description="The greatest number of decimal places.")
    expected: str | None = strawberry.field(description="The form that is expected.")


@strawberry.type(description="A value that must be unique, or known, and is not.")
class ConflictingValueError(UserError):
    """A number that is taken, twice there, or unknown."""

    value: str | None = strawberry.field(description="The value in question.")


@strawberry.type(description="Something still uses the object.")
class InUseError(UserError):
    """What holds it."""

    holders: list[str] = strawberry.field(description="The numbers of what uses it, at most ten.")


@strawberry.type(description="Products that are not in the state that the step needs.")
class ProductsError(UserError):
    """Products to blame."""

    skus: list[str] = strawberry.field(description="Their SKUs.")


@strawberry.type(description="There is less in stock than is wanted.")
class InsufficientStockError(UserError):
    """One product that lacks stock."""

    sku: str = strawberry.field(description="The product.")
    requested: int | None = strawberry.field(description="Pieces wanted.")
    available: int | None = strawberry.field(description="Pieces sellable.")


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


_VALUE = {
    Code.TEXT_LENGTH,
    Code.TEXT_FORMAT,
    Code.TEXT_CHARACTERS,
    Code.NUMBER_RANGE,
    Code.NUMBER_PLACES,
    Code.TOO_MANY,
    Code.PUT_AWAY_EXCEEDS,
}
_PRODUCTS = {Code.PRODUCT_NOT_FILED, Code.PART_NOT_FILED, Code.COUNT_DIFFERS}
_CONFLICT = {
    Code.TAKEN,
    Code.UNKNOWN_CODE,
    Code.TWICE,
    Code.HS_CODE_NOT_VALID,
    Code.NOT_ON_ASN,
    Code.PARCEL_ARRIVED,
}

_MAKERS: dict[Code, Callable[..., UserError]] = {
    Code.NOT_FOUND: lambda _, **b: NotFoundError(**b),
    Code.ILLEGAL_TRANSITION: lambda f, **b: IllegalTransitionError(
        from_=f["from_"], action=f["action"], allowed=list(f["allowed"]), **b
    ),
    Code.STALE_VERSION: lambda f, **b: StaleVersionError(
        current=f["current"], changed=[camel(name) for name in f["changed"]], **b
    ),
    Code.IN_USE: lambda f, **b: InUseError(holders=list(f["holders"]), **b),
    Code.STOCK: lambda f, **b: InsufficientStockError(
        sku=f["sku"], requested=f["requested"], available=f["available"], **b
    ),
    Code.PRODUCT: lambda f, **b: ProductsError(skus=[f["sku"]], **b),
    **dict.fromkeys(
        _VALUE,
        lambda f, **b: InvalidValueError(
            least=_text(f.get("least")),
            most=_text(f.get("most")),
            places=f.get("places"),
            expected=f.get("expected"),
            **b,
        ),
    ),
    **dict.fromkeys(_PRODUCTS, lambda f, **b: ProductsError(skus=list(f["skus"]), **b)),
    **dict.fromkeys(_CONFLICT, lambda f, **b: ConflictingValueError(value=_text(f.get("value")), **b)),
}

TYPES: tuple[type, ...] = (
    RuleError,
    NotFoundError,
    IllegalTransitionError,
    StaleVersionError,
    InvalidValueError,
    ConflictingValueError,
    InUseError,
    ProductsError,
    InsufficientStockError,
)


def shown(refusal: Refusal, language: Language) -> UserError:
    """A refusal as the schema shows it: the type that carries its facts, names as clients know them."""
    base: dict[str, Any] = {
        "code": refusal.code,
        "message": refusal.message(language),
        "path": [camel(step) if isinstance(step, str) else str(step) for step in refusal.path],
    }
    make = _MAKERS.get(refusal.code)
    return make(refusal.facts, **base) if make else RuleError(**base)
