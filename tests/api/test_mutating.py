"""What every mutation has: idempotency keys (API-3, rule 12)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests import scenes
from tests.stage import Company, Person, Stage
from tests.walks import attempt

KEY = "idempotency-key"


async def keyed(
    person: Person, mutation: str, given: dict[str, Any], key: str, select: str = "id", **headers: str
) -> Any:
    """A mutation with its key as an argument."""
    return await person.act(mutation, given, select, arguments=f', idempotencyKey: "{key}"', **headers)


async def kept(stage: Stage, person: Person) -> list[str]:
    """The keys that a person has."""
    rows = await stage.admin.fetch(
        "select key from kept_outcomes where caller_id = $1 order by id", person.user_id
    )
    return [row["key"] for row in rows]


async def how_many(stage: Stage, company: Company) -> int:
    return int(await stage.admin.fetchval("select count(*) from products where merchant_id = $1", company.id))


async def test_a_repeat_answers_from_the_kept_outcome(stage: Stage) -> None:
    # API-3: re-read for the selection asked, marked as replayed
    company = await stage.company()
    await scenes.learn_category(stage)
    given = scenes.product_input()
    first = await keyed(company.operator, "productCreate", given, "K-1")
    assert (first["replayed"], first["errors"]) == (False, [])
    id_ = first["product"]["id"]
    await company.operator.do("productUpdate", {"id": id_, "version": 1, "nameZh": "新名"})
    async with stage.unchanged(company):
        again = await keyed(company.operator, "productCreate", given, "K-1", "id nameZh version")
    assert (again["replayed"], again["errors"]) == (True, [])
    assert again["product"] == {"id": id_, "nameZh": "新名", "version": 2}
    assert await how_many(stage, company) == 1


async def test_a_step_is_taken_once(stage: Stage) -> None:
    company = await stage.company()
    made = await scenes.asn(company, ((await scenes.filed(company))["id"], 3), until="APPROVED")
    answers = [await keyed(company.operator, "asnDispatch", {"id": made["id"]}, "go", "status") for _ in "12"]
    assert [a["replayed"] for a in answers] == [False, True]
    assert [a["asn"]["status"] for a in answers] == ["IN_TRANSIT"] * 2
    [line] = made["lines"]["nodes"]
    assert await scenes.balance(company, line["product"]["id"]) == (3, 0, 0, 0, 0, 0)


async def test_the_same_key_many_times_at_once_has_one_effect(stage: Stage) -> None:
    company = await stage.company()
    await scenes.learn_category(stage)
    given = scenes.product_input()
    answers = await asyncio.gather(*(keyed(company.operator, "productCreate", given, "K") for _ in range(8)))
    assert [a["errors"] for a in answers] == [[]] * 8
    assert sorted(a["replayed"] for a in answers) == [False] + [True] * 7
    assert len({a["product"]["id"] for a in answers}) == 1
    assert await how_many(stage, company) == 1


async def test_a_header_belongs_to_the_request_and_is_joined_with_the_place(stage: Stage) -> None:
    # rule 12
    company = await stage.company()
    await scenes.learn_category(stage)
    query = """mutation($a: ProductCreateInput!, $b: ProductCreateInput!) {
        a: productCreate(input: $a) { product { sku } replayed errors { code } }
        b: productCreate(input: $b) { product { sku } replayed errors { code } } }"""
    one, two = scenes.product_input(), scenes.product_input()
    sent = {"a": one, "b": two}
    first = await company.operator.ask(query, sent, **{KEY: "R-1"})
    again = await company.operator.ask(query, sent, **{KEY: "R-1"})
    for answer, replayed in ((first, False), (again, True)):
        assert {n: (m["product"]["sku"], m["replayed"]) for n, m in answer.items()} == {
            "a": (one["sku"], replayed),
            "b": (two["sku"], replayed),
        }
    assert await how_many(stage, company) == 2
    swapped = await company.operator.ask(query, {"a": two, "b": one}, **{KEY: "R-1"})
    codes = [error["code"] for m in swapped.values() for error in m["errors"]]
    assert codes == ["IDEMPOTENCY_MISMATCH"] * 2


async def test_an_argument_goes_before_the_header(stage: Stage) -> None:
    company = await stage.company()
    await scenes.learn_category(stage)
    given = scenes.product_input()
    await keyed(company.operator, "productCreate", given, "arg", **{KEY: "header"})
    assert await kept(stage, company.operator) == ["arg"]
    again = await keyed(company.operator, "productCreate", given, "arg", **{KEY: "another"})
    assert again["replayed"] is True


async def test_another_body_under_the_same_key_is_refused(stage: Stage) -> None:
    # API-3
    company = await stage.company()
    await scenes.learn_category(stage)
    given = scenes.product_input()
    made = await keyed(company.operator, "productCreate", given, "K-1")
    async with stage.unchanged(company):
        for mutation, other in (
            ("productCreate", {**given, "nameZh": "别的"}),
            ("productCreate", {**given, "remarks": None}),
            ("productDelete", {"id": made["product"]["id"]}),
        ):
            payload = await keyed(company.operator, mutation, other, "K-1")
            [error] = payload["errors"]
            assert (payload["product"], payload["replayed"]) == (None, False)
            assert (error["code"], error["path"]) == ("IDEMPOTENCY_MISMATCH", ["idempotencyKey"])


async def test_a_refused_attempt_keeps_nothing(stage: Stage) -> None:
    # API-3: refusals keep nothing
    company = await stage.company()
    await scenes.learn_category(stage)
    given = scenes.product_input()
    async with stage.unchanged(company):
        payload = await keyed(company.operator, "productCreate", {**given, "sku": "a b"}, "K-1")
        assert payload["errors"][0]["code"] == "TEXT_FORMAT"
    assert await kept(stage, company.operator) == []
    payload = await keyed(company.operator, "productCreate", given, "K-1")
    assert (payload["replayed"], payload["errors"]) == (False, [])


async def test_keys_are_their_callers_own(stage: Stage) -> None:
    # rule 12: unique per caller
    company, other = await stage.company(), await stage.company()
    await scenes.learn_category(stage)
    people = (company.operator, company.owner, other.operator)
    answers = [await keyed(p, "productCreate", scenes.product_input(), "K") for p in people]
    assert [a["replayed"] for a in answers] == [False] * 3
    assert len({a["product"]["id"] for a in answers}) == 3


async def test_staff_have_keys_too(stage: Stage) -> None:
    company = await stage.company()
    made = await scenes.draft(company)
    await company.operator.do("productFile", {"id": made["id"]})
    given = {"id": made["id"], "filingNo": "F-1"}
    key = scenes.number("K")
    answers = [await keyed(stage.customs, "productApprove", given, key, "status") for _ in "12"]
    assert [(a["replayed"], a["product"]["status"]) for a in answers] == [(False, "FILED"), (True, "FILED")]


@pytest.mark.parametrize("key", ["", " ", "a b", "键", "a\u00e9", "a\tb", "x" * 256])
async def test_keys_that_cannot_be(stage: Stage, key: str) -> None:
    # rule 12: at most 255 visible ASCII characters
    company = await stage.company()
    await scenes.learn_category(stage)
    query = """mutation($i: ProductCreateInput!, $k: String) {
        productCreate(input: $i, idempotencyKey: $k) { errors { code path message } } }"""
    async with stage.unchanged(company):
        answer = await company.operator.ask(query, {"i": scenes.product_input(), "k": key})
        [error] = answer["productCreate"]["errors"]
        assert (error["code"], error["path"]) == ("IDEMPOTENCY_KEY_INVALID", ["idempotencyKey"])
        assert error["message"] == "An idempotency key is 1 to 255 visible ASCII characters."
        if key.isascii() and key.strip() == key and "\t" not in key:
            payload = await company.operator.act("productDelete", {"id": "x"}, **{KEY: key})
            assert payload["errors"][0]["code"] == "IDEMPOTENCY_KEY_INVALID"


async def test_the_longest_key_in_the_longest_place(stage: Stage) -> None:
    company = await stage.company()
    await scenes.learn_category(stage)
    alias = "a" * 1_000
    query = f"mutation($i: ProductCreateInput!) {{ {alias}: productCreate(input: $i) {{ replayed errors {{ code }} }} }}"
    given, key = scenes.product_input(), "!~" + "x" * 253
    for replayed in (False, True):
        answer = await company.operator.ask(query, {"i": given}, **{KEY: key})
        assert answer[alias] == {"replayed": replayed, "errors": []}
    payload = await keyed(company.operator, "productCreate", scenes.product_input(), "y" * 255)
    assert payload["errors"] == []


async def test_keys_are_kept_for_24_hours(stage: Stage) -> None:
    # API-3
    company = await stage.company()
    made = await scenes.draft(company)
    given = {"id": made["id"]}

    async def age(hours: str) -> None:
        await stage.admin.execute(
            "update kept_outcomes set created_at = now() - $2::text::interval where caller_id = $1",
            company.operator.user_id,
            hours,
        )

    assert (await keyed(company.operator, "productFile", given, "K"))["replayed"] is False
    await age("23 hours 59 minutes")
    assert (await keyed(company.operator, "productFile", given, "K"))["replayed"] is True
    await age("24 hours 1 minute")
    payload = await keyed(company.operator, "productFile", given, "K")
    assert payload["errors"][0]["code"] == "ILLEGAL_TRANSITION"  # it is done anew, and is not legal any more
    payload = await keyed(company.operator, "productCreate", scenes.product_input(), "K")
    assert (payload["replayed"], payload["errors"]) == (False, [])  # and is free for something else


async def test_permission_is_asked_again(stage: Stage) -> None:
    # rule 12
    company = await stage.company()
    await scenes.learn_category(stage)
    given = scenes.product_input()
    await keyed(company.operator, "productCreate", given, "K")
    await stage.admin.execute("update users set role = 'VIEWER' where id = $1", company.operator.user_id)
    async with Stage.open(stage.fresh) as other:  # whose process remembers no viewer
        demoted = replace(company.operator, stage=other)
        assert await attempt(demoted, "productCreate", given) == ("FORBIDDEN", "product:create")
        payload = await demoted.answer(
            'mutation($i: ProductCreateInput!) { productCreate(input: $i, idempotencyKey: "K") { product { id } } }',
            {"i": given},
        )
    assert payload["data"] is None
    assert payload["errors"][0]["extensions"]["code"] == "FORBIDDEN"
