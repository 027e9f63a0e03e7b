"""Every edge and every non-edge of each table, by every role, through the API (ORD-3, PRD-5, ASN-4)."""

from __future__ import annotations

import pytest

from tests import scenes
from tests.stage import Company, Person, Stage
from tests.tables import SUBJECTS
from tests.walks import (
    ORDER_INPUTS,
    PRODUCT_INPUTS,
    Walk,
    asn_inputs,
    edges_of,
    strangers_of,
)

hands = pytest.mark.parametrize("hand", ["operator", "owner"])


class Walks:
    """Walks of one subject, in one person's hands; the operator's stand at every state, too."""

    def __init__(self, stage: Stage, company: Company, key: str, hand: str, stranger: Person) -> None:
        self.stage, self.company, self.key = stage, company, key
        self.merchant: Person = getattr(company, hand)
        self.stranger = stranger if hand == "operator" else None
        self.covered: set[tuple[str, str]] = set()
        self.stood: set[str] = set()

    def of(self, id_: str, inputs: dict[str, dict[str, object]]) -> Walk:
        return Walk(
            self.stage,
            self.company,
            SUBJECTS[self.key],
            id_,
            self.merchant,
            inputs,
            self.stranger,
            self.covered,
            self.stood,
        )

    def finish(self, *, blocked: frozenset[tuple[str, str]] = frozenset()) -> None:
        """Every edge was taken, and every state stood at."""
        assert self.covered == edges_of(self.key) - blocked
        if self.stranger is not None:
            assert self.stood == set(SUBJECTS[self.key].table)


@hands
async def test_products(stage: Stage, hand: str) -> None:
    company = await stage.company()
    walks = Walks(stage, company, "product", hand, await strangers_of(stage))

    walk = walks.of((await scenes.draft(company))["id"], PRODUCT_INPUTS)
    await walk.stand()
    for action in ("UPDATE", "FILE"):
        await walk.step(action)
    await walk.stand()
    await walk.step("REJECT")
    await walk.stand()
    for action in ("UPDATE", "FILE", "APPROVE"):
        await walk.step(action)
    await walk.stand()
    for action in ("UPDATE", "DISABLE"):
        await walk.step(action)
    await walk.stand()
    for action in ("UPDATE", "ENABLE"):
        await walk.step(action)
    await walk.step("DISABLE", by="ADMIN")
    await walk.step("ENABLE", by="ADMIN")
    await walk.step("DELETE")
    await walk.stand()

    for before in ((), ("FILE", "REJECT"), ("FILE", "APPROVE", "DISABLE")):
        walk = walks.of((await scenes.draft(company))["id"], PRODUCT_INPUTS)
        for action in (*before, "DELETE"):
            await walk.step(action)
    walks.finish()


async def test_combos_are_filed_at_once(stage: Stage) -> None:
    company = await stage.company()
    parts = [((await scenes.filed(company))["id"], 1) for _ in range(2)]
    made = await scenes.combo(company, *parts, file=False)
    walks = Walks(stage, company, "product", "operator", await strangers_of(stage))
    walk = walks.of(made["id"], PRODUCT_INPUTS)
    await walk.stand()
    await walk.step("UPDATE")
    await walk.step("FILE", target="FILED")
    await walk.stand()
    for action in ("DISABLE", "ENABLE", "DELETE"):
        await walk.step(action)
    await walk.stand()


@hands
async def test_stock_asns(stage: Stage, hand: str) -> None:
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    order = (await scenes.order(company, (product, 1), mode="CONSOLIDATION"))["id"]
    walks = Walks(stage, company, "asn-stock", hand, await strangers_of(stage))
    made = await scenes.asn(company, (product, 5), until="DRAFT")

    async def refreshed(walk: Walk) -> Walk:
        walk.inputs = await asn_inputs(company, walk.id, product, order)
        await walk.stand()
        return walk

    walk = await refreshed(walks.of(made["id"], {}))
    for action in ("UPDATE", "ADD_LINES"):
        await walk.step(action)
    await refreshed(walk)
    for action in ("REMOVE_LINES", "CONFIRM"):
        await walk.step(action)
    await refreshed(walk)
    for action in ("TAKE_BACK", "CONFIRM", "SET_TRANSPORT", "SUBMIT_REVIEW"):
        await walk.step(action)
    await walk.stand()
    for action in ("SET_TRANSPORT", "REJECT", "CONFIRM", "SUBMIT_REVIEW", "APPROVE"):
        await walk.step(action)
    await walk.stand()
    for action in ("SET_TRANSPORT", "REVOKE", "CONFIRM", "SUBMIT_REVIEW", "APPROVE", "DISPATCH"):
        await walk.step(action)
    await walk.stand()
    for action in ("RECALL", "DISPATCH", "ARRIVE"):
        await walk.step(action)
    await walk.step("BOOK_BATCH")
    await refreshed(walk)
    await walk.step("PUT_AWAY")
    rest = [{"lineId": walk.inputs["BOOK_BATCH"]["lines"][0]["lineId"], "goodQty": 4, "damagedQty": 0}]
    await walk.step("BOOK_BATCH", lines=rest)
    await walk.step("COMPLETE")
    await refreshed(walk)
    await walk.step("PUT_AWAY")

    walk = await refreshed(walks.of((await scenes.asn(company, (product, 5)))["id"], {}))
    await walk.step("DELETE")
    await walk.stand()
    walks.finish()


