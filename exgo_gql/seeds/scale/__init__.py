"""Data for benchmarks: 200 merchants with 200,000 products and 500,000 orders, in minutes.

Written by SQL in the database, past the services, in one transaction; but such as they could have written it:
every constraint holds, balances are the sums of movements and never were below zero, documents stand where
their dates let them. Log in as ``scale@exgo.example``, the owner of the largest merchant, or as
``scale-support@exgo.example``, with the password of the demonstration.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import asyncpg

from exgo_gql.seeds.scale import documents, goods, ledgers, merchants, plans
from exgo_gql.seeds.scale.merchants import OWNER, SUPPORT, Sizes
from exgo_gql.seeds.scale.rebuild import bare

__all__ = ["OWNER", "SUPPORT", "TABLES", "seed_scale"]

TABLES = (
    "products",
    "product_grams",
    "product_elements",
    "combo_parts",
    "customs_filings",
    "vehicles",
    "asns",
    "asn_lines",
    "asn_orders",
    "receipt_batches",
    "receipt_lines",
    "put_aways",
    "orders",
    "order_lines",
    "parcels",
    "tracking_events",
    "stock_movements",
    "inventory",
    "operation_logs",
)
"""What is filled in bulk."""


async def seed_scale(
    owner_connection: asyncpg.Connection,
    *,
    merchants: int = 200,
    products: int = 200_000,
    orders: int = 500_000,
    asns: int = 100_000,
    logs: int = 1_000_000,
    share: float = 1.0,
    report: Callable[[str], object] = print,
) -> None:
    """Fill a database that has reference data; where ``scale@exgo.example`` exists, do nothing.

    ``share`` is the part of all sizes that is wanted. ``owner_connection`` acts as the owner of all tables.
    ``report`` is told what is done, with the seconds since the beginning.
    """
    if await owner_connection.fetchval("select exists (select from users where email = $1)", OWNER):
        report(f"{OWNER} exists: nothing to do")
        return
    sizes = Sizes(*(max(1, round(size * share)) for size in (merchants, products, orders, asns, logs)))
    began = time.monotonic()

    def tell(what: str) -> None:
        report(f"{time.monotonic() - began:6.1f} s  {what}")

    async with bare(owner_connection, TABLES, tell):
        await _fill(owner_connection, sizes, tell)
    await owner_connection.execute(f"analyze {', '.join((*TABLES, 'merchants', 'users'))}")
    tell("analysed")


async def _fill(owner: asyncpg.Connection, sizes: Sizes, tell: Callable[[str], object]) -> None:
    await owner.execute("select setseed(0.2026)")
    await merchants.prepare(owner, sizes)
    await goods.fill(owner)
    tell(f"{sizes.merchants} merchants, {sizes.products} products")
    await plans.lay_out(owner)
    await documents.fill_inbound(owner)
    tell(f"{sizes.asns} ASNs")
    await ledgers.move(owner)
    tell("stock movements and balances")
    await documents.fill_outbound(owner)
    tell(f"{sizes.orders} orders")
    await ledgers.log(owner, sizes.logs)
    tell(f"{sizes.logs} log rows")
