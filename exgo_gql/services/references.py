"""Reference data as services need it: do these codes exist, and may they still be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from exgo_gql.db import reference as rows
from exgo_gql.domain.codes import Code
from exgo_gql.domain.refusals import Refusal, refusal
from exgo_gql.services.work import Work

KINDS: dict[str, tuple[Any, str]] = {
    "category_code": (rows.Category, "category"),
    "unit_code": (rows.Unit, "unit"),
    "country_code": (rows.Country, "country"),
    "recipient_country_code": (rows.Country, "country"),
    "warehouse_code": (rows.Warehouse, "warehouse"),
    "currency_code": (rows.Currency, "currency"),
    "transport_method_code": (rows.TransportMethod, "transport method"),
}


async def check_codes(work: Work, values: Mapping[str, Any]) -> list[Refusal]:
    """The codes among these values that do not exist, or are retired."""
    problems = []
    for name, value in values.items():
        if name in KINDS and value is not None:
            kind, what = KINDS[name]
            known = await work.session.scalar(select(kind.code).where(kind.code == value, ~kind.retired))
            if known is None:
                problems.append(refusal(Code.UNKNOWN_CODE, name, what=what, value=value))
    return problems


async def places_of(work: Work, currency: str) -> int:
    """How many decimal places a currency's amounts have."""
    places = await work.session.scalar(select(rows.Currency.places).where(rows.Currency.code == currency))
    assert places is not None  # a foreign key holds every currency code
    return places
