"""Sessions that really race, on a database of their own: nothing oversold, nothing deadlocked, nothing twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest_asyncio

from exgo_gql.db.pools import PoolSizes
from exgo_gql.loaders.ids import decode_as, encode
from tests import scenes
from tests.stage import Company, Fresh, Stage

AT_ONCE = 24


@pytest_asyncio.fixture(scope="module")
async def race(new_database: Callable[..., Awaitable[Fresh]]) -> AsyncIterator[Stage]:
    """A stage whose pools let many sessions race."""
    fresh = await new_database(PoolSizes(merchant=(4, 4)))
    async with Stage.open(fresh, read_pool=20, write_pool=40) as stage:
        await scenes.learn_category(stage)
        yield stage


async def at_once(acts: list[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """Run acts, so many at a time: more than the pool has connections, fewer than would time out waiting."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(act: Callable[[], Awaitable[Any]]) -> Any:
        async with gate:
            return await act()

    return await asyncio.gather(*(one(act) for act in acts))


async def confirmed(company: Company, lines: list[list[tuple[str, int]]]) -> list[str]:
    """Orders ready to submit: one through the API, the others as its copies with lines of their own."""
    admin = company.owner.stage.admin
    first = await scenes.order(company, *lines[0])
    pattern = decode_as("Order", first["id"])
    copied = await admin.fetchval(
        """select string_agg(quote_ident(column_name), ', ') from information_schema.columns
           where table_name = 'orders' and column_name not in ('id', 'order_no', 'reference_no')"""
    )
    made = [pattern]
    for number, of in enumerate(lines[1:]):
        id_ = await admin.fetchval(
            f"""insert into orders (order_no, reference_no, {copied})
                select order_no || $2, reference_no || $2, {copied} from orders where id = $1 returning id""",
            pattern,
            f"-{number}",
        )
        await admin.executemany(
            """insert into order_lines (merchant_id, order_id, product_id, position, qty, unit_price, amount)
               values ($1, $2, $3, $4, $5::int, 1, $5::int)""",
            [
                (company.id, id_, decode_as("Product", product), position, qty)
                for position, (product, qty) in enumerate(of, start=1)
            ],
        )
        made.append(id_)
    return [encode("Order", id_) for id_ in made if id_ is not None]


async def submitted(company: Company, ids: list[str]) -> Counter[str]:
    """Submit all at once; how many came out in which state."""

    async def submit(id_: str) -> str:
        done = await company.operator.do("orderSubmit", {"id": id_}, "status")
        return str(done["status"])

    return Counter(await at_once([lambda id_=id_: submit(id_) for id_ in ids]))


async def test_the_last_unit_goes_once(race: Stage) -> None:
    # ORD-5, rule 9: 1,000 claims of the last unit, on 20 SKUs
    company = await race.company()
    products = await at_once([lambda: scenes.filed(company) for _ in range(20)])
    await scenes.stocked(company, *((p["id"], 1) for p in products))
    ids = await confirmed(company, [[(products[i % 20]["id"], 1)] for i in range(1000)])
    random.Random(1).shuffle(ids)
    assert await submitted(company, ids) == {"SUBMITTED": 20, "EXCEPTION": 980}
    for product in products:
        assert await scenes.balance(company, product["id"]) == (0, 0, 0, 0, 1, 0)
    assert (
        await race.admin.fetchval(
            "select count(*) from stock_movements where merchant_id = $1 and bucket = 'RESERVED'", company.id
        )
        == 20
    )


async def test_random_orders_never_deadlock_a_client(race: Stage) -> None:
    # Rule 9: 1,000 orders of 5 lines in random order over 5 SKUs; half of them find stock
    company = await race.company()
    products = await at_once([lambda: scenes.filed(company) for _ in range(5)])
    await scenes.stocked(company, *((p["id"], 500) for p in products))
    chance = random.Random(2)
    lines = [chance.sample([(p["id"], 1) for p in products], 5) for _ in range(1000)]
    ids = await confirmed(company, lines)
    assert await submitted(company, ids) == {"SUBMITTED": 500, "EXCEPTION": 500}
    for product in products:
        assert await scenes.balance(company, product["id"]) == (0, 0, 0, 0, 500, 0)


async def test_one_key_has_one_effect(race: Stage) -> None:
    # API-3: the same key 100 times at once
    company = await race.company()
    given = scenes.product_input()

    async def create() -> Any:
        return await company.operator.act(
            "productCreate", given, "id sku", arguments=', idempotencyKey: "the-same"'
        )

    answers = await at_once([create for _ in range(100)])
    assert {(a["product"]["id"], a["product"]["sku"]) for a in answers} == {
        (answers[0]["product"]["id"], given["sku"])
    }
    assert Counter(a["replayed"] for a in answers) == {False: 1, True: 99}
    assert await race.admin.fetchval("select count(*) from products where merchant_id = $1", company.id) == 1
    assert await race.admin.fetchval("select count(*) from outbox where merchant_id = $1", company.id) == 1


