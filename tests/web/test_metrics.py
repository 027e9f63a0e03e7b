"""``/metrics``: how operations were answered, and what the process uses."""

from __future__ import annotations

import re

from tests.stage import Person, Stage

PRODUCTS = "{ products(first: 1) { totalCount } }"
VIEWER = "{ viewer { email } }"
_SAMPLE = re.compile(r"exgo_operations_total\{(.*)\} (\S+)")


async def page(stage: Stage) -> str:
    """The whole page."""
    answer = await stage.http.get("/metrics")
    assert answer.status_code == 200
    return answer.text


async def counted(stage: Stage) -> dict[str, float]:
    """Operations by their labels, as the page writes them."""
    return {labels: float(value) for labels, value in _SAMPLE.findall(await page(stage))}


async def added(person: Person, document: str) -> dict[str, float]:
    """What a document adds to the counters."""
    before = await counted(person.stage)
    await person.post(document)
    after = await counted(person.stage)
    assert after.keys() == before.keys()
    return {labels: after[labels] - before[labels] for labels in after if after[labels] != before[labels]}


def loaded(reason: str) -> dict[str, float]:
    return {f'execution="loaded",reason="{reason}"': 1}


async def test_each_operation_counts_once_with_how_it_was_answered(stage: Stage) -> None:
    owner = (await stage.company()).owner
    assert await added(owner, PRODUCTS) == {'execution="planned",reason=""': 1}
    assert await added(owner, VIEWER) == loaded("resolver")
    assert await added(owner, "mutation { logout { errors { code } } }") == loaded("mutation")
    assert await added(stage.anonymous, PRODUCTS) == loaded("anonymous")


async def test_what_is_refused_before_it_runs_is_not_counted(stage: Stage) -> None:
    owner = (await stage.company()).owner
    for document in ("{", "{ nothing }", "query($v: Int!) { products(first: $v) { totalCount } }"):
        assert await added(owner, document) == {}


async def test_every_way_is_there_from_the_beginning(stage: Stage) -> None:
    assert {'execution="planned",reason=""', *loaded("failed"), *loaded("off")} <= (
        await counted(stage)
    ).keys()


async def test_the_page_has_ours_and_the_processs_own_and_nothing_else(stage: Stage) -> None:
    names = set(re.findall(r"^# TYPE (\S+)", await page(stage), re.MULTILINE))
    assert {"exgo_operations_total", "process_resident_memory_bytes", "python_gc_collections_total"} <= names
    assert {name for name in names if not name.startswith(("exgo_", "process_", "python_gc_"))} == set()
    assert {name for name in names if name.endswith("_created")} == set()


async def test_the_page_holds_nothing_that_was_sent(stage: Stage) -> None:
    company = await stage.company()
    await company.owner.post('query Secret { product(sku: "HIDDEN") { id } }', authorization="Bearer wrong")
    await company.owner.post('query Secret { product(sku: "HIDDEN") { id } }')
    shown = await page(stage)
    assert [word for word in ("Secret", "HIDDEN", str(company.id), "product") if word in shown] == []


async def test_it_is_prometheus_text_for_get_alone(stage: Stage) -> None:
    answer = await stage.http.get("/metrics")
    assert re.fullmatch(r"text/plain; version=[\d.]+; charset=utf-8", answer.headers["content-type"])
    assert answer.text.endswith("\n")
    assert (await stage.http.post("/metrics")).status_code == 405
