"""Consolidation from the gate to the road: counting parcel by parcel, release, shipping (ASN-8, ORD-4)."""

from __future__ import annotations

from typing import Any

from tests import scenes
from tests.stage import Company, Stage

SHIPPING = {"carrier": "DHL", "trackingNo": "JD-1", "parcels": [{"weightKg": "1"}]}


class Gate:
    """An ASN with orders at the warehouse."""

    def __init__(
        self, stage: Stage, company: Company, asn: dict[str, Any], orders: list[dict[str, Any]]
    ) -> None:
        self.stage, self.company, self.asn, self.orders = stage, company, asn, orders

    def parcel(self, place: int, *lines: tuple[str, int, int]) -> dict[str, Any]:
        """The parcel of an order, with (product, good, damaged); without them it came whole."""
        made: dict[str, Any] = {"inboundTrackingNo": self.orders[place]["inboundTrackingNo"]}
        if lines:
            made["lines"] = [{"productId": p, "goodQty": g, "damagedQty": d} for p, g, d in lines]
        return made

    def given(self, *parcels: dict[str, Any]) -> dict[str, Any]:
        return {"id": self.asn["id"], "parcels": list(parcels)}

    async def book(self, *parcels: dict[str, Any]) -> None:
        await self.stage.warehouse.do("asnBookBatch", self.given(*parcels))

    async def statuses(self) -> list[str]:
        return [(await scenes.read_order(self.company, o["id"]))["status"] for o in self.orders]

    async def balance(self, product: str) -> tuple[int, ...]:
        return await scenes.balance(self.company, product, "CONSOLIDATION")


async def gate(stage: Stage, company: Company, *orders: list[tuple[str, int]], **changes: Any) -> Gate:
    made = [await scenes.order(company, *lines, mode="CONSOLIDATION", **changes) for lines in orders]
    asn = await scenes.asn(company, order_ids=[o["id"] for o in made], until="RECEIVING")
    return Gate(stage, company, asn, made)


async def test_a_parcel_that_came_whole_is_its_orders(stage: Stage) -> None:
    # ASN-8, INV-1: arrived when every line is good; what came by a consolidation ASN belongs to its orders
    company = await stage.company()
    one, two = (await scenes.filed(company))["id"], (await scenes.filed(company))["id"]
    at = await gate(stage, company, [(one, 2), (two, 1)], [(one, 3)])
    assert await at.balance(one) == (5, 0, 0, 0, 0, 0)
    await at.book(at.parcel(0))
    assert await at.statuses() == ["PROCESSING", "SUBMITTED"]
    assert await at.balance(one) == (3, 0, 0, 0, 2, 0)
    assert await at.balance(two) == (0, 0, 0, 0, 1, 0)
    assert await scenes.balance(company, one) == (0, 0, 0, 0, 0, 0)  # nothing of it in STOCK
    order = await scenes.order(company, (one, 1), until="SUBMITTED")
    assert order["status"] == "EXCEPTION"
    query = """query($id: ID!) { asn(id: $id) { batches { nodes { lines { nodes { goodQty order { id }
        product { id } } } } } } }"""
    found = (await company.viewer.ask(query, {"id": at.asn["id"]}))["asn"]["batches"]["nodes"]
    counted = {(n["product"]["id"], n["goodQty"], n["order"]["id"]) for n in found[0]["lines"]["nodes"]}
    assert counted == {(one, 2, at.orders[0]["id"]), (two, 1, at.orders[0]["id"])}


async def test_a_parcel_may_come_in_pieces(stage: Stage) -> None:
    company = await stage.company()
    one, two = (await scenes.filed(company))["id"], (await scenes.filed(company))["id"]
    combo = (await scenes.combo(company, (one, 1), (two, 2)))["id"]
    at = await gate(stage, company, [(combo, 2), (one, 1)])
    await at.book(at.parcel(0, (one, 3, 0), (two, 1, 0)))
    assert await at.statuses() == ["SUBMITTED"]
    assert await at.balance(one) == (0, 3, 0, 0, 0, 0)
    assert await at.balance(two) == (3, 1, 0, 0, 0, 0)
    await at.book(at.parcel(0))  # all that is still missing
    assert await at.statuses() == ["PROCESSING"]
    assert await at.balance(one) == (0, 0, 0, 0, 3, 0)
    assert await at.balance(two) == (0, 0, 0, 0, 4, 0)


