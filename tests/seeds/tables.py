"""What the tests of seeds look at: whole tables, balances, definitions."""

from __future__ import annotations

from typing import Any

import asyncpg

ALL_TABLES = """
select c.relname from pg_class c
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'alembic_version' order by 1
"""

UNBALANCED = """
select count(*) from (
  select merchant_id, product_id, warehouse_code, mode,
         sum(qty) filter (where bucket = 'ON_THE_WAY') as on_the_way, sum(qty) filter (where bucket = 'PENDING') as pending,
         sum(qty) filter (where bucket = 'SELLABLE') as sellable,
         sum(qty) filter (where bucket = 'UNSELLABLE') as unsellable,
         sum(qty) filter (where bucket = 'RESERVED') as reserved, sum(qty) filter (where bucket = 'SHIPPED') as shipped
  from stock_movements group by 1, 2, 3, 4) m
full join inventory i using (merchant_id, product_id, warehouse_code, mode)
where (coalesce(on_the_way, 0), coalesce(pending, 0), coalesce(sellable, 0), coalesce(unsellable, 0),
       coalesce(reserved, 0), coalesce(shipped, 0))
  is distinct from (on_the_way_qty, pending_qty, sellable_qty, unsellable_qty, reserved_qty, shipped_qty)
"""
"""Balances that are not the sum of their movements, on either side."""

EVER_NEGATIVE = """
select count(*) from (
  select sum(qty) over (partition by merchant_id, product_id, warehouse_code, mode, bucket order by at) as balance
  from stock_movements) running
where balance < 0
"""
"""Moments at which a bucket held less than nothing."""

DEFINITIONS = """
select conrelid::regclass::text as on_table, conname as name,
       pg_get_constraintdef(oid) || ' ' || convalidated || conenforced as definition
from pg_constraint where connamespace = 'public'::regnamespace
union all
select indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid) || ' ' || indisvalid
from pg_index where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
union all
select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) || ' ' || tgenabled::text
from pg_trigger where not tgisinternal
union all
select attrelid::regclass::text, attname, attnotnull::text
from pg_attribute where attnum > 0 and attrelid in (
  select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace)
order by 1, 2, 3
"""
"""Every constraint, index, trigger and column as the catalogue tells it."""


async def contents(owner: asyncpg.Connection) -> dict[str, tuple[int, str | None]]:
    """Of every table: how many rows, and a digest of all of them."""
    found: dict[str, tuple[int, str | None]] = {}
    for (table,) in await owner.fetch(ALL_TABLES):
        row = await owner.fetchrow(
            f"select count(*), md5(string_agg(t::text, '|' order by t::text)) from {table} t"
        )
        assert row is not None
        found[table] = (row[0], row[1])
    return found


async def definitions(owner: asyncpg.Connection) -> list[Any]:
    """What must be the same before and after a load."""
    return [tuple(row) for row in await owner.fetch(DEFINITIONS)]


_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code_holds(code: str) -> bool:
    """By the table of weights that GB 32100-2015 prints: the sum of all 17, with the check character, is whole."""
    total = sum(_CHARACTERS.index(c) * w for c, w in zip(code[:17], _WEIGHTS, strict=True))
    return len(code) == 18 and (total + _CHARACTERS.index(code[17])) % 31 == 0
