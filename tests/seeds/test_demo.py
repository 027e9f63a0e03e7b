"""The demonstration: complete, settled, legal, and the same when it is asked for again."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from exgo_gql.auth.passwords import Passwords
from exgo_gql.auth.viewer import system
from exgo_gql.db.checks import NotReady
from exgo_gql.db.pools import Scope
from exgo_gql.db.roles import DatabaseRole
from exgo_gql.domain.actors import PARTS, Actor, Role
from exgo_gql.domain.asns import ASN, AsnStatus
from exgo_gql.domain.machines import Machine, Mode
from exgo_gql.domain.orders import MODE_STATES, ORDER
from exgo_gql.domain.products import PRODUCT, ProductStatus
from exgo_gql.seeds.demo import ACCOUNTS, ANCHOR, PASSWORD, people, seed_demo
from exgo_gql.services import order_steps, sessions
from exgo_gql.services.work import Origin, Work, transact
from tests.seeds.tables import EVER_NEGATIVE, UNBALANCED, contents, credit_code_holds
from tests.stage import Fresh

MACHINES: dict[str, Machine] = {"product": PRODUCT, "asn": ASN, "order": ORDER}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def demo(new_database: Callable[..., Awaitable[Fresh]]) -> Fresh:
    """A database with the demonstration in it."""
    fresh = await new_database()
    passwords = Passwords()
    async with fresh.owner() as owner:
        assert await seed_demo(fresh.database, owner, passwords) == list(ACCOUNTS)
    passwords.close()
    return fresh


@pytest_asyncio.fixture(loop_scope="session")
async def owner(demo: Fresh) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees everything."""
    async with demo.owner() as connection:
        yield connection


async def pairs(owner: asyncpg.Connection, query: str) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in await owner.fetch(query)}


async def test_every_state_of_every_mode_is_there(owner: asyncpg.Connection) -> None:
    yueda = "select id from merchants where customs_code = '3302965K21'"
    products = await pairs(owner, f"select distinct status from products where merchant_id = ({yueda})")
    assert products == {(s.value,) for s in ProductStatus}
    asns = await pairs(owner, f"select distinct mode, status from asns where merchant_id = ({yueda})")
    assert asns == {(m.value, s.value) for m in Mode for s in AsnStatus}
    orders = await pairs(owner, f"select distinct mode, status from orders where merchant_id = ({yueda})")
    assert orders == {(m.value, s.value) for m, states in MODE_STATES.items() for s in states}


async def test_merchants_and_their_people(owner: asyncpg.Connection) -> None:
    merchants = await owner.fetch("select * from merchants order by id")
    assert [(m["company_name"], m["currency_code"], m["status"]) for m in merchants] == [
        ("宁波悦达跨境电子商务有限公司", "USD", "ACTIVE"),
        ("杭州青禾家居用品有限公司", "USD", "ACTIVE"),
        ("郑州锐厨商用设备有限公司", "EUR", "ACTIVE"),
    ]
    assert all(credit_code_holds(m["credit_code"]) and len(m["customs_code"]) == 10 for m in merchants)
    users = await pairs(owner, "select email, role from users")
    assert users == {(a.email, a.role) for a in ACCOUNTS}
    assert {a.role for a in ACCOUNTS if a.merchant is None} == {
        "SUPPORT",
        "CUSTOMS",
        "WAREHOUSE",
        "FINANCE",
        "ADMIN",
    }
    assert ACCOUNTS[0].as_button() == {
        "email": "owner@yueda.example",
        "password": "exgo-demo-2026",
        "role": "OWNER",
        "label": "owner · 悦达跨境",
    }


async def test_everybody_can_log_in(demo: Fresh) -> None:
    passwords = Passwords()
    for account in ACCOUNTS:
        logged_in = await sessions.log_in(demo.database, passwords, account.email, PASSWORD, Origin())
        assert logged_in.viewer.role is Role[account.role]
    passwords.close()


async def test_balances_are_the_sums_of_their_movements(owner: asyncpg.Connection) -> None:
    assert await owner.fetchval("select count(*) from stock_movements") > 500
    assert await owner.fetchval(UNBALANCED) == 0
    assert await owner.fetchval(EVER_NEGATIVE) == 0


