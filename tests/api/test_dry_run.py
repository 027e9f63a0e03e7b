"""Dry runs (API-4), several mutations in one request, and what the operation log says (OPS-3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests import scenes
from tests.stage import OBJECTS, Person, Stage

DRY = ", dryRun: true"


async def dry(person: Person, mutation: str, given: dict[str, Any], select: str = "id") -> Any:
    return await person.act(mutation, given, select, arguments=DRY)


async def test_a_dry_run_creates_nothing(stage: Stage) -> None:
    # API-4
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    inputs = {
        "productCreate": scenes.product_input(),
        "asnCreate": scenes.asn_input("STOCK", lines=[{"productId": product, "qty": 1}]),
        "orderCreate": scenes.order_input("STOCK", (product, 1)),
        "vehicleCreate": {"plate": "浙B", "warehouseCode": "NB01"},
    }
    async with stage.unchanged(company):
        for mutation, given in inputs.items():
            payload = await dry(company.operator, mutation, given)
            assert (payload[OBJECTS[mutation]], payload["errors"]) == (None, [])
            status = [] if mutation == "vehicleCreate" else [{"field": "status", "old": [], "new": ["DRAFT"]}]
            assert payload["wouldChange"] == status


async def test_a_dry_run_says_what_would_change(stage: Stage) -> None:
    # API-4: the object as it stands, and wouldChange
    company = await stage.company()
    made = await scenes.draft(company)
    given = {"id": made["id"], "version": 1, "nameZh": "新名", "remarks": "新", "brand": "NOVA"}
    async with stage.unchanged(company):
        payload = await dry(company.operator, "productUpdate", given, "nameZh version")
        assert payload["product"] == {"nameZh": "微波炉", "version": 1}
        assert payload["wouldChange"] == [
            {"field": "nameZh", "old": ["微波炉"], "new": ["新名"]},
            {"field": "remarks", "old": [], "new": ["新"]},
        ]
        payload = await dry(company.operator, "productFile", {"id": made["id"]}, "status")
        assert payload["product"] == {"status": "DRAFT"}
        assert payload["wouldChange"] == [{"field": "status", "old": ["DRAFT"], "new": ["FILING"]}]
    payload = await company.operator.act("productFile", {"id": made["id"]})
    assert payload["wouldChange"] is None


async def test_a_dry_run_makes_the_same_checks(stage: Stage) -> None:
    # API-4
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    asn = await scenes.asn(company)
    order = await scenes.order(company, (product, 5), until="CONFIRMED")
    async with stage.unchanged(company):
        for mutation, given, code in (
            ("productUpdate", {"id": product, "version": 1, "remarks": "x"}, "STALE_VERSION"),
            ("productUpdate", {"id": product, "version": 3, "sku": "x"}, "LOCKED_FIELD"),
            ("productFile", {"id": product}, "ILLEGAL_TRANSITION"),
            ("asnConfirm", {"id": asn["id"]}, "EMPTY"),
            ("productDelete", {"id": product}, "IN_USE"),
            ("orderConfirm", {"id": "x"}, "NOT_FOUND"),
        ):
            payload = await dry(company.operator, mutation, given)
            assert [e["code"] for e in payload["errors"]] == [code]
            assert (payload[OBJECTS[mutation]], payload["wouldChange"]) == (None, None)
        payload = await dry(
            company.operator, "orderSubmit", {"id": order["id"]}, "status exceptions { code }"
        )
        assert payload["order"] == {"status": "CONFIRMED", "exceptions": []}
        assert payload["wouldChange"] == [{"field": "status", "old": ["CONFIRMED"], "new": ["EXCEPTION"]}]
        query = f"mutation($i: ProductIdInput!) {{ productFile(input: $i{DRY}) {{ errors {{ code }} }} }}"
        answer = await company.viewer.answer(query, {"i": {"id": product}})
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_dry_run_moves_no_stock_and_leaves_no_key(stage: Stage) -> None:
    company = await stage.company()
    product = (await scenes.filed(company))["id"]
    await scenes.stocked(company, (product, 5))
    order = await scenes.order(company, (product, 5))
    jobs = await stage.admin.fetchval("select count(*) from pgqueuer")
    async with stage.unchanged(company):
        payload = await company.operator.act(
            "orderSubmit", {"id": order["id"]}, "status", arguments=f'{DRY}, idempotencyKey: "K"'
        )
        assert payload["wouldChange"] == [{"field": "status", "old": ["CONFIRMED"], "new": ["SUBMITTED"]}]
    assert await stage.admin.fetchval("select count(*) from pgqueuer") == jobs
    assert await scenes.balance(company, product) == (0, 0, 5, 0, 0, 0)
    payload = await company.operator.act("orderSubmit", {"id": order["id"]}, "status")
    assert payload["order"] == {"status": "SUBMITTED"}


async def test_several_mutations_run_in_order_and_one_refusal_undoes_no_other(stage: Stage) -> None:
    company = await stage.company()
    made = await scenes.draft(company)
    query = """mutation($id: ID!) {
        a: productUpdate(input: {id: $id, version: 1, remarks: "一"}) { product { version remarks } errors { code } }
        b: productUpdate(input: {id: $id, version: 1, remarks: "二"}) { product { version } errors { code } }
        c: productUpdate(input: {id: $id, version: 2, brand: "三"}) { product { version remarks brand } errors { code } }
        d: productFile(input: {id: $id}) { product { status version } errors { code } } }"""
    found = await company.operator.ask(query, {"id": made["id"]})
    assert found["a"] == {"product": {"version": 2, "remarks": "一"}, "errors": []}
    assert found["b"] == {"product": None, "errors": [{"code": "STALE_VERSION"}]}
    assert found["c"] == {"product": {"version": 3, "remarks": "一", "brand": "三"}, "errors": []}
    assert found["d"] == {"product": {"status": "FILING", "version": 4}, "errors": []}


async def test_a_request_has_at_most_four_mutations(stage: Stage) -> None:
    # rule 17
    company = await stage.company()
    parts = " ".join(f'm{n}: productDelete(input: {{id: "x"}}) {{ errors {{ code }} }}' for n in range(5))
    answer = await company.operator.answer(f"mutation {{ {parts} }}")
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


LOG = """query($id: ID!) { product(id: $id) { log(first: 20) { nodes { action at stateBefore stateAfter version reason
    requestId actor { kind role name address } changes { field old new } } } } }"""


async def test_the_log_says_who_when_and_from_where(stage: Stage) -> None:
    # OPS-3
    company = await stage.company()
    made = await scenes.draft(company)
    headers = {"x-request-id": "req-12345678"}
    given = {"id": made["id"], "version": 1, "nameZh": "新名", "grossWeightKg": "10"}
    await company.operator.act("productUpdate", given, **headers)
    row = (await company.viewer.ask(LOG, {"id": made["id"]}))["product"]["log"]["nodes"][0]
    name = await stage.admin.fetchval("select name from users where id = $1", company.operator.user_id)
    assert row["actor"] == {"kind": "USER", "role": "OPERATOR", "name": name, "address": "127.0.0.1"}
    assert (row["action"], row["requestId"], row["version"]) == ("product:update", "req-12345678", 2)
    assert (row["stateBefore"], row["stateAfter"], row["reason"]) == ("DRAFT", "DRAFT", None)
    assert [(c["old"], c["new"]) for c in row["changes"]] == [(["微波炉"], ["新名"]), ([], ["10"])]


async def test_a_merchant_sees_the_role_of_staff_and_no_name(stage: Stage) -> None:
    # OPS-3: never name or address
    company = await stage.company()
    made = await scenes.draft(company)
    await company.operator.do("productFile", {"id": made["id"]})
    await stage.customs.do("productReject", {"id": made["id"], "reason": "资料不全"})
    shown = {}
    for who, person in (("merchant", company.owner), ("staff", stage.support)):
        rows = (await person.ask(LOG, {"id": made["id"]}))["product"]["log"]["nodes"]
        shown[who] = rows[0]
        assert rows[0]["reason"] == "资料不全"
        assert rows[1]["actor"]["name"] is not None  # the merchant's own people are shown
    name = await stage.admin.fetchval("select name from users where id = $1", stage.customs.user_id)
    assert shown["merchant"]["actor"] == {"kind": "STAFF", "role": "CUSTOMS", "name": None, "address": None}
    assert shown["staff"]["actor"] == {
        "kind": "STAFF",
        "role": "CUSTOMS",
        "name": name,
        "address": "127.0.0.1",
    }


@pytest.mark.parametrize("statement", ["update {} set at = now()", "delete from {}", "truncate {} cascade"])
@pytest.mark.parametrize("table", ["operation_logs", "stock_movements", "outbox"])
async def test_ledgers_are_append_only(stage: Stage, table: str, statement: str) -> None:
    # OPS-3, INV-1: at the database too, whoever asks
    company = await stage.company()
    await scenes.draft(company)
    with pytest.raises(Exception, match="append-only"):
        await stage.admin.execute(statement.format(table))
