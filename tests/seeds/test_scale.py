"""Data for benchmarks at a small size: everything that must hold at the full one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
import pytest_asyncio

from exgo_gql.auth.passwords import Passwords
from exgo_gql.domain.actors import Role
from exgo_gql.domain.numbers import check_character, today
from exgo_gql.seeds.demo import PASSWORD
from exgo_gql.seeds.scale import OWNER, SUPPORT, TABLES, seed_scale
from exgo_gql.seeds.scale.merchants import shares
from exgo_gql.seeds.scale.rebuild import bare
from exgo_gql.services import sessions
from exgo_gql.services.work import Origin
from tests.seeds.tables import EVER_NEGATIVE, UNBALANCED, contents, credit_code_holds, definitions
from tests.stage import Fresh

SIZES = {"merchants": 6, "products": 300, "orders": 3000, "asns": 600, "logs": 4000}
NewDatabase = Callable[..., Awaitable[Fresh]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def filled(new_database: NewDatabase) -> Fresh:
    """A database filled for small benchmarks."""
    fresh = await new_database()
    said: list[str] = []
    async with fresh.owner() as owner:
        before = await definitions(owner)
        await seed_scale(owner, **SIZES, report=said.append)
        assert await definitions(owner) == before
    assert len(said) >= 6
    return fresh


@pytest_asyncio.fixture(loop_scope="session")
async def owner(filled: Fresh) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees everything."""
    async with filled.owner() as connection:
        yield connection


async def test_sizes_are_those_asked_for(owner: asyncpg.Connection) -> None:
    tables = {
        "merchants": "merchants",
        "products": "products",
        "orders": "orders",
        "asns": "asns",
        "operation_logs": "logs",
    }
    counts = {name: await owner.fetchval(f"select count(*) from {table}") for table, name in tables.items()}
    assert counts == SIZES
    assert 1.8 < await owner.fetchval("select count(*) from order_lines") / SIZES["orders"] < 2.2
    largest = await owner.fetchval(
        "select max(n) from (select count(*) as n from orders group by merchant_id) m"
    )
    assert largest > SIZES["orders"] / SIZES["merchants"] * 1.5


async def test_balances_are_the_sums_of_their_movements(owner: asyncpg.Connection) -> None:
    assert await owner.fetchval("select count(*) from stock_movements") > 10_000
    assert await owner.fetchval(UNBALANCED) == 0
    assert await owner.fetchval(EVER_NEGATIVE) == 0


async def test_documents_agree_with_each_other(owner: asyncpg.Connection) -> None:
    wrong = {
        "a live link of an order that its ASN has not submitted": """asn_orders l join asns a on a.id = l.asn_id
            join orders o on o.id = l.order_id where l.ended_at is null
            and a.status in ('CONFIRMED', 'PENDING_REVIEW', 'APPROVED', 'IN_TRANSIT') and o.status <> 'SUBMITTED'""",
        "a line of an ASN that is not the sum of its orders": """(
            select l.id, l.qty, sum(ol.qty) as wanted from asn_lines l join asns a on a.id = l.asn_id
            left join asn_orders k on k.asn_id = a.id
            left join order_lines ol on ol.order_id = k.order_id and ol.product_id = l.product_id
            where a.mode = 'CONSOLIDATION' group by l.id, l.qty) s where qty is distinct from wanted""",
        "a line received otherwise than its batches tell": """(
            select l.id, l.good_qty, coalesce(sum(r.good_qty), 0) as counted from asn_lines l
            left join receipt_lines r on r.asn_line_id = l.id group by l.id, l.good_qty) s where good_qty <> counted""",
        "an order without lines": "orders o where not exists (select from order_lines l where l.order_id = o.id)",
        "an exception that is none": """orders o, jsonb_array_elements(o.exception) e
            where (e ->> 'requested')::int <= (e ->> 'available')::int""",
        "a parcel of an order that has not left": """parcels p join orders o on o.id = p.order_id
            where o.status not in ('SHIPPED', 'SIGNED')""",
        "a filed product without a required element": """products p join hs_elements e on e.hs_code_id = p.hs_code_id
            and e.required where p.status = 'FILED' and not exists (
              select from product_elements v where v.product_id = p.id and v.element_id = e.id)""",
        "something of tomorrow": """(select at from operation_logs union all select updated_at from orders union all
            select updated_at from asns union all select at from stock_movements) t where at > now()""",
        "a document older than its log": """operation_logs l left join products p on p.id = l.product_id
            left join asns a on a.id = l.asn_id left join orders o on o.id = l.order_id
            where l.version > coalesce(p.version, a.version, o.version)""",
        "something under review that customs do not know": """orders o where o.mode = 'STOCK' and o.status = 'SUBMITTED'
            and o.reviewed_at is null and not exists (
              select from customs_filings f where f.order_id = o.id and f.decided_at is null)""",
    }
    found = {what: await owner.fetchval(f"select count(*) from {where}") for what, where in wrong.items()}
    assert found == dict.fromkeys(wrong, 0)