async def test_the_main_products_are_on_the_shelf(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        """select p.sku, i.sellable_qty from inventory i join products p on p.id = i.product_id
           where i.warehouse_code = 'NB01' and i.mode = 'STOCK' and p.status = 'FILED'"""
    )
    sellable = {row["sku"]: row["sellable_qty"] for row in rows}
    main = (
        "MW-20L",
        "MW-25G",
        "HOOD-60",
        "MIX-5",
        "BOX-5",
        "TAB-12",
        "KNF-6",
        "HOOK-10",
        "CLK-WD",
        "CLK-AL",
        "STD-01",
    )
    assert all(sellable[f"YD-{sku}"] > 100 for sku in main)
    combos = await pairs(owner, "select sku, status from products where kind = 'COMBO'")
    assert combos == {("YD-SET-KITCHEN", "FILED"), ("YD-SET-KNIFE", "FILED"), ("QH-SET-PICNIC", "FILED")}


async def test_every_document_came_where_it_is_by_legal_steps(owner: asyncpg.Connection) -> None:
    for subject, machine in MACHINES.items():
        documents = {r["id"]: dict(r) for r in await owner.fetch(f"select * from {subject}s")}
        logs = await owner.fetch(
            f"select * from operation_logs where {subject}_id is not null order by {subject}_id, at, id"
        )
        seen: set[UUID] = set()
        for id_, rows in itertools.groupby(logs, key=lambda row: row[f"{subject}_id"]):
            walked(machine, documents[id_], list(rows))
            seen.add(id_)
        assert seen == documents.keys()


def walked(machine: Machine, document: dict[str, Any], rows: list[asyncpg.Record]) -> None:
    """One document's log is a walk through the table of its states, ending where the document stands."""
    actions = {str(row.action): row.action for row in machine.rows}
    mode = Mode(document["mode"]) if "mode" in document else None
    state, version = None, 0
    for row in rows:
        name = row["action"].split(":")[1].upper()
        told = (row["action"], row["state_before"], row["state_after"])
        assert row["state_before"] == state, told
        assert row["version"] > version, told
        if name != "TRACK":
            steps = [
                s for s in machine.rows if s.action == actions[name] and (mode is None or mode in s.modes)
            ]
            step = next(s for s in steps if (state in s.sources if state else s.creates))
            targets = {step.target.value if step.target else state}
            if name == "SUBMIT":
                targets.add("EXCEPTION")
            if name == "FILE" and document["kind"] == "COMBO":
                targets = {"FILED"}
            assert row["state_after"] in targets, told
            played = PARTS[Role(row["actor_role"])] if row["actor_role"] else {Actor.SYSTEM, Actor.CUSTOMS}
            assert step.who & played, told
        state, version = row["state_after"], row["version"]
    assert (document["status"], document["version"]) == (state, version)


async def test_the_clock_of_the_log_runs_forward(owner: asyncpg.Connection) -> None:
    backwards = "select count(*) from (select at, lag(at) over (order by id) as last from operation_logs) l where at < last"
    assert await owner.fetchval(backwards) == 0
    first, last = (await owner.fetchrow("select min(at)::date, max(at)::date from operation_logs")) or ()
    assert (str(first), str(last)) == ("2026-10-21", "2026-11-20")


async def test_nothing_is_left_to_do_for_a_worker(demo: Fresh, owner: asyncpg.Connection) -> None:
    assert await owner.fetchval("select count(*) from deliveries") > 100
    assert await owner.fetchval("select count(*) from deliveries where done_at is null") == 0
    assert await owner.fetchval("select count(*) from pgqueuer") == 0
    excepted = await owner.fetch("select id, version from orders where status = 'EXCEPTION'")
    assert len(excepted) >= 4
    for row in excepted:

        async def again(work: Work, id_: UUID = row["id"]) -> tuple[str, int]:
            order = await order_steps.submit(work, id_)
            return order.status.value, order.version

        stood = await transact(demo.database, system(), Origin(), again, dry_run=True)
        assert stood == ("EXCEPTION", row["version"])


