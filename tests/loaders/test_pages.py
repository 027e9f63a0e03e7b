"""Keyset pages: both ways, over ties and inserts, the same rows as the whole list; nonsense is refused unread."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exgo_gql.loaders import ids
from tests import scenes
from tests.loaders.conftest import statements_of
from tests.stage import Company, Stage

ROWS = 25
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@dataclass
class Shelf:
    """Products entered in five instants, five in each: every order of the list has ties."""

    company: Company
    rows: list[dict[str, Any]]

    def sorted_by(self, sort: str) -> list[str]:
        """The SKUs as the whole list has them."""
        by = {
            "NEWEST": (lambda row: (row["created_at"], row["id"]), True),
            "OLDEST": (lambda row: (row["created_at"], row["id"]), False),
            "SKU": (lambda row: (row["sku"], row["id"]), False),
            "UPDATED": (lambda row: (row["updated_at"], row["id"]), True),
        }
        key, descending = by[sort]
        return [row["sku"] for row in sorted(self.rows, key=key, reverse=descending)]


INSERT = """insert into products (id, merchant_id, kind, status, sku, name_zh, name_en, currency_code,
                                  created_at, updated_at)
            values ($1, $2, 'COMBO', 'DRAFT', $3, '套装', 'Set', 'USD', $4, $5)"""


async def put(
    stage: Stage, company: Company, sku: str, created: dt.datetime, updated: dt.datetime
) -> dict[str, Any]:
    row = {"id": uuid4(), "sku": sku, "created_at": created, "updated_at": updated}
    await stage.admin.execute(INSERT, row["id"], company.id, sku, created, updated)
    return row


@pytest_asyncio.fixture(scope="module")
async def shelf(shared: Stage) -> Shelf:
    company = await shared.company()
    rows = []
    for i in range(ROWS):
        created = NOON + dt.timedelta(microseconds=i % 5)
        rows.append(
            await put(shared, company, f"T-{i * 7 % ROWS:02d}", created, NOON + dt.timedelta(hours=i % 3))
        )
    return Shelf(company, rows)


PAGE = """query($first: Int, $after: String, $last: Int, $before: String, $sort: ProductSort) {
    products(first: $first, after: $after, last: $last, before: $before, sort: $sort) {
        nodes { sku } edges { cursor node { sku } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


async def page(company: Company, **given: Any) -> tuple[list[str], dict[str, Any]]:
    found = (await company.viewer.ask(PAGE, given))["products"]
    skus = [node["sku"] for node in found["nodes"]]
    assert [edge["node"]["sku"] for edge in found["edges"]] == skus
    cursors = [edge["cursor"] for edge in found["edges"]]
    info = found["pageInfo"]
    assert (info["startCursor"], info["endCursor"]) == (
        (cursors[0], cursors[-1]) if cursors else (None, None)
    )
    return skus, info


async def forward(company: Company, size: int, sort: str) -> AsyncIterator[list[str]]:
    cursor, more = None, True
    while more:
        skus, info = await page(company, first=size, after=cursor, sort=sort)
        assert info["hasPreviousPage"] == (cursor is not None)
        cursor, more = info["endCursor"], info["hasNextPage"]
        assert len(skus) == size or not more
        yield skus


async def backward(company: Company, size: int, sort: str) -> AsyncIterator[list[str]]:
    cursor, more = None, True
    while more:
        skus, info = await page(company, last=size, before=cursor, sort=sort)
        assert info["hasNextPage"] == (cursor is not None)
        cursor, more = info["startCursor"], info["hasPreviousPage"]
        assert len(skus) == size or not more
        yield skus


@pytest.mark.parametrize("sort", ["NEWEST", "OLDEST", "SKU", "UPDATED"])
@pytest.mark.parametrize("size", [1, 2, 7, 24, 25, 100])
async def test_walks_both_ways_give_the_whole_in_order(shelf: Shelf, size: int, sort: str) -> None:
    whole = shelf.sorted_by(sort)
    assert len(whole) == ROWS
    assert [sku async for skus in forward(shelf.company, size, sort) for sku in skus] == whole
    pages = [skus async for skus in backward(shelf.company, size, sort)]
    assert [sku for skus in reversed(pages) for sku in skus] == whole


async def test_every_cursor_leads_on_from_its_own_place(shelf: Shelf) -> None:
    edges = (await shelf.company.viewer.ask(PAGE, {"first": 100}))["products"]["edges"]
    whole = shelf.sorted_by("NEWEST")
    for place, edge in enumerate(edges):
        assert (await page(shelf.company, first=100, after=edge["cursor"]))[0] == whole[place + 1 :]
        assert (await page(shelf.company, last=100, before=edge["cursor"]))[0] == whole[:place]


async def test_a_page_holds_twenty_unless_asked(shelf: Shelf) -> None:
    skus, info = await page(shelf.company)
    assert skus == shelf.sorted_by("NEWEST")[:20]
    assert info["hasNextPage"]
    assert (await page(shelf.company, before=info["endCursor"]))[0] == skus[:19]


async def test_a_page_of_none(shelf: Shelf) -> None:
    skus, info = await page(shelf.company, first=0)
    assert (skus, info["hasNextPage"], info["endCursor"]) == ([], True, None)
    skus, info = await page(shelf.company, last=0)
    assert (skus, info["hasPreviousPage"], info["startCursor"]) == ([], True, None)


async def test_an_empty_list(shared: Stage) -> None:
    company = await shared.company()
    for asked in ({"first": 5}, {"last": 5}):
        nowhere = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
        assert await page(company, **asked) == ([], nowhere)


async def test_rows_that_come_meanwhile_shift_nothing(stage: Stage) -> None:
    """What stood there when the walk began comes once; what is new comes once if it lies ahead."""
    company = await stage.company()
    old = [(await put(stage, company, f"A{i:02d}", NOON, NOON))["sku"] for i in range(23)]
    walked: list[str] = []
    async for skus in forward(company, 4, "NEWEST"):
        walked += skus
        behind, ahead = NOON + dt.timedelta(hours=1), NOON - dt.timedelta(hours=1)
        await put(stage, company, f"BEHIND{len(walked)}", behind, behind)
        if len(walked) == 8:
            await put(stage, company, "AHEAD", ahead, ahead)
    assert sorted(walked) == sorted([*old, "AHEAD"])


async def test_rows_that_go_meanwhile_shift_nothing(stage: Stage) -> None:
    company = await stage.company()
    old = [(await put(stage, company, f"A{i:02d}", NOON, NOON))["sku"] for i in range(23)]
    walked: list[str] = []
    async for skus in forward(company, 5, "SKU"):
        walked += skus
        for statement in (
            "delete from product_grams g using products p where p.id = g.product_id",
            "delete from products p where true",
        ):
            await stage.admin.execute(
                f"{statement} and p.merchant_id = $1 and p.sku = $2", company.id, skus[-1]
            )
    assert walked == old


async def test_nested_pages_of_many_owners(stage: Stage) -> None:
    """Each owner has its own page and its own ends."""
    company = await stage.company()
    made = [await scenes.draft(company) for _ in range(3)]
    for product in made[:2]:
        for number in range(2 if product is made[0] else 5):
            given = {"id": product["id"], "version": number + 1, "remarks": str(number)}
            await company.operator.do("productUpdate", given)
    query = """query($ids: [ID!]!, $n: Int) { nodes(ids: $ids) { ... on Product { log(first: $n) {
        totalCount nodes { version } pageInfo { hasNextPage endCursor } } } } }"""
    data = await company.viewer.ask(query, {"ids": [product["id"] for product in made], "n": 3})
    logs = [node["log"] for node in data["nodes"]]
    assert [[entry["version"] for entry in log["nodes"]] for log in logs] == [[3, 2, 1], [6, 5, 4], [1]]
    assert [log["totalCount"] for log in logs] == [3, 6, 1]
    assert [log["pageInfo"]["hasNextPage"] for log in logs] == [False, True, False]
    rest = await company.viewer.ask(
        """query($id: ID!, $c: String) { product(id: $id) { log(after: $c) { nodes { version }
           pageInfo { hasNextPage hasPreviousPage } } } }""",
        {"id": made[1]["id"], "c": logs[1]["pageInfo"]["endCursor"]},
    )
    ends = {"hasNextPage": False, "hasPreviousPage": True}
    found = {"nodes": [{"version": 3}, {"version": 2}, {"version": 1}], "pageInfo": ends}
    assert rest["product"]["log"] == found


# -- nonsense -----------------------------------------------------------------------------------------------


def encoded(value: Any) -> str:
    """A value as a cursor holds it, or whatever there is of it that JSON cannot."""
    try:
        return base64.b64encode(orjson.dumps(value)).decode()
    except (TypeError, ValueError):  # lone surrogates, numbers past 64 bits
        return base64.b64encode(repr(value).encode("utf-8", "replace")).decode()


def cursor(*values: Any) -> str:
    return encoded(list(values))


GOOD = cursor("2026-11-23T12:00:00+00:00", str(UUID(int=1)))
MIXED = {
    "both ways": {"first": 1, "last": 1},
    "first with before": {"first": 1, "before": GOOD},
    "last with after": {"last": 1, "after": GOOD},
    "after with before": {"after": GOOD, "before": GOOD},
}
GARBAGE = {
    "empty": "",
    "no base64": "%%%",
    "no ASCII": "游标",
    "no JSON": base64.b64encode(b"\xff\xfe").decode(),
    "no list": base64.b64encode(b'{"a": 1}').decode(),
    "too short": cursor("2026-11-23T12:00:00+00:00"),
    "too long": cursor("2026-11-23T12:00:00+00:00", str(UUID(int=1)), 1),
    "null": cursor(None, str(UUID(int=1))),
    "nested": cursor(["2026-11-23"], str(UUID(int=1))),
    "true": encoded([True, str(UUID(int=1))]),
    "float": cursor(1.5, str(UUID(int=1))),
    "no instant": cursor("yesterday", str(UUID(int=1))),
    "no uuid": cursor("2026-11-23T12:00:00+00:00", "1"),
    "another list's": cursor("SKU-1", str(UUID(int=1))),
    "infinity": cursor("infinity", str(UUID(int=1))),
    "an id": ids.encode("Product", UUID(int=1)),
}


async def refused(stage: Stage, company: Company, given: dict[str, Any]) -> dict[str, Any]:
    """The error of a page that is not read."""
    stage.statements.clear()
    response = await company.viewer.post(PAGE, given)
    assert response.status_code == 200
    [error] = response.json()["errors"]
    assert statements_of(stage) == []
    extensions: dict[str, Any] = error["extensions"]
    return extensions


@pytest.mark.parametrize("mixed", MIXED)
async def test_a_page_goes_one_way(stage: Stage, shelf: Shelf, mixed: str) -> None:
    assert await refused(stage, shelf.company, MIXED[mixed]) == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize("side", ["after", "before"])
@pytest.mark.parametrize("garbage", GARBAGE)
async def test_what_is_no_cursor_is_refused(stage: Stage, shelf: Shelf, garbage: str, side: str) -> None:
    assert await refused(stage, shelf.company, {side: GARBAGE[garbage]}) == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize("side", ["first", "last"])
async def test_a_page_has_its_limit(stage: Stage, shelf: Shelf, side: str) -> None:
    # Rule 17
    limit = {"code": "LIMIT_EXCEEDED", "limit": "page", "most": 100}
    for size in (101, 2**31 - 1):
        assert await refused(stage, shelf.company, {side: size}) == {**limit, "actual": size}
    assert await refused(stage, shelf.company, {side: -1}) == {"code": "BAD_USER_INPUT"}
    skus, _ = await page(shelf.company, **{side: 100})
    assert len(skus) == ROWS


@pytest.mark.parametrize(
    ("sort", "values"),
    [
        ("NEWEST", ("2026-11-23T12:00:00Z", str(UUID(int=1)))),
        ("NEWEST", ("2026-11-23 12:00:00.000001+08:00", str(UUID(int=1)).upper())),
        ("SKU", ("", str(UUID(int=1)))),
        ("SKU", ("微波炉'--\n", str(UUID(int=1)))),
    ],
)
async def test_a_cursor_that_somebody_made_is_a_place_like_any(
    shelf: Shelf, sort: str, values: tuple[str, ...]
) -> None:
    made = cursor(*values)
    after, _ = await page(shelf.company, first=100, after=made, sort=sort)
    before, _ = await page(shelf.company, last=100, before=made, sort=sort)
    assert before + after == shelf.sorted_by(sort)


INSTANTS = st.one_of(
    st.datetimes(timezones=st.none() | st.timezones()).map(dt.datetime.isoformat),
    st.from_regex(
        r"[0-9]{4}-?(W[0-5][0-9]-?[1-7]|[01][0-9]-?[0-3][0-9])([T ][0-9:.,]{0,12}(Z|[+-][0-9:.]{2,12})?)?"
    ),
    st.dates().map(dt.date.isoformat),
    st.sampled_from(
        ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-W01-1", "20260101T000000"]
    ),
)
UUIDS = st.one_of(
    st.uuids().map(str),
    st.uuids().map(lambda id_: id_.hex),
    st.uuids().map(lambda id_: f"{{{id_}}}"),
    st.uuids().map(lambda id_: f"urn:uuid:{id_}"),
    st.uuids().map(lambda id_: "-".join(id_.hex)),
)
TEXTS = st.text(max_size=20)
NUMBERS = st.one_of(
    st.integers(), st.integers().map(str), st.sampled_from(["1_000", " 7 ", "+3", "١٢", "２", "-0"])
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
CURSORS = st.one_of(
    st.tuples(INSTANTS | TEXTS | NUMBERS, UUIDS | TEXTS).map(lambda values: encoded(list(values))),
    st.lists(INSTANTS | UUIDS | TEXTS | NUMBERS | JSON, max_size=4).map(encoded),
    JSON.map(encoded),
    st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode()),
    st.text(max_size=60),
)


LISTS = {
    "products": ("SKU", "NEWEST"),
    "orders": ("REFERENCE", "UPDATED"),
    "vehicles": ("NEWEST",),
    "inventory": ("MOVED",),
    "hsCodes": ("CODE",),
}


@given(
    root=st.sampled_from(sorted(LISTS)),
    text=CURSORS,
    back=st.booleans(),
    size=st.none() | st.integers(-(2**31), 2**31 - 1) | st.integers(0, 100),
)
@example(root="products", text=cursor("2026-W01-1", str(UUID(int=1))), back=False, size=1)
@example(
    root="products", text=cursor("2026-11-23T12:00:00+00:00", f"urn:uuid:{UUID(int=1)}"), back=True, size=1
)
@example(root="products", text=cursor("0001-01-01T00:00:00+23:59", str(UUID(int=1))), back=False, size=None)
@example(root="products", text=cursor("9999-12-31T23:59:59-15:00", str(UUID(int=1))), back=False, size=None)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_cursor_is_a_fault_of_ours(
    shared: Stage, shelf: Shelf, root: str, text: str, back: bool, size: int | None
) -> None:
    # Rule 18
    side, bound = ("before", "last") if back else ("after", "first")
    for sort in LISTS[root]:
        query = f"""query($c: String, $n: Int) {{ {root}({side}: $c, {bound}: $n, sort: {sort}) {{
            nodes {{ id }} pageInfo {{ endCursor }} }} }}"""
        response = await shelf.company.viewer.post(query, {"c": text, "n": size})
        assert response.status_code == 200, response.text
        codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
        assert codes <= {"BAD_USER_INPUT", "LIMIT_EXCEEDED"}, response.text


@given(numbers=st.lists(NUMBERS, min_size=2, max_size=2), text=TEXTS)
@example(numbers=[2**31, 1], text="")
@example(numbers=["1_000", 1], text="")
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_cursor_of_a_number_is_a_fault_of_ours(
    shared: Stage, rich: Any, numbers: list[Any], text: str
) -> None:
    """The lines of an ASN are ordered by their place: an integer."""
    query = "query($id: ID!, $c: String) { asn(id: $id) { lines(after: $c) { nodes { id } } } }"
    for values in ([numbers[0], str(UUID(int=1))], numbers, [text, str(UUID(int=1))]):
        given_ = {"id": rich.stocked["id"], "c": encoded(values)}
        answer = await rich.company.viewer.answer(query, given_)
        assert {error["extensions"]["code"] for error in answer.get("errors", [])} <= {"BAD_USER_INPUT"}, (
            answer
        )
