"""Receiving in STOCK mode: batches, damage, excess, put-away, completion (ASN-8, INV-1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exgo_gql.services.receiving import taken_in
from tests import scenes
from tests.stage import Company, Stage

BATCHES = """status version lines { nodes { qty goodQty damagedQty excessQty receivedQty differenceQty } }
    batches { totalCount nodes { batchNo number note lines { nodes { id goodQty damagedQty excessQty putAwayQty
      location lot expiryDate product { sku } putAways { qty location } } } } }"""


async def arrived(company: Company, *quantities: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Products, and an ASN with so many of each that is at the warehouse."""
    products = [await scenes.filed(company) for _ in quantities]
    wanted = [(p["id"], qty) for p, qty in zip(products, quantities, strict=True)]
    return products, await scenes.asn(company, *wanted, until="RECEIVING")


def counted(asn: dict[str, Any], *counts: tuple[int, int], **more: Any) -> dict[str, Any]:
    """A batch with (good, damaged) of the first lines."""
    lines = asn["lines"]["nodes"]
    return {
        "id": asn["id"],
        "lines": [
            {"lineId": line["id"], "goodQty": good, "damagedQty": damaged}
            for line, (good, damaged) in zip(lines, counts, strict=False)
        ],
    } | more


async def test_good_goods_wait_and_damaged_ones_are_set_apart(stage: Stage) -> None:
    # ASN-8, INV-1
    company, warehouse = await stage.company(), stage.warehouse
    [one, two], asn = await arrived(company, 10, 5)
    assert await scenes.balance(company, one["id"]) == (10, 0, 0, 0, 0, 0)
    done = await warehouse.do("asnBookBatch", counted(asn, (6, 1), (5, 0), note="早班"), BATCHES)
    assert (done["status"], done["version"]) == ("RECEIVING", asn["version"] + 1)
    [batch] = done["batches"]["nodes"]
    assert (batch["batchNo"], batch["number"], batch["note"]) == (f"{asn['receivingNo']}-01", 1, "早班")
    assert [(n["goodQty"], n["damagedQty"], n["excessQty"]) for n in batch["lines"]["nodes"]] == [
        (6, 1, 0),
        (5, 0, 0),
    ]
    assert await scenes.balance(company, one["id"]) == (3, 6, 0, 1, 0, 0)
    assert await scenes.balance(company, two["id"]) == (0, 5, 0, 0, 0, 0)
    assert done["lines"]["nodes"][0] == {
        "qty": 10,
        "goodQty": 6,
        "damagedQty": 1,
        "excessQty": 0,
        "receivedQty": 7,
        "differenceQty": -3,
    }
    done = await warehouse.do("asnBookBatch", counted(asn, (3, 0)), BATCHES)
    assert [b["batchNo"][-2:] for b in done["batches"]["nodes"]] == ["02", "01"]
    assert await scenes.balance(company, one["id"]) == (0, 9, 0, 1, 0, 0)


async def test_what_is_too_many_is_recorded_and_in_no_stock(stage: Stage) -> None:
    # ASN-8: received = good + damaged up to what is expected; what exceeds is excess, in no bucket
    company, warehouse = await stage.company(), stage.warehouse
    [product], asn = await arrived(company, 10)
    done = await warehouse.do("asnBookBatch", counted(asn, (8, 5)), BATCHES)
    [line] = done["batches"]["nodes"][0]["lines"]["nodes"]
    assert (line["goodQty"], line["damagedQty"], line["excessQty"]) == (8, 2, 3)
    done = await warehouse.do("asnBookBatch", counted(asn, (1, 1)), BATCHES)
    [line] = done["batches"]["nodes"][0]["lines"]["nodes"]
    assert (line["goodQty"], line["damagedQty"], line["excessQty"]) == (0, 0, 2)
    assert done["lines"]["nodes"][0]["excessQty"] == 5
    assert done["lines"]["nodes"][0]["differenceQty"] == 5
    assert await scenes.balance(company, product["id"]) == (0, 8, 0, 2, 0, 0)
    async with stage.unchanged(company):
        [error] = await warehouse.refused("asnComplete", {"id": asn["id"]})
        assert (error["code"], error["skus"]) == ("COUNT_DIFFERS", [product["sku"]])


COUNTS = st.integers(0, 1_000_000)


@given(good=COUNTS, damaged=COUNTS, expected=COUNTS)
def test_pieces_are_taken_in_good_ones_first(good: int, damaged: int, expected: int) -> None:
    kept_good, kept_damaged, excess = taken_in(good, damaged, expected)
    assert kept_good + kept_damaged + excess == good + damaged
    assert kept_good + kept_damaged == min(good + damaged, expected)
    assert kept_good == min(good, expected)
    assert min(kept_good, kept_damaged, excess) >= 0