async def test_one_order_into_two_asns(race: Stage) -> None:
    # ORD-8: at most one live ASN an order, whoever asks at the same time
    company = await race.company()
    product = await scenes.filed(company)
    order = await scenes.order(company, (product["id"], 1), mode="CONSOLIDATION")

    async def claim() -> Any:
        given = scenes.asn_input("CONSOLIDATION", orderIds=[order["id"]])
        return await company.operator.act("asnCreate", given)

    answers = await at_once([claim for _ in range(30)])
    made = [a for a in answers if a["asn"]]
    codes = Counter(e["code"] for a in answers for e in a["errors"])
    assert len(made) == 1
    assert codes == {"ORDER_NOT_SELECTABLE": 29}
    live = "select count(*) from asn_orders where merchant_id = $1 and ended_at is null"
    assert await race.admin.fetchval(live, company.id) == 1


async def test_two_counts_of_one_line(race: Stage) -> None:
    # ASN-8: batches booked at the same time take in no more than was announced
    company = await race.company()
    product = await scenes.filed(company)
    made = await scenes.asn(company, (product["id"], 10), until="RECEIVING")
    line = made["lines"]["nodes"][0]["id"]

    async def book() -> Any:
        counted = [{"lineId": line, "goodQty": 3, "damagedQty": 0}]
        return await race.warehouse.do("asnBookBatch", {"id": made["id"], "lines": counted})

    await at_once([book for _ in range(8)])
    made = await scenes.read_asn(company, made["id"])
    [line] = made["lines"]["nodes"]
    assert (line["goodQty"], line["excessQty"]) == (10, 14)
    assert await scenes.balance(company, product["id"]) == (0, 10, 0, 0, 0, 0)
    assert len({batch["batchNo"] for batch in made["batches"]["nodes"]}) == 8


async def test_approval_against_taking_back(race: Stage) -> None:
    # States: exactly one of two steps from the same state happens
    company = await race.company()
    product = await scenes.filed(company)
    for _ in range(10):
        made = await scenes.asn(company, (product["id"], 1), until="PENDING_REVIEW")
        approve = race.customs.act("asnApprove", {"id": made["id"]})
        reject = race.customs.act("asnReject", {"id": made["id"], "reason": "incomplete"})
        first, second = await asyncio.gather(approve, reject)
        assert [bool(first["errors"]), bool(second["errors"])].count(True) == 1
        expected = "APPROVED" if not first["errors"] else "DRAFT"
        assert (await scenes.read_asn(company, made["id"]))["status"] == expected


async def test_submission_against_put_away(race: Stage) -> None:
    # ORD-5: an order that finds nothing while stock comes in is submitted by itself afterwards
    company = await race.company()
    product = await scenes.filed(company)
    made = await scenes.asn(company, (product["id"], 5), until="RECEIVING")
    counted = [{"lineId": made["lines"]["nodes"][0]["id"], "goodQty": 5, "damagedQty": 0}]
    await race.warehouse.do("asnBookBatch", {"id": made["id"], "lines": counted})
    shelf = (await scenes.read_asn(company, made["id"]))["batches"]["nodes"][0]["lines"]["nodes"][0]
    ids = await confirmed(company, [[(product["id"], 1)] for _ in range(5)])
    put = {"receiptLineId": shelf["id"], "qty": 5, "location": "A-01"}
    await asyncio.gather(submitted(company, ids), race.warehouse.do("asnPutAway", put))
    await race.deliver_all(company)
    assert [(await scenes.read_order(company, id_))["status"] for id_ in ids] == ["SUBMITTED"] * 5
    assert await scenes.balance(company, product["id"]) == (0, 0, 0, 0, 5, 0)


async def test_deleting_a_product_against_announcing_it(race: Stage) -> None:
    # PRD-7: a product is never deleted from under a line that is being written
    company = await race.company()
    for _ in range(10):
        product = await scenes.draft(company)
        lines = [{"productId": product["id"], "qty": 1, "unitPrice": "1"}]
        announce = company.operator.act("asnCreate", scenes.asn_input("STOCK", lines=lines))
        delete = company.owner.act("productDelete", {"id": product["id"]})
        announced, deleted = await asyncio.gather(announce, delete)
        assert [bool(announced["errors"]), bool(deleted["errors"])].count(True) == 1
