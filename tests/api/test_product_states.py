"""Products once they are filed: what stays open, who disables and enables, what keeps them (PRD-5, PRD-7)."""

from __future__ import annotations

from typing import Any

import pytest

from exgo_gql.domain.actors import Role
from tests import scenes
from tests.stage import Company, Person, Stage

OPEN = {
    "remarks": "促销",
    "pictureUrl": "https://img.example/2.png",
    "barcode": "690-2",
    "lengthCm": "1.5",
    "widthCm": "2.5",
    "heightCm": "3.5",
    "grossWeightKg": "11",
    "declaredValue": "12.5",
    "vatInvoicePrice": "41",
    "salesPrice": "56.5",
    "contractPrice": "56.5",
}
LOCKED: dict[str, Any] = {
    "sku": "MW-99",
    "nameZh": "新",
    "nameEn": "New",
    "categoryCode": "HOME",
    "unitCode": "035",
    "brand": "B",
    "model": "M",
    "specification": "S",
    "countryCode": "DE",
    "netWeightKg": "1",
    "hsCode": "8414601000",
    "customsName": "新",
    "elements": [],
    "legalQty": "2",
    "secondQty": "2",
}


async def until(stage: Stage, company: Company, status: str) -> dict[str, Any]:
    made = await scenes.filed(company)
    if status == "DISABLED":
        made = await company.operator.do("productDisable", {"id": made["id"]}, "id sku version status")
    return made


@pytest.mark.parametrize("status", ["FILED", "DISABLED"])
async def test_open_fields_stay_open(stage: Stage, status: str) -> None:
    # PRD-5
    company = await stage.company()
    made = await until(stage, company, status)
    given = {"id": made["id"], "version": made["version"], **OPEN}
    done = await company.operator.do("productUpdate", given, f"status version {' '.join(OPEN)}")
    assert done == {"status": status, "version": made["version"] + 1, **OPEN}


@pytest.mark.parametrize("status", ["FILED", "DISABLED"])
async def test_all_else_is_locked(stage: Stage, status: str) -> None:
    # PRD-5
    company = await stage.company()
    made = await until(stage, company, status)
    base = {"id": made["id"], "version": made["version"]}
    async with stage.unchanged(company):
        for name, value in LOCKED.items():
            for given in (value, None):
                [error] = await company.operator.refused("productUpdate", {**base, name: given})
                assert (error["code"], error["path"]) == ("LOCKED_FIELD", ["input", name])
                assert error["message"] == f"This field is locked in state {status}."
        told = await company.operator.codes("productUpdate", {**base, **OPEN, "sku": "X", "brand": "Y"})
        assert sorted(told) == [("LOCKED_FIELD", "brand"), ("LOCKED_FIELD", "sku")]


@pytest.mark.parametrize("status", ["FILED", "DISABLED"])
async def test_the_price_rule_holds_once_filed(stage: Stage, status: str) -> None:
    # PRD-2, PRD-5
    company = await stage.company()
    made = await until(stage, company, status)
    base = {"id": made["id"], "version": made["version"]}
    async with stage.unchanged(company):
        for change, code in (
            ({"salesPrice": "39.9999"}, "PRICE_BELOW_INVOICE"),
            ({"vatInvoicePrice": "55.5001"}, "PRICE_BELOW_INVOICE"),
            ({"contractPrice": "55"}, "PRICE_NOT_CONTRACT"),
        ):
            assert await company.operator.codes("productUpdate", {**base, **change}) == [(code, "salesPrice")]
        told = await company.operator.codes("productUpdate", {**base, "salesPrice": None})
        assert told == [("REQUIRED", "salesPrice")]
        told = await company.operator.codes("productUpdate", {**base, "grossWeightKg": "9.4"})
        assert told == [("GROSS_BELOW_NET", "grossWeightKg")]


