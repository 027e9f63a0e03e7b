"""What types refuse before any rule is asked, lists that are too long, and ids that lead nowhere."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from exgo_gql.loaders.ids import decode, encode
from tests import scenes
from tests.stage import INPUT_TYPES, OBJECTS, Person, Stage

SECRET = "s3cret"


async def top_level(person: Person, mutation: str, given: Any, **headers: str) -> dict[str, Any]:
    """The one top-level error of a mutation that is refused before it runs."""
    query = (
        f"mutation($input: {INPUT_TYPES[mutation]}!) {{ {mutation}(input: $input) {{ errors {{ code }} }} }}"
    )
    answer = await person.answer(query, {"input": given}, **headers)
    assert "data" not in answer
    [error] = answer["errors"]
    return dict(error)


DECIMALS = (
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "1e5",
    "1E5",
    "",
    " 1",
    "1 ",
    "1.",
    ".5",
    "+1",
    "1,5",
    "0x10",
    "１",
    "1_000",
    "--1",
    f"1{SECRET}",
    "1" * 17,
    "1." + "0" * 9,
    1,
    1.5,
    -1,
    True,
    [],
    {},
    ["1"],
)


@pytest.mark.parametrize("value", DECIMALS, ids=repr)
async def test_decimals(stage: Stage, value: Any) -> None:
    company = await stage.company()
    await scenes.learn_category(stage)
    async with stage.unchanged(company):
        error = await top_level(company.operator, "productCreate", scenes.product_input(salesPrice=value))
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert "salesPrice" in error["message"]
        assert SECRET not in error["message"]
        if isinstance(value, str) and len(value) > 4:
            assert value not in error["message"]  # rule 20: never what was sent


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("expectedArrivalDate", "2026-02-29"),
        ("expectedArrivalDate", "2026-13-01"),
        ("expectedArrivalDate", "2026-00-10"),
        ("expectedArrivalDate", "0000-01-01"),
        ("expectedArrivalDate", "2026-1-1"),
        ("expectedArrivalDate", "20260101"),
        ("expectedArrivalDate", "2026-W01-1"),
        ("expectedArrivalDate", "2026-01-01T00:00:00Z"),
        ("expectedArrivalDate", "２０２６-01-01"),
        ("expectedArrivalDate", SECRET),
        ("expectedArrivalDate", 20260101),
        ("packages", "1"),
        ("packages", 1.5),
        ("packages", 2**31),
        ("packages", True),
        ("type", "purchase"),
        ("type", SECRET),
        ("type", 1),
        ("mode", "BOTH"),
        ("contact", 1),
        ("contact", ["x"]),
        ("contact", None),
        ("warehouseCode", None),
        ("vehicleId", 1.5),
        ("vehicleId", {}),
        ("lines", [{"productId": "x"}]),
        ("lines", [{"productId": "x", "qty": None}]),
        ("lines", [None]),
        ("lines", [{"productId": "x", "qty": 1, "price": SECRET}]),
        ("colour", SECRET),
        ("\u0430", 1),
    ],
    ids=repr,
)
async def test_values_of_the_wrong_type(stage: Stage, name: str, value: Any) -> None:
    company = await stage.company()
    async with stage.unchanged(company):
        error = await top_level(company.operator, "asnCreate", {**scenes.asn_input("STOCK"), name: value})
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert SECRET not in str(error)


@pytest.mark.parametrize(
    "at",
    [
        "yesterday",
        "2026-11-23",
        "2026-11-23T08:00:00",
        "2026-11-23T25:00:00Z",
        1700000000,
        "0001-01-01T00:00:00+14:00",
    ],
)
async def test_instants(stage: Stage, at: Any) -> None:
    given = {"id": "x", "at": at, "status": "IN_TRANSIT"}
    error = await top_level(stage.warehouse, "orderTrack", given)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_nul_and_lone_surrogates(stage: Stage) -> None:
    company = await stage.company()
    await scenes.learn_category(stage)
    async with stage.unchanged(company):
        for name in ("sku", "remarks", "hsCode", "unitCode", "id"):
            error = await top_level(company.operator, "productCreate", scenes.product_input(**{name: "a\0b"}))
            assert error["extensions"]["code"] == "BAD_USER_INPUT"
        for raw, code in (
            (b'{"query": "{ viewer { name } }", "variables": {"a": "\\ud800"}}', "BAD_REQUEST"),
            (b'{"query": "{ product(sku: \\"\\\\ud800\\") { id } }"}', "GRAPHQL_PARSE_FAILED"),
            (b'{"query": "{ product(sku: \\"\\\\u0000\\") { id } }"}', "BAD_USER_INPUT"),
        ):
            headers = {
                "authorization": f"Bearer {company.operator.token}",
                "content-type": "application/json",
            }
            answer = (await stage.http.post("/graphql", content=raw, headers=headers)).json()
            assert answer["errors"][0]["extensions"]["code"] == code


async def test_lists_too_long(stage: Stage) -> None:
    # rule 17: an input list has at most 250 items
    company = await stage.company()
    product = (await scenes.draft(company))["id"]
    asn = await scenes.asn(company)
    async with stage.unchanged(company):
        for mutation, given in (
            ("asnAddLines", {"lines": [{"productId": product, "qty": 1}] * 251}),
            ("asnRemoveLines", {"lineIds": ["x"] * 251}),
            ("asnAddOrders", {"orderIds": ["x"] * 251}),
        ):
            error = await top_level(company.operator, mutation, {"id": asn["id"], "version": 1, **given})
            expected = {"code": "LIMIT_EXCEEDED", "limit": "items", "most": 250, "actual": 251}
            assert error["extensions"] == expected


def strange_ids(of: str) -> list[str]:
    """Ids that lead nowhere: unknown ones of the type, and what is no id of it at all."""
    kind, row = decode(of) or ("", None)
    assert row is not None
    unknown = encode(kind, type(row)(int=row.int ^ 1))
    return [
        unknown,
        encode("Warehouse", row),
        encode(kind.lower(), row),
        str(row),
        of[:-1],
        f" {of}",
        f"{of}=",
        base64.b64encode(b"Product:short").decode(),
        "",
        "1",
        "null",
        "' or 1=1 --",
        "🚚",
        "A" * 5_000,
    ]


STEPS = {
    "product": ("productFile", "productDisable", "productEnable", "productDelete"),
    "asn": ("asnConfirm", "asnTakeBack", "asnSubmitReview", "asnDispatch", "asnRecall", "asnDelete"),
    "order": ("orderConfirm", "orderToDraft", "orderSubmit", "orderDelete"),
}


@pytest.mark.parametrize("subject", STEPS)
async def test_ids_that_lead_nowhere(stage: Stage, subject: str) -> None:
    # rule 4: a foreign id and an unknown id answer alike
    company, other = await stage.company(), await stage.company()
    made = {
        "product": await scenes.draft(other),
        "asn": await scenes.asn(other),
        "order": await scenes.order(other, ((await scenes.filed(other))["id"], 1)),
    }
    id_ = made[subject]["id"]
    async with stage.unchanged(company, other):
        for mutation in STEPS[subject]:
            answers = [
                await company.operator.act(mutation, {"id": strange}) for strange in (id_, *strange_ids(id_))
            ]
            for payload in answers:
                [error] = payload["errors"]
                assert payload[OBJECTS[mutation]] is None
                assert (error["__typename"], error["code"]) == ("NotFoundError", "NOT_FOUND")
                assert (error["path"], error["message"]) == (["input", "id"], f"There is no such {subject}.")
            assert all(answer == answers[0] for answer in answers)


async def test_ids_within_an_input(stage: Stage) -> None:
    company, other = await stage.company(), await stage.company()
    foreign = (await scenes.draft(other))["id"]
    truck = await scenes.vehicle(other)
    line = {"qty": 1, "unitPrice": "1"}
    async with stage.unchanged(company, other):
        for strange in (foreign, *strange_ids(foreign)):
            for mutation, given in (
                ("asnCreate", scenes.asn_input("STOCK", lines=[{**line, "productId": strange}])),
                ("orderCreate", scenes.order_input("STOCK", lines=[{**line, "productId": strange}])),
            ):
                assert await company.operator.codes(mutation, given) == [("NOT_FOUND", "lines.0.productId")]
        for strange in (truck, *strange_ids(truck)):
            given = scenes.asn_input("STOCK", vehicleId=strange)
            assert await company.operator.codes("asnCreate", given) == [("NOT_FOUND", "vehicleId")]