async def test_what_is_too_many_of_a_parcel_is_in_no_stock(stage: Stage) -> None:
    company = await stage.company()
    one = (await scenes.filed(company))["id"]
    at = await gate(stage, company, [(one, 2)], [(one, 3)])
    await at.book(at.parcel(0, (one, 4, 1)))
    assert await at.statuses() == ["PROCESSING", "SUBMITTED"]
    assert await at.balance(one) == (3, 0, 0, 0, 2, 0)
    [line] = (await scenes.read_asn(company, at.asn["id"]))["lines"]["nodes"]
    assert (line["goodQty"], line["damagedQty"], line["excessQty"]) == (2, 0, 3)
    await at.book(at.parcel(1))
    assert await at.statuses() == ["PROCESSING", "PROCESSING"]
    told = await stage.warehouse.codes("asnComplete", {"id": at.asn["id"]})
    assert told == [("COUNT_DIFFERS", "")]


async def test_a_damaged_parcel_has_not_arrived_and_takes_no_other_orders_place(stage: Stage) -> None:
    # states: damaged consolidation goods count as not arrived
    company = await stage.company()
    one = (await scenes.filed(company))["id"]
    at = await gate(stage, company, [(one, 5)], [(one, 5)])
    await at.book(at.parcel(0, (one, 0, 5)))
    assert await at.balance(one) == (5, 0, 0, 5, 0, 0)
    async with stage.unchanged(company):
        again = at.given(at.parcel(0, (one, 5, 0)))
        assert await stage.warehouse.codes("asnBookBatch", again) == [
            ("PARCEL_ARRIVED", "parcels.0.inboundTrackingNo")
        ]
    await at.book(at.parcel(1))
    assert await at.statuses() == ["SUBMITTED", "PROCESSING"]
    assert await at.balance(one) == (0, 0, 0, 5, 5, 0)


async def test_an_asn_with_a_damaged_parcel_cannot_complete_yet(stage: Stage) -> None:
    # states: damaged consolidation goods count as not arrived, so an application must cover them first; to
    # complete now would leave the order SUBMITTED for ever
    company = await stage.company()
    product = await scenes.filed(company)
    at = await gate(stage, company, [(product["id"], 2)])
    await at.book(at.parcel(0, (product["id"], 1, 1)))
    async with stage.unchanged(company):
        [error] = await stage.warehouse.refused("asnComplete", {"id": at.asn["id"]})
        assert (error["code"], error["skus"]) == ("COUNT_DIFFERS", [product["sku"]])


async def test_which_parcels_can_be_counted(stage: Stage) -> None:
    company, warehouse = await stage.company(), stage.warehouse
    one, other = (await scenes.filed(company))["id"], (await scenes.filed(company))["id"]
    at = await gate(stage, company, [(one, 1)], [(one, 1)])
    await at.book(at.parcel(0))
    first, second = at.parcel(0), at.parcel(1)
    number = "inboundTrackingNo"
    line = {"lineId": at.asn["lines"]["nodes"][0]["id"], "goodQty": 1, "damagedQty": 0}
    cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        (at.given(first), [("PARCEL_ARRIVED", f"parcels.0.{number}")]),
        (at.given(second, second), [("TWICE", f"parcels.1.{number}")]),
        (at.given(second, {number: "TRK-0"}), [("NOT_ON_ASN", f"parcels.1.{number}")]),
        (at.given(at.parcel(1, (other, 1, 0))), [("NOT_FOUND", "parcels.0.lines.0.productId")]),
        (at.given(at.parcel(1, (one, -1, 0))), [("NUMBER_RANGE", "parcels.0.lines.0.goodQty")]),
        (at.given(at.parcel(1, (one, 0, 0))), [("NOTHING_BOOKED", "")]),
        (at.given({**second, "lines": []}), [("NOTHING_BOOKED", "")]),
        (at.given(), [("NOTHING_BOOKED", "")]),
        ({"id": at.asn["id"], "lines": [line]}, [("WRONG_MODE", "lines")]),
    ]
    async with stage.unchanged(company):
        for given, told in cases:
            assert await warehouse.codes("asnBookBatch", given) == told, given
    found = (await warehouse.refused("asnBookBatch", at.given(first)))[0]
    assert (found["__typename"], found["value"]) == ("ConflictingValueError", first[number])


async def test_consolidation_goods_are_never_put_away(stage: Stage) -> None:
    # INV-1
    company = await stage.company()
    one = (await scenes.filed(company))["id"]
    at = await gate(stage, company, [(one, 2)])
    await at.book(at.parcel(0, (one, 1, 0)))
    asn = await scenes.read_asn(company, at.asn["id"])
    line = asn["batches"]["nodes"][0]["lines"]["nodes"][0]["id"]
    async with stage.unchanged(company):
        given = {"receiptLineId": line, "qty": 1, "location": "A-01"}
        assert await stage.warehouse.codes("asnPutAway", given) == [("WRONG_MODE", "")]


