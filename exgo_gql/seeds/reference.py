"""The reference data that a house begins with: facts from ``seeds/data``, written as the owner.

Run again it mends names and adds what is missing. What the admin keeps (addresses, what is retired) stays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg

from exgo_gql.domain.reference import CHOICES, OPTIONAL_ELEMENTS, ElementKind
from exgo_gql.seeds.tables import read

EDITION = "DEMO-2026"
"""The edition of the starting set of HS codes: a demonstration, not a licensed catalogue (CUS-3)."""
VALID_FROM = dt.date(2026, 1, 1)


async def seed_reference(owner_connection: asyncpg.Connection) -> None:
    """Fill the tables of reference data. ``owner_connection`` acts as the owner of all tables."""
    async with owner_connection.transaction():
        currencies = [{**row, "places": int(row["places"])} for row in read("currencies")]
        await _list(owner_connection, "currencies", currencies, "places")
        for table in ("countries", "units", "transport_methods"):
            await _list(owner_connection, table, read(table))
        await _list(owner_connection, "warehouses", read("warehouses"), "address")
        await _list(owner_connection, "categories", _tree(read("categories")), "parent_code", "path")
        await _hs_codes(owner_connection)


async def _list(
    connection: asyncpg.Connection, table: str, rows: Iterable[Mapping[str, Any]], *more: str
) -> None:
    columns = ("code", "name_zh", "name_en", *more)
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    await connection.executemany(
        f"""insert into {table} ({", ".join(columns)}) values ({places}) on conflict (code) do update
            set name_zh = excluded.name_zh, name_en = excluded.name_en""",  # noqa: S608  # names of our own
        [tuple(row[column] for column in columns) for row in rows],
    )


def _tree(rows: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Categories with the path from their root. A parent stands before its children in the file."""
    paths: dict[str, str] = {}
    made: list[dict[str, Any]] = []
    for row in rows:
        parent = row["parent"] or None
        paths[row["code"]] = f"{paths[parent]}/{row['code']}" if parent else row["code"]
        made.append({**row, "parent_code": parent, "path": paths[row["code"]]})
    return made


async def _hs_codes(connection: asyncpg.Connection) -> None:
    units = {row["name_zh"]: row["code"] for row in read("units")}
    elements: list[tuple[Any, ...]] = []
    for row in read("hs_codes"):
        id_ = await connection.fetchval(
            """insert into hs_codes (code, edition, name_zh, first_unit_code, second_unit_code, valid_from)
               values ($1, $2, $3, $4, $5, $6)
               on conflict (code, edition) do update set name_zh = excluded.name_zh returning id""",
            row["code"],
            EDITION,
            row["name_zh"],
            units[row["first_unit"]],
            units[row["second_unit"]] if row["second_unit"] else None,
            VALID_FROM,
        )
        elements += [
            (id_, position, name, _kind(name), name not in OPTIONAL_ELEMENTS)
            for position, name in enumerate(row["elements"].split("|"), start=1)
        ]
    await connection.executemany(
        """insert into hs_elements (hs_code_id, position, name, kind, required) values ($1, $2, $3, $4, $5)
           on conflict do nothing""",
        elements,
    )


def _kind(element: str) -> str:
    return (ElementKind.CHOICE if element in CHOICES else ElementKind.TEXT).name
