"""A demonstration that looks like life: three merchants in one working month, 21 October to 20 November 2026.

Everything is made through the services, by the people whose step it is, at fixed moments: so the operation
log, the movements of stock and the outbox are what real work would have left. The same month every time, but
for the ids and the system numbers, which are random as always.

For a walk through the API log in as ``owner@yueda.example`` (宁波悦达, USD, warehouse NB01). FILED and on the
shelves of NB01, hundreds of each:

    YD-MW-20L   微波炉 20升        YD-BOX-5   保鲜盒五件套      YD-CLK-WD  实木机械挂钟
    YD-MW-25G   微波炉 25升        YD-TAB-12  塑料餐具十二件套   YD-CLK-AL  复古机械闹钟
    YD-HOOD-60  抽油烟机 60厘米     YD-KNF-6   刀具六件套        YD-STD-01  折叠手机支架
    YD-MIX-5    和面机 5升         YD-HOOK-10 无痕挂钩十只装

and two combos of them, FILED: ``YD-SET-KITCHEN`` (YD-MW-20L, 2 × YD-BOX-5, YD-TAB-12) and ``YD-SET-KNIFE``
(YD-KNF-6, YD-HOOK-10). HZ01 holds QH-… of ``owner@qinghe.example`` (USD), ZZ01 RC-… of
``owner@ruichu.example`` (EUR). Orders that ask for too much of YD-HOOD-90, YD-FRG-50 and YD-MW-25G are in
EXCEPTION. Drafts to file: YD-MIX-7, whose price breaks PRD-2, and YD-POT-30, whose elements are missing.
"""

from __future__ import annotations

import asyncpg

from exgo_gql.auth.passwords import Passwords
from exgo_gql.db.checks import NotReady
from exgo_gql.db.pools import Database
from exgo_gql.seeds.demo import parcels, people, products, stock_asns, stock_orders
from exgo_gql.seeds.demo.people import ACCOUNTS, PASSWORD, Account
from exgo_gql.seeds.demo.play import ANCHOR, Play, day

__all__ = ["ACCOUNTS", "ANCHOR", "PASSWORD", "Account", "seed_demo"]

_REGISTERED = day(-40)
_WHOLE = "exgo demonstration, whole"
_HALF_MADE = """select exists (select from users where email = $1)
                and obj_description('merchants'::regclass) is distinct from $2"""
_LOCK = "hashtext('exgo demonstration')"


async def seed_demo(
    database: Database, owner_connection: asyncpg.Connection, passwords: Passwords
) -> list[Account]:
    """Fill a database that has reference data and no merchant; where there is one, do nothing.

    Returns the accounts to log in with. ``owner_connection`` acts as the owner of all tables. Raises ``NotReady``
    for a demonstration that was interrupted while it was made.
    """
    # Two processes that start at once: the second waits here, then finds the first one's merchants.
    await owner_connection.execute(f"select pg_advisory_lock({_LOCK})")
    try:
        if not await owner_connection.fetchval("select exists (select from merchants)"):
            play = Play(database, await people.register(owner_connection, passwords, _REGISTERED))
            for part in (products, stock_asns, parcels, stock_orders):
                part.enter_all(play)
            await play.run()
            await owner_connection.execute(f"comment on table merchants is '{_WHOLE}'")
        elif await owner_connection.fetchval(_HALF_MADE, people.ACCOUNTS[0].email, _WHOLE):
            raise NotReady(
                "the demonstration was interrupted while it was made; remove its database and start again"
            )
    finally:
        await owner_connection.execute(f"select pg_advisory_unlock({_LOCK})")
    return list(ACCOUNTS)