async def test_who_disables_enables(stage: Stage) -> None:
    # PRD-5
    company, admin = await stage.company(), stage.staff[Role.ADMIN]
    given = {"id": (await scenes.filed(company))["id"]}
    await company.operator.do("productDisable", given)
    async with stage.unchanged(company):
        assert await admin.codes("productEnable", given) == [("NOT_YOURS", "")]
    await company.owner.do("productEnable", given)
    await admin.do("productDisable", given)
    async with stage.unchanged(company):
        [error] = await company.owner.refused("productEnable", given)
        assert (error["code"], error["message"]) == (
            "DISABLED_BY_ADMIN",
            "An admin disabled it; only an admin can enable it.",
        )
    assert (await admin.do("productEnable", given, "status"))["status"] == "FILED"
    await company.operator.do("productDisable", given)  # and is the merchant's again
    assert (await company.operator.do("productEnable", given, "status"))["status"] == "FILED"


async def test_a_disabled_product_is_not_on_new_confirmed_documents(stage: Stage) -> None:
    # PRD-5: not on new confirmed ASNs and orders; what is confirmed runs on
    company = await stage.company()
    made = await scenes.filed(company)
    await scenes.stocked(company, (made["id"], 5))
    running = await scenes.asn(company, (made["id"], 1), until="CONFIRMED")
    confirmed = await scenes.order(company, (made["id"], 1), until="SUBMITTED")
    asn = await scenes.asn(company, (made["id"], 1))
    order = await scenes.order(company, (made["id"], 1), until="DRAFT")
    await company.operator.do("productDisable", {"id": made["id"]})
    async with stage.unchanged(company):
        [error] = await company.operator.refused("asnConfirm", {"id": asn["id"]})
        assert (error["code"], error["skus"]) == ("PRODUCT_NOT_FILED", [made["sku"]])
        [error] = await company.operator.refused("orderConfirm", {"id": order["id"]})
        assert (error["code"], error["path"], error["skus"]) == (
            "PRODUCT_NOT_FILED",
            ["input", "lines"],
            [made["sku"]],
        )
    await company.operator.do("asnSubmitReview", {"id": running["id"]})
    await stage.customs.do("orderApprove", {"id": confirmed["id"]})


class Holders:
    """What holds a product, step by step."""

    def __init__(self, stage: Stage, company: Company, product: dict[str, Any]) -> None:
        self.stage, self.company, self.product = stage, company, product

    async def are(self, *holders: str) -> None:
        """Deleting is refused, and names exactly these."""
        async with self.stage.unchanged(self.company):
            [error] = await self.company.operator.refused("productDelete", {"id": self.product["id"]})
            assert (error["__typename"], error["code"]) == ("InUseError", "IN_USE")
            assert error["holders"] == sorted(holders)
            assert all(holder in error["message"] for holder in holders)


@pytest.mark.parametrize("filed", [True, False])
async def test_a_draft_line_or_a_combo_keeps_a_product(stage: Stage, filed: bool) -> None:
    # PRD-7
    company = await stage.company()
    made, other = await (scenes.filed if filed else scenes.draft)(company), await scenes.draft(company)
    combo = await scenes.combo(company, (made["id"], 1), (other["id"], 1), file=False)
    asn = await scenes.asn(company, (made["id"], 1))
    order = await scenes.order(company, (made["id"], 1), until="DRAFT")
    holders = Holders(stage, company, made)
    await holders.are(combo["sku"], asn["receivingNo"], order["orderNo"])
    await company.operator.do("orderDelete", {"id": order["id"]})
    await company.operator.do("asnDelete", {"id": asn["id"]})
    await holders.are(combo["sku"])
    await company.operator.do("productDelete", {"id": combo["id"]})
    done = await company.operator.do("productDelete", {"id": made["id"]}, "status")
    assert done["status"] == "DELETED"


