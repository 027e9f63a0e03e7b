"""The GraphiQL page as its user meets it, whatever server stands behind: log in, write, run, follow steps."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Locator, Page, Request, async_playwright, expect

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

_IN_PAGE = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error('violation', event.violatedDirective, event.blockedURI, event.sourceFile, event.lineNumber));
globalThis.editorModel = (name) => __MONACO.editor.getModels().find((model) => model.uri.path.includes(name));
"""


class GraphiQLPage:
    """One tab of a browser with the page in it, and what went wrong there."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.origin = urlsplit(url).netloc
        self.requests: list[str] = []
        self.problems: list[str] = []
        page.on("request", self._on_request)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _on_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(message.text)

    @property
    def outside(self) -> list[str]:
        """Requests that left the page's origin."""
        sent = [url for url in self.requests if not url.startswith(("data:", "blob:"))]
        return [url for url in sent if urlsplit(url).netloc != self.origin]

    # Panels

    async def show(self, title: str) -> None:
        """Opens a panel: "Account", "Saved operations", "Documentation Explorer" or "History"."""
        button = self.page.get_by_role("button", name=f"Show {title}")
        if await button.count():
            await button.click()

    async def use_language(self, tag: str) -> None:
        await self.page.locator(".exgo-header select").select_option(tag)

    # Account

    async def log_in(self, email: str, password: str, captcha: str | None = None) -> None:
        """By the form; ends when the page shows the account or a refusal."""
        await self.show("Account")
        await self.page.locator("input[name=email]").fill(email)
        await self.page.locator("input[name=password]").fill(password)
        if captcha is not None:
            await self.page.locator("input[name=answer]").fill(captcha)
        await self.page.locator(".exgo-form button[type=submit]").click()
        await expect(self.page.locator(".exgo-card, .exgo-refusal").first).to_be_visible()

    async def log_in_as(self, label: str) -> None:
        """By the button that demonstration mode offers, in whichever panel is open."""
        await self.page.get_by_role("button", name=f"Log in as {label}").first.click()

    async def log_out(self) -> None:
        await self.show("Account")
        await self.page.locator(".exgo-card button").click()
        await expect(self.page.locator(".exgo-form")).to_be_visible()

    @property
    def account(self) -> Locator:
        """Who is logged in, as the header says."""
        return self.page.locator(".exgo-who")

    @property
    def refusal(self) -> Locator:
        """Why the last log-in failed."""
        return self.page.locator("p.exgo-refusal").first

    # Editor

    async def write(self, document: str, variables: dict[str, object] | None = None) -> None:
        """Replaces what the editors hold. Not by keys: the editor would add closing brackets of its own."""
        for model, text in (("variables", json.dumps(variables or {})), ("operation", document)):
            await self.page.evaluate("([name, text]) => editorModel(name).setValue(text)", [model, text])
        # GraphiQL reads the operation's name a tenth of a second after the last change.
        await self.page.wait_for_timeout(300)

    async def write_headers(self, headers: dict[str, str]) -> None:
        """Replaces the headers that go with every request from the editor."""
        await self.page.evaluate("(text) => editorModel('headers').setValue(text)", json.dumps(headers))

    async def type(self, text: str) -> None:
        """Types into the operation editor, as fingers do, in place of what is there."""
        await self._focus_editor()
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.type(text, delay=20)

    async def _focus_editor(self) -> None:
        await self.page.locator(".graphiql-query-editor .view-lines").click()

    async def run(self) -> dict[str, object]:
        """By the button."""
        await self._clear_answer()
        await self.page.locator(".graphiql-execute-button").click()
        return await self.answer()

    async def run_by_keyboard(self) -> dict[str, object]:
        """By Ctrl-Enter, wherever the focus is: pages that lose it fail here."""
        await self._clear_answer()
        await self.page.keyboard.press("Control+Enter")
        return await self.answer()

    async def _clear_answer(self) -> None:
        await self.page.evaluate("() => editorModel('response').setValue('')")

    async def answer(self) -> dict[str, object]:
        """The answer in full: the editor on the screen holds only the lines in sight."""
        await self.page.wait_for_function("() => editorModel('response').getValue()")
        value: dict[str, object] = json.loads(await self._text("response"))
        return value

    async def document(self) -> str:
        return await self._text("operation")

    async def variables(self) -> dict[str, object]:
        value: dict[str, object] = json.loads(await self._text("variables") or "{}")
        return value

    async def _text(self, model: str) -> str:
        text: str = await self.page.evaluate("(name) => editorModel(name).getValue()", model)
        return text

    # How it ran

    @property
    def report_button(self) -> Locator:
        """Whether answers tell how they were made."""
        return self.page.get_by_role("button", name="How it ran")

    @property
    def report(self) -> Locator:
        """How the answer in sight was made."""
        return self.page.locator(".exgo-report")

    # Saved operations

    async def open_operation(self, title: str) -> None:
        await self.show("Saved operations")
        # The search unfolds the flow that holds it.
        await self.page.locator(".exgo-search").fill(title)
        exactly = self.page.get_by_text(title, exact=True)
        await self.page.locator(".exgo-step .exgo-row").filter(has=exactly).click()
        await self.page.locator(".exgo-search").fill("")

    async def next_step(self) -> None:
        """By the button below the answer."""
        await self.page.locator(".exgo-footer-row > button").click()

    @property
    def outcome(self) -> Locator:
        """How the last run of the step went, and what was kept of it."""
        return self.page.locator(".exgo-outcome")

    async def kept(self) -> dict[str, str]:
        """What the page remembers, as its panel shows it."""
        await self.show("Saved operations")
        rows = self.page.locator(".exgo-remembered dl > div")
        return {
            await row.locator("dt").inner_text(): await row.locator("dd").inner_text()
            for row in await rows.all()
        }


@asynccontextmanager
async def opened(url: str, *, dark: bool = False, language: str = "en-GB") -> AsyncIterator[GraphiQLPage]:
    """A fresh browser with the page loaded and its editor ready."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = await browser.new_context(
            viewport={"width": 1500, "height": 850}, color_scheme="dark" if dark else "light", locale=language
        )
        await context.add_init_script(_IN_PAGE)
        graphiql = GraphiQLPage(await context.new_page(), url)
        await graphiql.page.goto(url)
        await graphiql.page.locator(".graphiql-query-editor .view-lines").wait_for()
        yield graphiql
        await browser.close()
