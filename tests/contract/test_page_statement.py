"""The statement that the first decision record shows is what the declarations mean: it answers like the loaders."""

from __future__ import annotations

import json
import re
from pathlib import Path

from exgo_gql.db.pools import Scope
from exgo_gql.db.roles import DatabaseRole
from exgo_gql.loaders.ids import decode_as
from tests import scenes
from tests.stage import Stage

RECORD = Path(__file__).parents[2] / "docs" / "decisions" / "0001-fields-declared-once.md"


def block(language: str) -> str:
    """The first block of code in a language."""
    found = re.search(rf"```{language}\n(.*?)```", RECORD.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


async def test_the_shown_statement_answers_like_the_loaders(stage: Stage) -> None:
    company = await stage.company()
    product = await scenes.filed(company)
    await scenes.stocked(company, (product["id"], 9))
    for _ in range(4):
        await scenes.order(company, (product["id"], 1))
    wanted = await company.viewer.ask(block("graphql"), {"id": product["id"]})
    id_ = decode_as("Product", product["id"])
    async with stage.fresh.database.reading(Scope(DatabaseRole.MERCHANT)) as connection:
        text = await connection.fetchval(block("sql"), company.id, id_, str(company.id))
        left = await connection.fetchval("select current_setting('app.merchant_id', true)")
    assert json.loads(text) == wanted["product"]
    assert wanted["product"]["orders"]["totalCount"] == 4
    assert left == str(company.id)  # inside this transaction; the next borrower begins another


async def test_the_shown_statement_shows_nothing_of_others(stage: Stage) -> None:
    company, other = await stage.company(), await stage.company()
    product = await scenes.draft(company)
    id_ = decode_as("Product", product["id"])
    async with stage.fresh.database.reading(Scope(DatabaseRole.MERCHANT)) as connection:
        own_lock = await connection.fetchval(block("sql"), other.id, id_, str(company.id))
        session = await connection.fetchval(block("sql"), company.id, id_, str(other.id))
    assert (own_lock, session) == (None, None)
