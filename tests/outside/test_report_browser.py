"""How a query ran, in the GraphiQL page, before the real server with its demonstration."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from graphiql_page import GraphiQLPage, opened
from playwright.async_api import expect

from exgo_gql.domain.actors import Role
from exgo_gql.seeds.demo import ACCOUNTS, PASSWORD
from tests.e2e.serving import LOG_IN

pytestmark = pytest.mark.asyncio(loop_scope="function")

PAGE = "query Page { orders(first: 2) { totalCount nodes { orderNo lines { product { sku } } } } }"
VIEWER = "query Me { viewer { email } }"


def email_of(role: Role) -> str:
    return next(account.email for account in ACCOUNTS if account.role is role)


def unspaced(text: str) -> str:
    return re.sub(r"\s", "", text)


async def told(graphiql: GraphiQLPage, document: str) -> dict[str, Any]:
    """What the answer says beside its data."""
    await graphiql.write(document)
    answer: dict[str, Any] = await graphiql.run()
    assert "errors" not in answer
    found: dict[str, Any] = answer["extensions"]
    return found


async def test_support_sees_the_statement_or_why_there_is_none(url: str) -> None:
    async with opened(url) as graphiql:
        await graphiql.log_in(email_of(Role.SUPPORT), PASSWORD)
        assert (await told(graphiql, PAGE)).keys() == {"cost"}
        await expect(graphiql.report).to_have_count(0)

        await graphiql.report_button.click()
        extensions = await told(graphiql, PAGE)
        assert (extensions["execution"], extensions["statements"]) == ("planned", 1)
        await expect(graphiql.report.locator("summary")).to_have_text("planned · 1 statement")
        await graphiql.report.locator("summary").click()
        shown = await graphiql.report.locator("pre").inner_text()
        assert unspaced(shown) == unspaced(extensions["explain"]["statement"])
        assert max(map(len, shown.splitlines())) < len(shown) / 3

        extensions = await told(graphiql, VIEWER)
        assert (extensions["execution"], extensions["explain"]["statement"]) == ("loaded", None)
        await expect(graphiql.report).to_have_text("loaded · 0 statements · resolver: Query.viewer")
        assert graphiql.problems == []
        assert graphiql.outside == []


async def test_a_merchant_sees_how_but_not_by_which_statement(url: str) -> None:
    async with opened(url) as graphiql:
        await graphiql.log_in(email_of(Role.OWNER), PASSWORD)
        await graphiql.report_button.click()
        assert (await told(graphiql, PAGE)).keys() == {"cost", "execution", "statements"}
        await expect(graphiql.report).to_have_text("planned · 1 statement")
        await expect(graphiql.report.locator("details")).to_have_count(0)
        await graphiql.use_language("zh-CN")
        await expect(graphiql.report).to_have_text("planned · 1 条语句")
        assert graphiql.problems == []


async def test_the_choice_lasts_and_each_tab_keeps_its_own_report(url: str) -> None:
    async with opened(url) as graphiql:
        await expect(graphiql.report_button).to_have_attribute("aria-pressed", "false")
        await graphiql.report_button.click()
        await graphiql.page.reload()
        await expect(graphiql.report_button).to_have_attribute("aria-pressed", "true")

        await told(graphiql, VIEWER)
        await expect(graphiql.report).to_have_text("loaded · 0 statements")
        await graphiql.page.get_by_role("button", name="New tab").click()
        await expect(graphiql.report).to_have_count(0)
        await graphiql.report_button.click()
        assert (await told(graphiql, VIEWER)).keys() == {"cost"}
        await graphiql.page.get_by_role("tab", name="Me").first.click()
        await expect(graphiql.report).to_have_text("loaded · 0 statements")
        assert graphiql.problems == []


async def test_queries_alone_are_asked_how_they_ran(url: str) -> None:
    async with opened(url) as graphiql:
        await graphiql.log_in(email_of(Role.SUPPORT), PASSWORD)
        await graphiql.report_button.click()
        await told(graphiql, PAGE)
        await expect(graphiql.report).to_be_visible()
        assert (await told(graphiql, "mutation { logout { errors { code } } }")).keys() == {"cost"}
        await expect(graphiql.report).to_have_count(0)
        await expect(graphiql.account).to_have_text("Not logged in")
        assert graphiql.problems == []


async def test_headers_that_name_somebody_else_are_answered_all_the_same(url: str) -> None:
    given = {"email": email_of(Role.OWNER), "password": PASSWORD}
    async with httpx.AsyncClient() as http:
        answer = await http.post(url, json={"query": LOG_IN, "variables": {"input": given}})
    token = answer.json()["data"]["login"]["token"]
    async with opened(url) as graphiql:
        await graphiql.log_in(email_of(Role.SUPPORT), PASSWORD)
        await graphiql.report_button.click()
        await graphiql.write_headers({"Authorization": f"Bearer {token}"})
        assert (await told(graphiql, PAGE)).keys() == {"cost", "execution", "statements"}
        await expect(graphiql.report).to_have_text("planned · 1 statement")
        [refused] = graphiql.problems  # the browser's own line on the first try
        assert "403" in refused
