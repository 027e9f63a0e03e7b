"""``python -m benchmarks [--quick] [--json FILE] [--chart FILE]``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks import data, pages, peers
from benchmarks.chart import chart
from benchmarks.checks import Different, check
from benchmarks.load import Client, WrongAnswer
from benchmarks.measures import Bench
from benchmarks.report import beside, machine, table
from benchmarks.rounds import FULL, QUICK
from benchmarks.servers import ROOT, NotStarted
from exgo_gql.db.embedded import EmbeddedPostgresError
from exgo_gql.db.urls import driver_dsn

WHOLE, PART = 1.0, 0.1
CHART = ROOT / "docs" / "benchmarks" / "pages.svg"
SENTENCES = (NotStarted, WrongAnswer, Different, EmbeddedPostgresError)


def main() -> int:
    """Run what the command line asks for. Exits with 1 when variants answer differently or do not answer."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description="How fast pages are, as ratios.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the data, fewer rounds: below 5 minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to this file")
    parser.add_argument("--chart", type=Path, metavar="FILE", help=f"write the chart here; in full: {CHART.name}")
    given = parser.parse_args()
    share = PART if given.quick and not data.is_kept(WHOLE) else WHOLE
    try:
        figures = asyncio.run(_run(share, quick=given.quick))
    except SENTENCES as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    if given.json is not None:
        given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    drawn = given.chart or (None if given.quick else CHART)
    if drawn is not None:
        drawn.parent.mkdir(parents=True, exist_ok=True)
        drawn.write_text(chart(figures["pages"]), encoding="utf-8")
    return 0


async def _run(share: float, *, quick: bool) -> dict[str, Any]:
    say = lambda said: print(said, flush=True)  # noqa: E731
    say(f"data: {share:g} of 200,000 products, 500,000 orders, 1,000,000 log rows")
    async with data.opened(share, say) as opened:
        connection = await asyncpg.connect(driver_dsn(opened.url))
        asked = await pages.read(connection, opened.merchant_id)
        await connection.close()
        return await asyncio.to_thread(_measured, opened, asked, quick, say)


def _measured(opened: data.Data, asked: dict[str, pages.Page], quick: bool, say: Any) -> dict[str, Any]:
    with contextlib.ExitStack() as running:
        enter = running.enter_context
        rival = enter(peers.postgraphile(opened, say))
        known = {
            "planner": enter(peers.application(opened, "planner", planner=True)),
            "loaders": enter(peers.application(opened, "loaders", planner=False)),
            "floor": enter(peers.bare(opened, "floor", "benchmarks.floor.app:make")),
            "strawberry": enter(peers.bare(opened, "strawberry", "benchmarks.plain.app:make")),
            **({"postgraphile": rival} if rival else {}),
        }
        bytes_of = {
            name: check(asked[name], known["planner"], known["loaders"], known["floor"], rival)
            for name in pages.NAMES
        }
        say("all variants answer the same")
        bench = Bench(enter(Client.started()), QUICK if quick else FULL, known, asked)
        figures: dict[str, Any] = {}
        for name in pages.NAMES:
            figures[name] = bench.page(name) | {"bytes": bytes_of[name]}
            say(table({name: figures[name]}) if not quick else f"measured: {name}")
        others = bench.rows() | bench.literals() | bench.loaders()
    say(f"\n{table(figures)}\n\n{beside(others)}")
    return {"pages": figures, **others, "share": opened.share, "quick": quick, "machine": machine()}


if __name__ == "__main__":
    sys.exit(main())
