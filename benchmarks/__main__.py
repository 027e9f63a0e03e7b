"""``python -m benchmarks [--quick] [--json FILE] [--chart FILE]``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

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
    parser.add_argument(
        "--quick", action="store_true", help="fewer rounds, and a tenth of the data unless all of it is kept"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to this file")
    parser.add_argument(
        "--chart", type=Path, metavar="FILE", help=f"write the chart here; in full: {CHART.name}"
    )
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    share = PART if given.quick and not data.is_kept(WHOLE) else WHOLE
    try:
        figures = _run(share, quick=given.quick)
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


def say(said: str) -> None:
    """Tell the one who waits."""
    print(said, flush=True)


async def _pages(url: str, merchant_id: UUID) -> dict[str, pages.Page]:
    connection = await asyncpg.connect(driver_dsn(url))
    try:
        return await pages.read(connection, merchant_id)
    finally:
        await connection.close()


def _run(share: float, *, quick: bool) -> dict[str, Any]:
    say(f"data: {share:g} of 200,000 products, 500,000 orders, 1,000,000 log rows")
    with contextlib.ExitStack() as running:
        enter = running.enter_context
        opened = enter(data.opened(share, say))
        asked = asyncio.run(_pages(opened.url, opened.merchant_id))
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
        others: dict[str, Any] = {}
        for measured in (bench.rows, bench.loaders, bench.literals):
            try:
                others |= measured()
            except WrongAnswer as wrong:  # the pages' figures stand
                say(f"{measured.__name__}: {wrong}")
    say(f"\n{table(figures)}\n\n{beside(others)}")
    return {"pages": figures, **others, "share": opened.share, "quick": quick, "machine": machine()}


if __name__ == "__main__":
    sys.exit(main())
