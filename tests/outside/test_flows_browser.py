"""API-9: the saved operations walked in a real browser, before the real server with its demonstration."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from graphiql_page import GraphiQLPage, opened
from playwright.async_api import expect

from exgo_gql.seeds.demo import ACCOUNTS, PASSWORD
from exgo_gql.web.graphiql import Operation
from tests.api.test_operations import (
    FLOWS,
    OUTCOMES,
    PARCELS,
    PRODUCT,
    REFUSALS,
    STOCK,
    accounts_for,
    value_at,
)

pytestmark = pytest.mark.asyncio(loop_scope="function")

DECISION = 20.0
"""Seconds that customs may take to decide."""


def nothing_wrong(graphiql: GraphiQLPage) -> None:
    assert graphiql.outside == []
    assert graphiql.problems == []


async def walk(graphiql: GraphiQLPage, flow: str) -> None:
    """Every step from the first, which is open, as a newcomer takes them: by "Next" below each answer."""
    steps = FLOWS[flow]
    for step in steps:
        await is_open(graphiql, step)
        await become(graphiql, step)
        answer = await run(graphiql, step)
        outcome = "Refused, as this step is meant to show" if step.refused else "Done"
        await expect(graphiql.outcome).to_contain_text(outcome)
        await expect(graphiql.outcome).not_to_contain_text("Not found in the answer")
        assert shown(step, answer) == OUTCOMES.get(step.name, {}), (step.title, answer)
        if step is not steps[-1]:
            await graphiql.next_step()
    await expect(graphiql.page.locator(".exgo-flow[open] summary").filter(has_text=flow)).to_contain_text(
        f"{len(steps)}/{len(steps)}"
    )


async def is_open(graphiql: GraphiQLPage, step: Operation) -> None:
    await graphiql.page.wait_for_function(
        "(text) => editorModel('operation').getValue().trim() === text", arg=step.document.strip()
    )
    row = graphiql.page.locator(".exgo-step-current .exgo-row")
    await expect(row).to_contain_text(step.title)
    await expect(row).to_be_in_viewport()


async def become(graphiql: GraphiQLPage, step: Operation) -> None:
    """By the button that the step offers, where it wants somebody else."""
    for label in step.accounts:
        [account] = accounts_for(label)
        if account.email not in await graphiql.account.inner_text():
            await graphiql.log_in_as(account.label)
            await expect(graphiql.account).to_contain_text(account.email)


async def run(graphiql: GraphiQLPage, step: Operation) -> dict[str, Any]:
    """Once; where customs are asked, as often as it takes them to decide."""
    answer: dict[str, Any] = await graphiql.run()
    if step.title.startswith("See what customs decided"):
        async with asyncio.timeout(DECISION):
            while shown(step, answer) != OUTCOMES[step.name]:
                answer = await graphiql.run()
    return answer


def shown(step: Operation, answer: dict[str, Any]) -> dict[str, Any]:
    """What the answer says where the step's outcome is looked for."""
    return {path: value_at(path, answer["data"]) for path in OUTCOMES.get(step.name, {})}


async def test_log_in_by_the_form_ask_and_log_out(url: str) -> None:
    owner = ACCOUNTS[0]
    async with opened(url) as graphiql:
        await graphiql.log_in(owner.email, PASSWORD)
        await expect(graphiql.account).to_contain_text(owner.email)
        await graphiql.write(
            """query Order($status: [OrderStatus!]) {
              orders(first: 1, filter: {status: $status, mode: STOCK}) {
                nodes { status lines { product { sku merchant { companyName } inventory { totalCount } } }
                        tracking(last: 1) { nodes { status } } }
              }
            }""",
            {"status": ["SIGNED"]},
        )
        answer: dict[str, Any] = await graphiql.run()
        [order] = answer["data"]["orders"]["nodes"]
        assert order["status"] == "SIGNED"
        assert order["lines"][0]["product"]["merchant"]["companyName"] == "宁波悦达跨境电子商务有限公司"

        await graphiql.log_out()
        await expect(graphiql.account).to_have_text("Not logged in")
        assert "UNAUTHENTICATED" in str(await graphiql.run())
        nothing_wrong(graphiql)


async def test_from_the_first_product_to_the_signed_parcel(url: str) -> None:
    async with opened(url) as graphiql:
        await graphiql.open_operation(FLOWS[PRODUCT][0].title)
        await walk(graphiql, PRODUCT)
        await graphiql.next_step()
        await walk(graphiql, STOCK)
        kept = await graphiql.kept()
        assert kept["goodsAId"] == kept["productId"]
        nothing_wrong(graphiql)


async def test_parcels_in_and_parcels_out(url: str) -> None:
    async with opened(url) as graphiql:
        await graphiql.open_operation(FLOWS[PARCELS][0].title)
        await walk(graphiql, PARCELS)
        nothing_wrong(graphiql)


async def test_refusals_count_as_done_where_they_are_meant(url: str) -> None:
    async with opened(url) as graphiql:
        await graphiql.open_operation(FLOWS[REFUSALS][0].title)
        await walk(graphiql, REFUSALS)
        await expect(graphiql.page.locator(".exgo-mark-refused")).to_have_count(0)
        nothing_wrong(graphiql)


async def test_opened_again_a_step_has_new_numbers_but_what_the_user_wrote_stays(url: str) -> None:
    first = FLOWS[PRODUCT][0]
    async with opened(url) as graphiql:
        await graphiql.open_operation(first.title)
        once = await graphiql.variables()
        assert "{{" not in str(once)
        await graphiql.open_operation(first.title)
        again = await graphiql.variables()
        assert again.keys() == once.keys()
        assert {name for name in once if once[name] != again[name]} == {"sku"}

        await graphiql.write(first.document, {**again, "sku": "MY-OWN", "nameZh": "我的水杯"})
        await graphiql.open_operation(first.title)
        assert await graphiql.variables() == {**again, "sku": "MY-OWN", "nameZh": "我的水杯"}
        nothing_wrong(graphiql)