async def test_system_numbers_have_their_check_character(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "select order_no as number, created_at from orders union all select receiving_no, created_at from asns"
    )
    for row in rows:
        head, body, check = row["number"][:7], row["number"][8:14], row["number"][14:]
        assert check_character(head + body) == check
        assert head[1:] == f"{today(row['created_at']):%y%m%d}"


async def test_names_are_cut_as_the_trigger_cuts_them(owner: asyncpg.Connection) -> None:
    wrong = """
      select count(*) from products p where (
        select array_agg(gram order by gram) from product_grams g where g.product_id = p.id)
      is distinct from (select array_agg(x order by x) from unnest(name_grams(p.name_zh || chr(10) || p.name_en)) x)
    """
    assert await owner.fetchval(wrong) == 0
    assert await owner.fetchval("select count(*) from product_grams where gram = '保鲜'") > 0


async def test_triggers_work_again(owner: asyncpg.Connection) -> None:
    async with owner.transaction():
        product = await owner.fetchval(
            "update products set name_zh = '龙舟模型' where id = (select id from products limit 1) returning id"
        )
        grams = await owner.fetch("select gram from product_grams where product_id = $1", product)
        assert "龙舟" in {row["gram"] for row in grams}
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await owner.execute("delete from stock_movements")


async def test_its_people_can_log_in(filled: Fresh) -> None:
    passwords = Passwords()
    head = await sessions.log_in(filled.database, passwords, OWNER, PASSWORD, Origin())
    support = await sessions.log_in(filled.database, passwords, SUPPORT, PASSWORD, Origin())
    passwords.close()
    async with filled.owner() as owner:
        largest = await owner.fetchval(
            "select merchant_id from orders group by 1 order by count(*) desc limit 1"
        )
        codes = await owner.fetch("select credit_code from merchants")
    assert (head.viewer.role, head.viewer.merchant_id) == (Role.OWNER, largest)
    assert (support.viewer.role, support.viewer.merchant_id) == (Role.SUPPORT, None)
    assert all(credit_code_holds(row["credit_code"]) for row in codes)


async def test_twice_changes_nothing(owner: asyncpg.Connection) -> None:
    before = await contents(owner)
    said: list[str] = []
    await seed_scale(owner, **SIZES, report=said.append)
    assert said == ["scale@exgo.example exists: nothing to do"]
    assert await contents(owner) == before


async def test_a_share_of_it_beside_other_merchants(new_database: NewDatabase) -> None:
    fresh = await new_database()
    async with fresh.owner() as owner:
        await owner.execute(
            "insert into merchants (company_name, currency_code, status) values ('甲', 'USD', 'ACTIVE')"
        )
        sizes = {"merchants": 4, "products": 60, "orders": 200, "asns": 40, "logs": 6000}
        await seed_scale(owner, **sizes, share=0.5, report=lambda _: None)
        assert await owner.fetchval("select count(*) from products") == 30
        assert await owner.fetchval("select count(*) from orders") == 100
        assert await owner.fetchval("select count(*) from merchants") == 3
        assert await owner.fetchval(UNBALANCED) == 0
        # More log rows than such documents have: the rest are edits of products.
        assert await owner.fetchval("select count(*) from operation_logs") == 3000
        edited = "select count(*) from operation_logs l join products p on p.id = l.product_id where l.version > p.version"
        assert await owner.fetchval(edited) == 0


async def test_a_load_that_fails_leaves_nothing_behind(new_database: NewDatabase) -> None:
    fresh = await new_database()
    async with fresh.owner() as owner:
        before = await definitions(owner), await contents(owner)

        async def load() -> None:
            async with bare(owner, TABLES, lambda _: None):
                await owner.execute("insert into product_grams select uuidv7(), 'x', uuidv7()")

        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await load()
        assert (await definitions(owner), await contents(owner)) == before


def test_shares_are_uneven_and_add_up() -> None:
    assert sum(shares(1000, 7, 1)) == 1000
    assert shares(1000, 3, 0) == [504, 288, 208]
    assert shares(2, 4, 1) == [1, 1, 1, 1]
    assert shares(0, 3, 0) == [0, 0, 0]