async def test_one_line_may_be_counted_twice_in_a_batch(stage: Stage) -> None:
    company = await stage.company()
    [product], asn = await arrived(company, 10)
    line = asn["lines"]["nodes"][0]["id"]
    given = [
        {
            "lineId": line,
            "goodQty": 4,
            "damagedQty": 0,
            "location": "A-1",
            "lot": "L1",
            "expiryDate": "2027-12-31",
        },
        {"lineId": line, "goodQty": 7, "damagedQty": 0, "location": "A-2"},
        {"lineId": line, "goodQty": 0, "damagedQty": 0},
    ]
    done = await stage.warehouse.do("asnBookBatch", {"id": asn["id"], "lines": given}, BATCHES)
    found = done["batches"]["nodes"][0]["lines"]["nodes"]
    assert [(n["goodQty"], n["excessQty"], n["location"], n["lot"], n["expiryDate"]) for n in found] == [
        (4, 0, "A-1", "L1", "2027-12-31"),
        (6, 1, "A-2", None, None),
    ]
    assert await scenes.balance(company, product["id"]) == (0, 10, 0, 0, 0, 0)


async def test_a_batch_counts_something_of_this_asn(stage: Stage) -> None:
    # states: sums > 0
    company, warehouse = await stage.company(), stage.warehouse
    _, asn = await arrived(company, 10)
    _, other = await arrived(company, 10)
    foreign = {"lineId": other["lines"]["nodes"][0]["id"], "goodQty": 1, "damagedQty": 0}
    cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        (counted(asn, (0, 0)), [("NOTHING_BOOKED", "")]),
        ({"id": asn["id"], "lines": []}, [("NOTHING_BOOKED", "")]),
        (counted(asn, (-1, 0)), [("NUMBER_RANGE", "lines.0.goodQty")]),
        (counted(asn, (5, -1)), [("NUMBER_RANGE", "lines.0.damagedQty")]),
        (counted(asn, (1_000_001, 0)), [("NUMBER_RANGE", "lines.0.goodQty")]),
        ({"id": asn["id"], "lines": [foreign]}, [("NOT_FOUND", "lines.0.lineId")]),
        ({"id": asn["id"]}, [("REQUIRED", "lines")]),
        (counted(asn, (1, 0), parcels=[{"inboundTrackingNo": "X"}]), [("REQUIRED", "lines")]),
        ({"id": asn["id"], "parcels": [{"inboundTrackingNo": "X"}]}, [("WRONG_MODE", "parcels")]),
        (counted(asn, (1, 0), note="\u0007"), [("TEXT_CHARACTERS", "note")]),
    ]
    async with stage.unchanged(company):
        for given, told in cases:
            assert await warehouse.codes("asnBookBatch", given) == told, given


async def test_excess_has_an_end(stage: Stage) -> None:
    company, warehouse = await stage.company(), stage.warehouse
    _, asn = await arrived(company, 1)
    await warehouse.do("asnBookBatch", counted(asn, (1_000_000, 1)))
    async with stage.unchanged(company):
        assert await warehouse.codes("asnBookBatch", counted(asn, (1, 0))) == [("NUMBER_RANGE", "lines")]


async def test_what_is_counted_as_announced_can_be_completed(stage: Stage) -> None:
    # ASN-9: refused while a difference is not covered; damage is no difference (ASN-8)
    company, warehouse = await stage.company(), stage.warehouse
    [one, two], asn = await arrived(company, 10, 5)
    async with stage.unchanged(company):
        [error] = await warehouse.refused("asnComplete", {"id": asn["id"]})
        assert (error["code"], error["skus"]) == ("COUNT_DIFFERS", sorted([one["sku"], two["sku"]]))
    await warehouse.do("asnBookBatch", counted(asn, (7, 3), (4, 0)))
    async with stage.unchanged(company):
        [error] = await warehouse.refused("asnComplete", {"id": asn["id"]})
        assert (error["__typename"], error["skus"]) == ("ProductsError", [two["sku"]])
    await warehouse.do("asnBookBatch", {"id": asn["id"], "lines": counted(asn, (0, 0), (1, 0))["lines"][1:]})
    done = await warehouse.do("asnComplete", {"id": asn["id"]}, "status receivedAt")
    assert done["status"] == "RECEIVED"
    assert done["receivedAt"] is not None
    assert await scenes.balance(company, one["id"]) == (0, 7, 0, 3, 0, 0)
    assert await scenes.balance(company, two["id"]) == (0, 5, 0, 0, 0, 0)


