"""Reference data: what is there, and that it can be written again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable

import pytest

from exgo_gql.seeds.check_digits import barcode, credit_check, credit_code, organisation_check
from exgo_gql.seeds.reference import seed_reference
from tests.seeds.tables import contents, credit_code_holds
from tests.stage import Fresh

NewDatabase = Callable[..., Awaitable[Fresh]]


async def test_counts_and_values(new_database: NewDatabase) -> None:
    fresh = await new_database()
    async with fresh.owner() as owner:
        counts = {
            table: await owner.fetchval(f"select count(*) from {table}")
            for table in ("countries", "units", "transport_methods", "hs_codes")
        }
        assert counts == {"countries": 249, "units": 123, "transport_methods": 6, "hs_codes": 18}
        currencies = dict(await owner.fetch("select code, places from currencies"))
        assert {c: currencies[c] for c in ("CNY", "USD", "EUR", "JPY", "KRW", "KWD")} == {
            "CNY": 2,
            "USD": 2,
            "EUR": 2,
            "JPY": 0,
            "KRW": 0,
            "KWD": 3,
        }
        warehouses = dict(await owner.fetch("select code, name_zh from warehouses"))
        assert {"NB01", "HZ01", "ZZ01", "SZ01"} <= warehouses.keys()
        assert warehouses["NB01"] == "宁波保税仓"
        units = await owner.fetch("select name_zh, name_en from units")
        assert all(row["name_en"].isascii() and row["name_en"].strip() for row in units)
        assert await owner.fetchval("select name_zh from countries where code = 'DE'") == "德国"


async def test_categories_are_a_tree_of_three_levels(new_database: NewDatabase) -> None:
    fresh = await new_database()
    async with fresh.owner() as owner:
        rows = {r["code"]: r for r in await owner.fetch("select code, parent_code, path from categories")}
    assert 40 <= len(rows) <= 50
    for code, row in rows.items():
        parent = rows[row["parent_code"]]["path"] + "/" if row["parent_code"] else ""
        assert row["path"] == parent + code
    assert {row["path"].count("/") for row in rows.values()} == {0, 1, 2}


async def test_hs_codes_have_their_elements(new_database: NewDatabase) -> None:
    fresh = await new_database()
    async with fresh.owner() as owner:
        code = await owner.fetchrow("select * from hs_codes where code = '8211100000'")
        assert code is not None
        assert (code["edition"], code["valid_from"], code["valid_to"]) == (
            "DEMO-2026",
            dt.date(2026, 1, 1),
            None,
        )
        assert (code["first_unit_code"], code["second_unit_code"]) == ("035", "006")
        elements = await owner.fetch(
            "select position, name, kind, required from hs_elements where hs_code_id = $1 order by position",
            code["id"],
        )
        everything = await owner.fetch("select name, kind, required from hs_elements")
    assert [tuple(e) for e in elements] == [
        (1, "品牌类型", "CHOICE", True),
        (2, "出口享惠情况", "CHOICE", True),
        (3, "材质（不锈钢制等）", "TEXT", True),
        (4, "式样（刃面固定、刃面不固定）", "TEXT", True),
        (5, "是否成套", "TEXT", True),
        (6, "品牌（中文或外文名称）", "TEXT", True),
        (7, "型号", "TEXT", True),
        (8, "GTIN", "TEXT", False),
        (9, "CAS", "TEXT", False),
        (10, "其他", "TEXT", False),
    ]
    assert "品名" not in {e["name"] for e in everything}
    assert {e["name"] for e in everything if not e["required"]} == {"GTIN", "CAS", "其他"}


async def test_twice_changes_nothing_and_mends_names(new_database: NewDatabase) -> None:
    fresh = await new_database()
    async with fresh.owner() as owner:
        before = await contents(owner)
        await seed_reference(owner)
        assert await contents(owner) == before
        await owner.execute("update units set name_en = 'x' where code = '035'")
        await owner.execute("update warehouses set retired = true, address = '新址' where code = 'CQ01'")
        await seed_reference(owner)
        assert await owner.fetchval("select name_en from units where code = '035'") == "kilogram"
        kept = await owner.fetchrow("select retired, address from warehouses where code = 'CQ01'")
        assert kept is not None
        assert tuple(kept) == (True, "新址")


@pytest.mark.parametrize(
    "code",
    ["91440300708461136T", "91330100799655058B", "914403001922038216", "91110000802100433B"],
)
def test_check_characters_of_published_codes(code: str) -> None:
    assert credit_check(code[:17]) == code[17]
    assert organisation_check(code[8:16]) == code[16]
    assert credit_code_holds(code)
    assert credit_code(code[2:8], code[8:16]) == code


def test_barcode_of_a_published_number() -> None:
    assert barcode("400638133393") == "4006381333931"