@hands
async def test_consolidation_asns(stage: Stage, hand: str) -> None:
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    one, two = [await scenes.order(company, (product, 2), mode="CONSOLIDATION") for _ in range(2)]
    walks = Walks(stage, company, "asn-consolidation", hand, await strangers_of(stage))
    made = await scenes.asn(company, order_ids=[one["id"]])

    async def refreshed(walk: Walk) -> Walk:
        walk.inputs = await asn_inputs(company, walk.id, product, two["id"])
        await walk.stand()
        return walk

    walk = await refreshed(walks.of(made["id"], {}))
    for action in ("UPDATE", "ADD_ORDERS"):
        await walk.step(action)
    await walk.step("REMOVE_ORDERS", orderIds=[two["id"]])
    await walk.step("CONFIRM")
    await walk.stand()
    for action in ("TAKE_BACK", "CONFIRM", "SET_TRANSPORT", "SUBMIT_REVIEW"):
        await walk.step(action)
    await walk.stand()
    for action in ("SET_TRANSPORT", "REJECT", "CONFIRM", "SUBMIT_REVIEW", "APPROVE"):
        await walk.step(action)
    await walk.stand()
    for action in ("SET_TRANSPORT", "REVOKE", "CONFIRM", "SUBMIT_REVIEW", "APPROVE", "DISPATCH"):
        await walk.step(action)
    await walk.stand()
    for action in ("RECALL", "DISPATCH", "ARRIVE"):
        await walk.step(action)
    await walk.step("BOOK_BATCH", parcels=[{"inboundTrackingNo": one["inboundTrackingNo"]}])
    await refreshed(walk)
    await walk.step("COMPLETE")
    await walk.stand()

    walk = await refreshed(walks.of((await scenes.asn(company, order_ids=[]))["id"], {}))
    await walk.step("DELETE")
    await walk.stand()
    walks.finish()


@hands
async def test_stock_orders(stage: Stage, hand: str) -> None:
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    await scenes.stocked(company, (product, 10))
    walks = Walks(stage, company, "order-stock", hand, await strangers_of(stage))

    walk = walks.of((await scenes.order(company, (product, 2), until="DRAFT"))["id"], ORDER_INPUTS)
    await walk.stand()
    for action in ("UPDATE", "CONFIRM"):
        await walk.step(action)
    await walk.stand()
    for action in ("TO_DRAFT", "CONFIRM", "SUBMIT"):
        await walk.step(action)
    await walk.stand()
    for action in ("REJECT", "CONFIRM", "SUBMIT", "APPROVE", "PICK", "SHIP"):
        await walk.step(action)
    await walk.stand()
    await walk.step("SIGN")
    await walk.stand()

    walk = walks.of((await scenes.order(company, (product, 20), until="DRAFT"))["id"], ORDER_INPUTS)
    await walk.step("CONFIRM")
    await walk.step("SUBMIT", target="EXCEPTION")
    await walk.stand()
    for action in ("TO_DRAFT", "CONFIRM"):
        await walk.step(action)
    await walk.step("SUBMIT", target="EXCEPTION")
    await walk.step("SUBMIT", target="EXCEPTION")
    await scenes.stocked(company, (product, 20))
    await walk.step("SUBMIT")

    walk = walks.of((await scenes.order(company, (product, 1), until="DRAFT"))["id"], ORDER_INPUTS)
    await walk.step("DELETE")
    await walk.stand()
    walks.finish()


@hands
async def test_consolidation_orders(stage: Stage, hand: str) -> None:
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    walks = Walks(stage, company, "order-consolidation", hand, await strangers_of(stage))
    made = await scenes.order(company, (product, 2), mode="CONSOLIDATION", until="DRAFT")
    operator, customs, warehouse = company.operator, stage.customs, stage.warehouse

    walk = walks.of(made["id"], ORDER_INPUTS)
    await walk.stand()
    for action in ("UPDATE", "CONFIRM"):
        await walk.step(action)
    await walk.stand()
    for action in ("TO_DRAFT", "CONFIRM"):
        await walk.step(action)
    asn = {"id": (await scenes.asn(company, order_ids=[made["id"]]))["id"]}
    await walk.observe("ASN_CONFIRM", operator.do("asnConfirm", asn))
    await walk.stand()
    await walk.observe("ASN_RETURN", operator.do("asnTakeBack", asn))
    await walk.observe("ASN_CONFIRM", operator.do("asnConfirm", asn))
    await operator.do("asnSubmitReview", asn)
    await walk.observe("ASN_RETURN", customs.do("asnReject", {**asn, "reason": "资料不全"}))
    await walk.observe("ASN_CONFIRM", operator.do("asnConfirm", asn))
    for person, step in ((operator, "SubmitReview"), (customs, "Approve")):
        await person.do(f"asn{step}", asn)
    await walk.observe("ASN_RETURN", customs.do("asnRevoke", {**asn, "reason": "有误"}))
    await walk.observe("ASN_CONFIRM", operator.do("asnConfirm", asn))
    for person, step in (
        (operator, "SubmitReview"),
        (customs, "Approve"),
        (operator, "Dispatch"),
        (warehouse, "Arrive"),
    ):
        await person.do(f"asn{step}", asn)
    parcel = [{"inboundTrackingNo": made["inboundTrackingNo"]}]
    await walk.observe("ASN_ARRIVE", warehouse.do("asnBookBatch", {**asn, "parcels": parcel}))
    await walk.stand()
    for action in ("REFUSE_RELEASE", "RELEASE", "SHIP"):
        await walk.step(action)
    await walk.stand()
    await walk.step("SIGN")
    await walk.stand()

    made = await scenes.order(company, (product, 1), mode="CONSOLIDATION", until="DRAFT")
    walk = walks.of(made["id"], ORDER_INPUTS)
    await walk.step("DELETE")
    await walk.stand()
    walks.finish(blocked=frozenset({("CONFIRMED", "SUBMIT")}))