@pytest.mark.parametrize("status", ["RECEIVING", "RECEIVED"])
async def test_good_pieces_are_put_away(stage: Stage, status: str) -> None:
    # ASN-8: at most the good quantity of the line not yet put away; not needed for RECEIVED
    company, warehouse = await stage.company(), stage.warehouse
    [product], asn = await arrived(company, 10)
    done = await warehouse.do("asnBookBatch", counted(asn, (8, 2)), BATCHES)
    if status == "RECEIVED":
        await warehouse.do("asnComplete", {"id": asn["id"]})
    line = {"receiptLineId": done["batches"]["nodes"][0]["lines"]["nodes"][0]["id"]}
    done = await warehouse.do("asnPutAway", {**line, "qty": 5, "location": "A-01"}, BATCHES)
    assert done["status"] == status
    assert await scenes.balance(company, product["id"]) == (0, 3, 5, 2, 0, 0)
    async with stage.unchanged(company):
        [error] = await warehouse.refused("asnPutAway", {**line, "qty": 4, "location": "A-01"})
        assert (error["code"], error["path"], error["most"]) == ("PUT_AWAY_EXCEEDS", ["input", "qty"], "3")
        for qty in (0, -1, 1_000_001):
            given = {**line, "qty": qty, "location": "A-01"}
            assert await warehouse.codes("asnPutAway", given) == [("NUMBER_RANGE", "qty")]
        given = {**line, "qty": 1, "location": " "}
        assert await warehouse.codes("asnPutAway", given) == [("TEXT_LENGTH", "location")]
    done = await warehouse.do("asnPutAway", {**line, "qty": 3, "location": "B-02"}, BATCHES)
    found = done["batches"]["nodes"][0]["lines"]["nodes"][0]
    assert found["putAwayQty"] == 8
    assert [(p["qty"], p["location"]) for p in found["putAways"]] == [(5, "A-01"), (3, "B-02")]
    assert await scenes.balance(company, product["id"]) == (0, 0, 8, 2, 0, 0)


async def test_damaged_pieces_cannot_be_put_away(stage: Stage) -> None:
    company, warehouse = await stage.company(), stage.warehouse
    [product], asn = await arrived(company, 2)
    done = await warehouse.do("asnBookBatch", counted(asn, (0, 2)), BATCHES)
    line = done["batches"]["nodes"][0]["lines"]["nodes"][0]["id"]
    async with stage.unchanged(company):
        given = {"receiptLineId": line, "qty": 1, "location": "A-01"}
        assert await warehouse.codes("asnPutAway", given) == [("PUT_AWAY_EXCEEDS", "qty")]
        unknown = {**given, "receiptLineId": asn["lines"]["nodes"][0]["id"]}  # the id of another type
        assert await warehouse.codes("asnPutAway", unknown) == [("NOT_FOUND", "receiptLineId")]
    assert await scenes.balance(company, product["id"]) == (0, 0, 0, 2, 0, 0)


async def test_movements_say_what_caused_them(stage: Stage) -> None:
    # INV-1
    company, warehouse = await stage.company(), stage.warehouse
    [product], asn = await arrived(company, 3)
    done = await warehouse.do("asnBookBatch", counted(asn, (2, 1)), BATCHES)
    line = done["batches"]["nodes"][0]["lines"]["nodes"][0]["id"]
    await warehouse.do("asnPutAway", {"receiptLineId": line, "qty": 2, "location": "A-01"})
    query = """query($id: ID!) { product(id: $id) { movements { nodes {
        bucket qty action asn { id } batch { batchNo } order { id } } } } }"""
    moved = (await company.viewer.ask(query, {"id": product["id"]}))["product"]["movements"]["nodes"]
    batch = {"batchNo": f"{asn['receivingNo']}-01"}
    found = {(m["action"], m["bucket"], m["qty"], m["batch"] == batch) for m in moved}
    assert found == {
        ("asn:dispatch", "ON_THE_WAY", 3, False),
        ("asn:book_batch", "ON_THE_WAY", -2, True),
        ("asn:book_batch", "ON_THE_WAY", -1, True),
        ("asn:book_batch", "PENDING", 2, True),
        ("asn:book_batch", "UNSELLABLE", 1, True),
        ("asn:put_away", "PENDING", -2, True),
        ("asn:put_away", "SELLABLE", 2, True),
    }
    assert {(m["asn"]["id"], m["order"]) for m in moved} == {(asn["id"], None)}
    sums = await stage.admin.fetch(
        "select bucket, sum(qty) as qty from stock_movements where merchant_id = $1 group by 1", company.id
    )
    totals = {row["bucket"]: row["qty"] for row in sums}
    assert totals == {"ON_THE_WAY": 0, "PENDING": 0, "SELLABLE": 2, "UNSELLABLE": 1}
    assert await scenes.balance(company, product["id"]) == (0, 0, 2, 1, 0, 0)  # the sum of its movements
