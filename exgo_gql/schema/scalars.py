"""Scalars: exact decimals as text, days, instants in UTC."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import strawberry
from graphql import GraphQLError

from exgo_gql.loaders.values import spell_decimal, spell_instant

_DECIMAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,8})?")
MOST_INSTANT = 40
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _decimal(value: Any) -> Decimal:
    if not isinstance(value, str) or _DECIMAL.fullmatch(value) is None:
        raise GraphQLError('A Decimal is a text such as "12.50": at most 16 digits, then at most 8 places.')
    return Decimal(value)


def _date(value: Any) -> dt.date:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    raise GraphQLError('A Date is a text such as "2026-11-23".')


def _instant(value: Any) -> dt.datetime:
    try:
        if isinstance(value, str) and len(value) <= MOST_INSTANT:
            instant = dt.datetime.fromisoformat(value)
            if instant.tzinfo is not None:
                return instant.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise GraphQLError('A DateTime is a text with an offset, such as "2026-11-23T08:00:00Z".')


DECIMAL = strawberry.scalar(
    name="Decimal",
    description='An exact number as a text, such as `"12.5"`; at most 16 digits and 8 places. Never a float.',
    serialize=spell_decimal,
    parse_value=_decimal,
)
DATE = strawberry.scalar(
    name="Date",
    description="A day as `YYYY-MM-DD`, in Asia/Shanghai.",
    serialize=dt.date.isoformat,
    parse_value=_date,
)
INSTANT = strawberry.scalar(
    name="DateTime",
    description="An instant, ISO 8601 with an offset; answered in UTC.",
    serialize=spell_instant,
    parse_value=_instant,
)

SCALARS: dict[object, Any] = {Decimal: DECIMAL, dt.date: DATE, dt.datetime: INSTANT}
