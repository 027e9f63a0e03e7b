"""A loader per relation, each written by hand, over asyncpg."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from strawberry.dataloader import DataLoader


class Loaders:
    """The loaders of one request."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.order = DataLoader(self._orders)
        self.warehouse = DataLoader(self._warehouses)
        self.currency = DataLoader(self._currencies)
        self.transport_method = DataLoader(self._transport_methods)
        self.country = DataLoader(self._countries)
        self.asn_of_order = DataLoader(self._asns_of_orders)
        self.vehicle = DataLoader(self._vehicles)
        self.lines_of_order = DataLoader(self._lines_of_orders)
        self.product = DataLoader(self._products)
        self.unit = DataLoader(self._units)
        self.parcels_of_order = DataLoader(self._parcels_of_orders)
        self.tracking_of_order = DataLoader(self._tracking_of_orders)
        self.filings_of_order = DataLoader(self._filings_of_orders)
        self.log_of_order = DataLoader(self._log_of_orders)

    async def _fetch(self, sql: str, keys: list[Any]) -> list[Any]:
        async with self._pool.acquire() as connection:
            rows: list[Any] = await connection.fetch(sql, keys)
            return rows

    async def _by(self, key: str, sql: str, keys: list[Any]) -> list[Any]:
        found = {row[key]: row for row in await self._fetch(sql, keys)}
        return [found.get(each) for each in keys]

    async def _many(self, key: str, sql: str, keys: list[Any]) -> list[list[Any]]:
        found: dict[Any, list[Any]] = defaultdict(list)
        for row in await self._fetch(sql, keys):
            found[row[key]].append(row)
        return [found[each] for each in keys]

    async def _orders(self, keys: list[Any]) -> list[Any]:
        return await self._by("id", "select * from orders where id = any($1::uuid[])", keys)

    async def _warehouses(self, keys: list[Any]) -> list[Any]:
        return await self._by("code", "select * from warehouses where code = any($1::text[])", keys)

    async def _currencies(self, keys: list[Any]) -> list[Any]:
        return await self._by("code", "select * from currencies where code = any($1::text[])", keys)

    async def _transport_methods(self, keys: list[Any]) -> list[Any]:
        return await self._by("code", "select * from transport_methods where code = any($1::text[])", keys)

    async def _countries(self, keys: list[Any]) -> list[Any]:
        return await self._by("code", "select * from countries where code = any($1::text[])", keys)

    async def _asns_of_orders(self, keys: list[Any]) -> list[Any]:
        return await self._by(
            "order_id",
            """select l.order_id, s.* from orders o
               join asn_orders l on l.merchant_id = o.merchant_id and l.order_id = o.id and l.ended_at is null
               join asns s on s.merchant_id = l.merchant_id and s.id = l.asn_id
               where o.id = any($1::uuid[])""",
            keys,
        )

    async def _vehicles(self, keys: list[Any]) -> list[Any]:
        return await self._by("id", "select * from vehicles where id = any($1::uuid[])", keys)

    async def _lines_of_orders(self, keys: list[Any]) -> list[list[Any]]:
        return await self._many("order_id", _OF_ORDER.format("order_lines", "position, t.id", 100), keys)

    async def _products(self, keys: list[Any]) -> list[Any]:
        return await self._by("id", "select * from products where id = any($1::uuid[])", keys)

    async def _units(self, keys: list[Any]) -> list[Any]:
        return await self._by("code", "select * from units where code = any($1::text[])", keys)

    async def _parcels_of_orders(self, keys: list[Any]) -> list[list[Any]]:
        return await self._many("order_id", _OF_ORDER.format("parcels", "position, t.id", 100), keys)

    async def _tracking_of_orders(self, keys: list[Any]) -> list[list[Any]]:
        return await self._many("order_id", _OF_ORDER.format("tracking_events", "at, t.id", 50), keys)

    async def _filings_of_orders(self, keys: list[Any]) -> list[list[Any]]:
        sql = _OF_ORDER.format("customs_filings", "queued_at desc, t.id desc", 10)
        return await self._many("order_id", sql, keys)

    async def _log_of_orders(self, keys: list[Any]) -> list[list[Any]]:
        return await self._many(
            "order_id", _OF_ORDER.format("operation_logs", "at desc, t.id desc", 21), keys
        )


# The indexes begin with the merchant, which somebody who writes by hand would know of the order.
_OF_ORDER = """
select x.* from (select id, merchant_id from orders where id = any($1::uuid[])) o
cross join lateral (
  select t.* from {0} t where t.merchant_id = o.merchant_id and t.order_id = o.id order by t.{1} limit {2}) x
"""
