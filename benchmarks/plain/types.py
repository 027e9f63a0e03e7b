"""The types, each written by hand."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any, Self
from uuid import UUID

import strawberry
from strawberry.types import Info


def global_id(kind: str, id_: UUID) -> strawberry.ID:
    """An opaque id, as the application makes them."""
    return strawberry.ID(base64.b64encode(f"{kind}:".encode() + id_.bytes).decode())


@cache
def columns_of(kind: type) -> tuple[str, ...]:
    """The fields of a type that are columns."""
    named = (field.name for field in dataclasses.fields(kind) if field.init)
    return tuple(name for name in named if name != "global_id")


class FromRow:
    """A type whose fields are columns."""

    @classmethod
    def of(cls, row: Any) -> Self:
        """The object of a row."""
        made = {name: row[name] for name in columns_of(cls)}  # type: ignore[arg-type]  # a class can be hashed
        if "global_id" in cls.__dataclass_fields__:  # type: ignore[attr-defined]  # every one is a dataclass
            made["global_id"] = global_id(cls.__name__, row["id"])
        return cls(**made)

    @classmethod
    def maybe(cls, row: Any) -> Self | None:
        """The object of a row that may be missing."""
        return None if row is None else cls.of(row)


@strawberry.type
class Warehouse(FromRow):
    code: str
    name_zh: str
    name_en: str
    address: str


@strawberry.type
class Currency(FromRow):
    code: str
    name_zh: str
    places: int


@strawberry.type
class TransportMethod(FromRow):
    code: str
    name_zh: str


@strawberry.type
class Country(FromRow):
    code: str
    name_zh: str
    name_en: str


@strawberry.type
class Unit(FromRow):
    code: str
    name_zh: str


@strawberry.type
class Vehicle(FromRow):
    global_id: strawberry.ID = strawberry.field(name="id")
    plate: str


@strawberry.type
class Asn(FromRow):
    global_id: strawberry.ID = strawberry.field(name="id")
    receiving_no: str
    reference_no: str
    status: str
    expected_arrival_date: dt.date
    vehicle_id: strawberry.Private[UUID | None]

    @strawberry.field
    async def vehicle(self, info: Info) -> Vehicle | None:
        if self.vehicle_id is None:
            return None
        return Vehicle.maybe(await info.context["loaders"].vehicle.load(self.vehicle_id))


@strawberry.type
class Product(FromRow):
    global_id: strawberry.ID = strawberry.field(name="id")
    sku: str
    name_zh: str
    name_en: str
    brand: str | None
    model: str | None
    status: str
    net_weight_kg: Decimal | None
    unit_code: strawberry.Private[str | None]

    @strawberry.field
    async def unit(self, info: Info) -> Unit | None:
        if self.unit_code is None:
            return None
        return Unit.maybe(await info.context["loaders"].unit.load(self.unit_code))


@strawberry.type
class OrderLine(FromRow):
    global_id: strawberry.ID = strawberry.field(name="id")
    position: int
    qty: int
    unit_price: Decimal
    amount: Decimal
    product_id: strawberry.Private[UUID]

    @strawberry.field
    async def product(self, info: Info) -> Product:
        return Product.of(await info.context["loaders"].product.load(self.product_id))


@strawberry.type
class Parcel(FromRow):
    position: int
    weight_kg: Decimal
    length_cm: Decimal | None
    width_cm: Decimal | None
    height_cm: Decimal | None


@strawberry.type
class TrackingEvent(FromRow):
    global_id: strawberry.ID = strawberry.field(name="id")
    at: dt.datetime
    status: str
    place: str | None
    text: str | None
    source: str


@strawberry.type
class CustomsFiling(FromRow):
    global_id: strawberry.ID = strawberry.field(name="id")
    number: str
    status: str
    reason: str | None
    queued_at: dt.datetime
    decided_at: dt.datetime | None


@strawberry.type
class LogEntry(FromRow):
    global_id: strawberry.ID = strawberry.field(name="id")
    action: str
    at: dt.datetime
    state_before: str | None
    state_after: str | None
    version: int | None
    reason: str | None


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Tracking:
    nodes: list[TrackingEvent]


@strawberry.type
class Filings:
    nodes: list[CustomsFiling]


@strawberry.type
class Log:
    nodes: list[LogEntry]
    page_info: PageInfo


@strawberry.type
class Order(FromRow):
    global_id: strawberry.ID = strawberry.field(name="id")
    order_no: str
    reference_no: str
    mode: str
    type: str
    status: str
    version: int
    inbound_tracking_no: str | None
    relabel: bool
    new_label_no: str | None
    platform: str | None
    recipient_name: str | None
    recipient_company: str | None
    recipient_province: str | None
    recipient_city: str | None
    recipient_district: str | None
    recipient_address1: str | None
    recipient_address2: str | None
    recipient_postcode: str | None
    recipient_phone: str | None
    recipient_email: str | None
    recipient_identity_no: str | None
    gross_weight_kg: Decimal | None
    payment_no: str | None
    insurance: Decimal | None
    remarks: str | None
    rejection_reason: str | None
    confirmed_at: dt.datetime | None
    submitted_at: dt.datetime | None
    reviewed_at: dt.datetime | None
    picked_at: dt.datetime | None
    released_at: dt.datetime | None
    release_refusal: str | None
    carrier: str | None
    tracking_no: str | None
    shipped_weight_kg: Decimal | None
    shipped_at: dt.datetime | None
    signed_at: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime
    id: strawberry.Private[UUID]
    warehouse_code: strawberry.Private[str]
    currency_code: strawberry.Private[str]
    transport_method_code: strawberry.Private[str | None]
    recipient_country_code: strawberry.Private[str | None]

    @strawberry.field
    async def warehouse(self, info: Info) -> Warehouse:
        return Warehouse.of(await info.context["loaders"].warehouse.load(self.warehouse_code))

    @strawberry.field
    async def currency(self, info: Info) -> Currency:
        return Currency.of(await info.context["loaders"].currency.load(self.currency_code))

    @strawberry.field
    async def transport_method(self, info: Info) -> TransportMethod | None:
        if self.transport_method_code is None:
            return None
        row = await info.context["loaders"].transport_method.load(self.transport_method_code)
        return TransportMethod.maybe(row)

    @strawberry.field
    async def recipient_country(self, info: Info) -> Country | None:
        if self.recipient_country_code is None:
            return None
        return Country.maybe(await info.context["loaders"].country.load(self.recipient_country_code))

    @strawberry.field
    async def asn(self, info: Info) -> Asn | None:
        return Asn.maybe(await info.context["loaders"].asn_of_order.load(self.id))

    @strawberry.field
    async def lines(self, info: Info) -> list[OrderLine]:
        return [OrderLine.of(row) for row in await info.context["loaders"].lines_of_order.load(self.id)]

    @strawberry.field
    async def parcels(self, info: Info) -> list[Parcel]:
        return [Parcel.of(row) for row in await info.context["loaders"].parcels_of_order.load(self.id)]

    @strawberry.field
    async def tracking(self, info: Info, first: int) -> Tracking:
        rows = await info.context["loaders"].tracking_of_order.load(self.id)
        return Tracking(nodes=[TrackingEvent.of(row) for row in rows[:first]])

    @strawberry.field
    async def filings(self, info: Info, first: int) -> Filings:
        rows = await info.context["loaders"].filings_of_order.load(self.id)
        return Filings(nodes=[CustomsFiling.of(row) for row in rows[:first]])

    @strawberry.field
    async def log(self, info: Info, first: int) -> Log:
        rows = await info.context["loaders"].log_of_order.load(self.id)
        shown = rows[:first]
        cursor = None
        if shown:
            key = f"{shown[-1]['at'].isoformat()} {shown[-1]['id']}"
            cursor = base64.b64encode(key.encode()).decode()
        return Log(
            nodes=[LogEntry.of(row) for row in shown],
            page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=cursor),
        )