async def test_stock_keeps_a_product_until_it_is_shipped(stage: Stage) -> None:
    # PRD-7: no balance in any bucket but SHIPPED
    company, warehouse = await stage.company(), stage.warehouse
    made = await scenes.filed(company)
    holders = Holders(stage, company, made)
    asn = await scenes.asn(company, (made["id"], 2), until="IN_TRANSIT")
    await holders.are("NB01", asn["receivingNo"])
    await warehouse.do("asnArrive", {"id": asn["id"]})
    line = asn["lines"]["nodes"][0]["id"]
    counted = [{"lineId": line, "goodQty": 2, "damagedQty": 0}]
    await warehouse.do("asnBookBatch", {"id": asn["id"], "lines": counted})
    await warehouse.do("asnComplete", {"id": asn["id"]})
    await holders.are("NB01")  # PENDING
    asn = await scenes.read_asn(company, asn["id"])
    shelf = {"receiptLineId": asn["batches"]["nodes"][0]["lines"]["nodes"][0]["id"], "location": "A"}
    await warehouse.do("asnPutAway", {**shelf, "qty": 2})
    await holders.are("NB01")  # SELLABLE
    order = await scenes.order(company, (made["id"], 2), until="SUBMITTED")
    await holders.are("NB01", order["orderNo"])  # RESERVED
    await stage.customs.do("orderApprove", {"id": order["id"]})
    await warehouse.do("orderPick", {"id": order["id"]})
    parcels = [{"weightKg": "1"}]
    await warehouse.do(
        "orderShip", {"id": order["id"], "carrier": "DHL", "trackingNo": "1", "parcels": parcels}
    )
    assert await scenes.balance(company, made["id"]) == (0, 0, 0, 0, 0, 2)
    await company.operator.do("productDelete", {"id": made["id"]})


async def test_damaged_goods_keep_a_product(stage: Stage) -> None:
    company = await stage.company()
    made = await scenes.filed(company)
    asn = await scenes.asn(company, (made["id"], 1), until="RECEIVING")
    counted = [{"lineId": asn["lines"]["nodes"][0]["id"], "goodQty": 0, "damagedQty": 1}]
    await stage.warehouse.do("asnBookBatch", {"id": asn["id"], "lines": counted})
    await stage.warehouse.do("asnComplete", {"id": asn["id"]})
    assert await scenes.balance(company, made["id"]) == (0, 0, 0, 1, 0, 0)
    await Holders(stage, company, made).are("NB01")


async def test_a_deleted_product_stays_readable_with_its_log(stage: Stage) -> None:
    # PRD-7
    company = await stage.company()
    made = await scenes.draft(company)
    await company.operator.do("productDelete", {"id": made["id"]})
    query = """query($id: ID!, $sku: String!) { byId: product(id: $id) { sku status log { nodes { action } } }
        bySku: product(sku: $sku) { id } }"""
    found = await company.viewer.ask(query, {"id": made["id"], "sku": made["sku"]})
    assert found["byId"] == {
        "sku": made["sku"],
        "status": "DELETED",
        "log": {"nodes": [{"action": "product:delete"}, {"action": "product:create"}]},
    }
    assert found["bySku"] is None  # the number leads to living ones alone


async def test_available_actions_are_for_the_one_who_asks(stage: Stage) -> None:
    # API-1: allowed, maybe where only the mutation can decide, or blocked with the reason
    company = await stage.company()
    made = await scenes.draft(company)
    query = (
        """query($id: ID!) { product(id: $id) { availableActions { action availability code message } } }"""
    )

    async def shown(person: Person) -> dict[str, tuple[str, str | None]]:
        found = (await person.ask(query, {"id": made["id"]}))["product"]["availableActions"]
        assert all((a["message"] is None) == (a["availability"] != "BLOCKED") for a in found)
        return {a["action"]: (a["availability"], a["code"]) for a in found}

    illegal, not_yours = ("BLOCKED", "ILLEGAL_TRANSITION"), ("BLOCKED", "NOT_YOURS")
    shut = dict.fromkeys(("APPROVE", "REJECT", "DISABLE", "ENABLE"), illegal)
    open_ = {"UPDATE": ("ALLOWED", None), "FILE": ("MAYBE", None), "DELETE": ("MAYBE", None)}
    assert await shown(company.operator) == open_ | shut
    for person in (company.viewer, stage.customs, stage.support):
        assert await shown(person) == dict.fromkeys(open_, not_yours) | shut
