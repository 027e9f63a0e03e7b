"""Merchants, and who is logged in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import strawberry

from exgo_gql.db import merchants as rows
from exgo_gql.domain.actors import Role
from exgo_gql.domain.merchants import MerchantStatus
from exgo_gql.loaders.fields import Sorts, column, one
from exgo_gql.loaders.filters import Filters, begins, filters, where
from exgo_gql.loaders.nodes import Node, node

if TYPE_CHECKING:
    from exgo_gql.schema.reference import Currency


@node(rows.Merchant, may="merchant:read")
class Merchant(Node):
    """A company (企业) whose goods the warehouse handles."""

    __slots__ = ()
    company_name: str = column(description="The company's registered name.")
    company_name_en: str | None = column(description="The name in English.")
    credit_code: str | None = column(
        description="Unified social credit code (统一社会信用代码), 18 characters."
    )
    customs_code: str | None = column(description="Customs registration code (海关注册编码), 10 characters.")
    status: MerchantStatus = column(description="Where it stands.")
    created_at: dt.datetime = column(description="When it registered.")
    currency: Currency = one(description="The trading currency (交易币种).")


@filters("Which merchants to list.")
class MerchantFilter(Filters):
    """What staff look merchants up by."""

    company_name: str | None = where(begins(rows.Merchant.company_name), description="How the name begins.")


MERCHANT_SORTS = Sorts(
    "MerchantSort",
    "The orders of merchants.",
    NEWEST=("Newest first.", rows.Merchant.created_at.desc()),
    NAME=("By name.", rows.Merchant.company_name),
)


@strawberry.type(description="Who asks: the user that the session or token belongs to.")
class Viewer:
    """The person behind a request."""

    email: str = strawberry.field(description="The address to log in with.")
    name: str = strawberry.field(description="What the log calls this person.")
    role: Role = strawberry.field(description="What this person may be.")
    permissions: list[str] = strawberry.field(description="What this person may do, such as `asn:confirm`.")
    merchant: Merchant | None = strawberry.field(description="The company; null for staff.")


@strawberry.input(description="How to log in.")
class LoginInput:
    """Credentials."""

    email: str = strawberry.field(description="The user's e-mail.")
    password: str = strawberry.field(description="The user's password.")
    captcha: str | None = strawberry.field(
        default=strawberry.UNSET, description="The solved captcha; not asked for yet, and ignored."
    )