async def test_orders_are_released_one_by_one(stage: Stage) -> None:
    # ORD-4: without release none ships
    company, customs, warehouse = await stage.company(), stage.customs, stage.warehouse
    one = (await scenes.filed(company))["id"]
    at = await gate(stage, company, [(one, 1)], [(one, 1)])
    await at.book(at.parcel(0), at.parcel(1))
    first, second = ({"id": order["id"]} for order in at.orders)
    async with stage.unchanged(company):
        assert await warehouse.codes("orderShip", {**first, **SHIPPING}) == [("NOT_RELEASED", "")]
    done = await customs.do(
        "orderRefuseRelease", {**first, "reason": "查验"}, "status releaseRefusal releasedAt"
    )
    assert done == {"status": "PROCESSING", "releaseRefusal": "查验", "releasedAt": None}
    async with stage.unchanged(company):
        assert await warehouse.codes("orderShip", {**first, **SHIPPING}) == [("NOT_RELEASED", "")]
        assert await customs.codes("orderRefuseRelease", {**first, "reason": " "}) == [
            ("TEXT_LENGTH", "reason")
        ]
    done = await customs.do("orderRelease", first, "releaseRefusal releasedAt")
    assert done["releaseRefusal"] is None
    assert done["releasedAt"] is not None
    async with stage.unchanged(company):
        for mutation, more in (("orderRelease", {}), ("orderRefuseRelease", {"reason": "查验"})):
            assert await customs.codes(mutation, {**first, **more}) == [("ALREADY_RELEASED", "")]
    done = await warehouse.do("orderShip", {**first, **SHIPPING}, "status asn { status }")
    assert done == {"status": "SHIPPED", "asn": {"status": "RECEIVING"}}  # while its ASN is still counted
    assert await at.balance(one) == (0, 0, 0, 0, 1, 1)
    assert await warehouse.codes("orderShip", {**second, **SHIPPING}) == [("NOT_RELEASED", "")]


async def test_all_orders_of_an_asn_are_released_at_once(stage: Stage) -> None:
    # ORD-4
    company, customs = await stage.company(), stage.customs
    one = (await scenes.filed(company))["id"]
    at = await gate(stage, company, [(one, 1)], [(one, 1)], [(one, 1)])
    async with stage.unchanged(company):
        assert await customs.codes("asnReleaseOrders", {"id": at.asn["id"]}) == [("EMPTY", "id")]
    await at.book(at.parcel(0), at.parcel(1))
    await customs.do("orderRelease", {"id": at.orders[0]["id"]})
    before = (await scenes.read_order(company, at.orders[0]["id"]))["releasedAt"]
    await customs.do("asnReleaseOrders", {"id": at.asn["id"]})
    released = [(await scenes.read_order(company, o["id"]))["releasedAt"] for o in at.orders]
    assert released[0] == before
    assert released[1] is not None
    assert released[2] is None  # not there yet
    async with stage.unchanged(company):
        assert await customs.codes("asnReleaseOrders", {"id": at.asn["id"]}) == [("EMPTY", "id")]
    await at.book(at.parcel(2))
    await stage.warehouse.do("asnComplete", {"id": at.asn["id"]})
    await customs.do("asnReleaseOrders", {"id": at.asn["id"]})  # a received ASN as well
    assert (await scenes.read_order(company, at.orders[2]["id"]))["releasedAt"] is not None


async def test_a_relabelled_order_needs_its_label(stage: Stage) -> None:
    # ORD-2: needed before shipping
    company, warehouse = await stage.company(), stage.warehouse
    one = (await scenes.filed(company))["id"]
    at = await gate(stage, company, [(one, 1)], relabel=True)
    await at.book(at.parcel(0))
    await stage.customs.do("orderRelease", {"id": at.orders[0]["id"]})
    given = {"id": at.orders[0]["id"], **SHIPPING}
    async with stage.unchanged(company):
        assert await warehouse.codes("orderShip", given) == [("LABEL_MISSING", "newLabelNo")]
        for label, code in (
            ("", "TEXT_LENGTH"),
            (" ", "TEXT_LENGTH"),
            ("x" * 65, "TEXT_LENGTH"),
            ("a\n", "TEXT_CHARACTERS"),
        ):
            told = await warehouse.codes("orderShip", {**given, "newLabelNo": label})
            assert (code, "newLabelNo") in told
    done = await warehouse.do("orderShip", {**given, "newLabelNo": "NEW-1"}, "status newLabelNo")
    assert done == {"status": "SHIPPED", "newLabelNo": "NEW-1"}


async def test_a_label_given_with_the_order_is_enough(stage: Stage) -> None:
    company = await stage.company()
    one = (await scenes.filed(company))["id"]
    at = await gate(stage, company, [(one, 1)], relabel=True, newLabelNo="OWN-1")
    await at.book(at.parcel(0))
    await stage.customs.do("orderRelease", {"id": at.orders[0]["id"]})
    done = await stage.warehouse.do("orderShip", {"id": at.orders[0]["id"], **SHIPPING}, "newLabelNo")
    assert done == {"newLabelNo": "OWN-1"}