async def test_open_filings_belong_to_what_waits_for_customs(owner: asyncpg.Connection) -> None:
    open_ = await owner.fetch(
        """select coalesce(p.status, a.status, o.status) as waiting, f.status
           from customs_filings f left join products p on p.id = f.product_id left join asns a on a.id = f.asn_id
           left join orders o on o.id = f.order_id where f.decided_at is null"""
    )
    assert {tuple(row) for row in open_} == {
        ("FILING", "SENT"),
        ("PENDING_REVIEW", "SENT"),
        ("SUBMITTED", "SENT"),
    }
    unfiled = """select count(*) from {table} d where d.status = '{status}' and not exists (
      select from customs_filings f where f.{table_one}_id = d.id and f.decided_at is null)"""
    assert await owner.fetchval(unfiled.format(table="products", table_one="product", status="FILING")) == 0
    assert await owner.fetchval(unfiled.format(table="asns", table_one="asn", status="PENDING_REVIEW")) == 0


async def test_scenes_that_the_demonstration_promises(owner: asyncpg.Connection) -> None:
    async def count(query: str) -> int:
        return int(await owner.fetchval(f"select count(*) from {query}"))

    reasons = await pairs(
        owner,
        "select distinct r ->> 'code' from orders, jsonb_array_elements(exception) r where status = 'EXCEPTION'",
    )
    assert reasons == {("STOCK",), ("PRODUCT",)}
    several = "(select asn_id from receipt_batches group by 1 having count(*) > 1) b"
    assert await count(f"{several} join asns a on a.id = b.asn_id where a.status = 'RECEIVING'") >= 2
    assert await count("receipt_lines where damaged_qty > 0") >= 5
    assert await count("receipt_lines where excess_qty > 0") >= 1
    assert await count("receipt_lines where put_away_qty between 1 and good_qty - 1") >= 3
    assert await count("orders where relabel and status = 'SIGNED' and new_label_no is not null") >= 1
    assert await count("orders where mode = 'STOCK' and status = 'SUBMITTED' and picked_at is not null") >= 1
    assert await count("orders where status = 'PROCESSING' and release_refusal is not null") >= 1
    assert await count("(select vehicle_id from asns group by 1 having count(vehicle_id) > 1) v") >= 1
    assert await count("asns where status = 'DRAFT' and rejection_reason is not null") >= 1
    assert await count("(select order_id from tracking_events group by 1 having count(*) >= 5) t") >= 10
    retried = "operation_logs where action = 'order:submit' and state_before = 'EXCEPTION' and state_after = 'SUBMITTED'"
    assert await count(f"{retried} and actor_kind = 'SYSTEM'") >= 1


async def test_a_search_by_two_characters_finds_products(demo: Fresh, owner: asyncpg.Connection) -> None:
    assert (
        await owner.fetchval(
            "select count(*) from products p where not exists (select from product_grams g where g.product_id = p.id)"
        )
        == 0
    )
    merchant = await owner.fetchval("select merchant_id from users where email = 'owner@yueda.example'")
    async with demo.database.reading(Scope(DatabaseRole.MERCHANT, merchant)) as connection:
        found = await connection.fetch(
            """select p.sku from product_grams g join products p on p.merchant_id = g.merchant_id and p.id = g.product_id
               where g.merchant_id = $1 and g.gram = any (search_grams('微波'))""",
            merchant,
        )
    assert {row["sku"] for row in found} == {"YD-MW-20L", "YD-MW-25G", "YD-MW-17M", "YD-SET-KITCHEN"}


async def test_twice_changes_nothing(demo: Fresh, owner: asyncpg.Connection) -> None:
    before = await contents(owner)
    passwords = Passwords()
    assert await seed_demo(demo.database, owner, passwords) == list(ACCOUNTS)
    passwords.close()
    assert await contents(owner) == before


async def test_an_interrupted_demonstration_is_told(new_database: Callable[..., Awaitable[Fresh]]) -> None:
    fresh = await new_database()
    async with fresh.owner() as owner:
        await people.register(owner, Passwords(), ANCHOR)
        with pytest.raises(NotReady, match="interrupted"):
            await seed_demo(fresh.database, owner, Passwords())
