"""API-9: the GraphiQL page in a real browser, before a small server of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphiql_page import GraphiQLPage, opened
from graphiql_stub import ANSWER, CUSTOMS, OWNER, served
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio(loop_scope="function")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("operations")) as address:
        yield address


def nothing_wrong(graphiql: GraphiQLPage) -> None:
    assert graphiql.outside == []
    assert graphiql.problems == []


async def test_log_in_by_the_form_and_run_a_query(url: str) -> None:
    async with opened(url) as graphiql:
        await expect(graphiql.account).to_have_text("Not logged in")
        await graphiql.log_in(OWNER["email"], "wrong")
        await expect(graphiql.refusal).to_have_text("E-mail or password is wrong.")

        await graphiql.log_in(OWNER["email"], OWNER["password"])
        await expect(graphiql.account).to_contain_text(OWNER["email"])
        await expect(graphiql.page.locator(".exgo-card")).to_contain_text("深圳某某贸易")

        await graphiql.write("{ viewer { role } }")
        assert await graphiql.run() == {"data": {"viewer": {"role": "OWNER"}}}

        await graphiql.log_out()
        await expect(graphiql.account).to_have_text("Not logged in")
        assert await graphiql.run() == {"data": {"viewer": None}}
        nothing_wrong(graphiql)


async def test_the_form_asks_for_a_captcha_where_log_in_does(tmp_path: Path) -> None:
    document = "mutation { captcha: captchaCreate { id image } }"
    with served(tmp_path, captcha=document) as url:
        async with opened(url) as graphiql:
            await graphiql.log_in(OWNER["email"], OWNER["password"], captcha="wrong")
            await expect(graphiql.refusal).to_have_text("Those are not the characters.")
            await expect(graphiql.page.locator("input[name=answer]")).to_have_value("")
            await graphiql.log_in(OWNER["email"], OWNER["password"], captcha=ANSWER)
            await expect(graphiql.account).to_contain_text(OWNER["email"])
            nothing_wrong(graphiql)


async def test_the_schema_comes_with_the_log_in(url: str) -> None:
    async with opened(url) as graphiql:
        await graphiql.show("Documentation Explorer")
        docs = graphiql.page.locator(".graphiql-doc-explorer")
        await expect(docs).not_to_contain_text("Mutation")
        await graphiql.log_in(OWNER["email"], OWNER["password"])
        await graphiql.show("Documentation Explorer")
        await expect(docs).to_contain_text("Mutation")
        nothing_wrong(graphiql)


async def test_a_flow_needs_no_id_copied_by_hand(url: str) -> None:
    async with opened(url) as graphiql:
        await graphiql.open_operation("Create a product")
        assert await graphiql.variables() == {"name": "青花瓷杯"}
        await graphiql.log_in_as("owner")
        await expect(graphiql.account).to_contain_text(OWNER["email"])
        created = (await graphiql.run_by_keyboard())["data"]
        assert isinstance(created, dict)
        product_id = created["productCreate"]["product"]["id"]
        await expect(graphiql.outcome).to_contain_text(f'productId = "{product_id}"')
        assert await graphiql.kept() == {"productId": product_id}

        await graphiql.page.reload()
        await expect(graphiql.account).to_contain_text(OWNER["email"])
        assert await graphiql.kept() == {"productId": product_id}
        await graphiql.next_step()
        assert "ProductFile" in await graphiql.document()
        assert await graphiql.variables() == {"productId": product_id}
        refused = await graphiql.run()
        assert "FORBIDDEN" in str(refused)
        await expect(graphiql.outcome).to_contain_text("Refused")

        await graphiql.log_in_as("customs")
        await expect(graphiql.account).to_contain_text(CUSTOMS["email"])
        assert CUSTOMS["email"] in str(await graphiql.run())
        await expect(graphiql.outcome).to_contain_text("Done")
        nothing_wrong(graphiql)


async def test_what_was_asked_ends_with_the_browsers_tab(url: str) -> None:
    async with opened(url) as graphiql:
        await graphiql.write("query Private($id: ID) { language }", {"id": "personal"})
        await graphiql.run()
        await graphiql.page.wait_for_function("() => JSON.stringify(sessionStorage).includes('personal')")
        lasting = str(await graphiql.page.evaluate("() => JSON.stringify(localStorage)"))
        assert "Private" not in lasting
        assert "personal" not in lasting


async def test_the_chosen_language_goes_with_every_request(url: str) -> None:
    async with opened(url) as graphiql:
        await graphiql.use_language("zh-CN")
        await expect(graphiql.account).to_have_text("未登录")
        await graphiql.write("{ language }")
        assert await graphiql.run() == {"data": {"language": "zh-CN"}}
        nothing_wrong(graphiql)


async def test_a_subscription_arrives_event_by_event(url: str) -> None:
    async with opened(url) as graphiql:
        await graphiql.write("subscription Count($to: Int!) { count(to: $to) }", {"to": 3})
        await graphiql.run()
        lines = graphiql.page.locator(".graphiql-response .view-lines")
        await expect(lines).to_contain_text('"count": 3')

        await graphiql.write("subscription Count($to: Int!) { count(to: $to) }", {"to": 1000000})
        await graphiql.run()
        await expect(lines).to_contain_text(re.compile(r'"count":\s\d\d'))
        await graphiql.page.get_by_role("button", name="Stop query").click()
        await expect(graphiql.page.get_by_role("button", name="Execute query")).to_be_visible()
        assert "count" in str(await graphiql.answer())
        nothing_wrong(graphiql)


async def test_the_editor_lives_under_the_policy(url: str) -> None:
    """Its parts load code, workers and styles of their own, some of them late: all must live."""
    async with opened(url) as graphiql:
        await graphiql.log_in(OWNER["email"], OWNER["password"])
        await graphiql.show("Documentation Explorer")
        await expect(graphiql.page.locator(".graphiql-doc-explorer")).to_contain_text("Query")

        await graphiql.type("query($x:Int){lang")
        suggestion = graphiql.page.locator(".suggest-widget .monaco-list-row").first
        await expect(suggestion).to_contain_text("language")
        await graphiql.page.keyboard.press("Enter")
        await graphiql.page.get_by_role("button", name="Prettify query").click()
        await expect(graphiql.page.locator(".graphiql-query-editor .view-line")).to_have_count(4)
        assert await graphiql.document() == "query ($x: Int) {\n  language\n}\n"
        await expect(graphiql.page.locator(".graphiql-query-editor .cdr.squiggly-error")).to_have_count(1)

        await graphiql.page.get_by_role("button", name="Open settings dialog").click()
        await graphiql.page.get_by_role("button", name="Dark").click()
        await graphiql.page.keyboard.press("Escape")
        await (
            graphiql.page.locator(".graphiql-query-editor")
            .get_by_text("language")
            .click(modifiers=["Control"])
        )
        await expect(graphiql.page.locator(".graphiql-doc-explorer-title")).to_have_text("language")
        nothing_wrong(graphiql)
