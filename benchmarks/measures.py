"""What is measured of the pages, and beside them: rows, literals, memory, plain Strawberry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.load import Client, body_of
from benchmarks.pages import Page
from benchmarks.peers import Peer
from benchmarks.rounds import MANY, ONE, Asked, Effort, measure, middle, ratio

FEW_ROWS, MANY_ROWS = 5, 80
MOST_SECONDS = 90.0
"""For the texts that are sent for the sake of memory, should they be slow."""


@dataclass(frozen=True)
class Bench:
    """A run: who is asked for what, by which client, how long."""

    client: Client
    effort: Effort
    peers: Mapping[str, Peer]
    pages: Mapping[str, Page]

    def asked(self, peer: str, name: str, bodies: list[str]) -> Asked:
        """Tell the client what it asks a variant under this name."""
        told = f"{peer} {name}"
        self.client.define(told, self.peers[peer].server, bodies, self.peers[peer].headers)
        return Asked(told, self.peers[peer].server)

    def page(self, name: str) -> dict[str, Any]:
        """All figures of a page."""
        page = self.pages[name]
        variants = [peer for peer in ("planner", "loaders", "floor", "postgraphile") if peer in self.peers]
        asked = {peer: self.asked(peer, name, self.peers[peer].bodies(page)) for peer in variants}
        many = measure(self.client, asked, self.effort, MANY)
        one = measure(self.client, asked, self.effort, ONE)
        told = body_of(page.document, page.operation, page.variables[0], extensions={"execution": True})
        execution = self.peers["planner"].ask(told)["extensions"]
        against = ratio(many, "planner", "floor")
        made = {
            "planner_vs_floor": against.median,
            "planner_vs_floor_range": [against.least, against.most],
            "loaders_vs_floor": ratio(many, "loaders", "floor").median,
            "planner_vs_postgraphile_per_core": None,
            "planner_vs_postgraphile": None,
            "planner_vs_floor_p50": ratio(one, "planner", "floor", "p50").median,
            "statements": execution["statements"],
            "execution": execution["execution"],
        }
        if "postgraphile" in many:
            per_core = ratio(many, "planner", "postgraphile", "per_cpu_second")
            made["planner_vs_postgraphile_per_core"] = per_core.median
            made["planner_vs_postgraphile_per_core_range"] = [per_core.least, per_core.most]
            made["planner_vs_postgraphile"] = ratio(many, "planner", "postgraphile").median
        return made | {
            "vs_floor": {peer: ratio(many, peer, "floor").median for peer in variants},
            "requests_per_second": {peer: middle(many, peer, "per_second") for peer in variants},
            "server_cpu_ms": {peer: 1000 / middle(many, peer, "per_cpu_second") for peer in variants},
            "p50_ms": {peer: 1000 * middle(one, peer, "p50") for peer in variants},
            "refused_busy": {peer: sum(sample.busy for sample in many[peer]) for peer in variants},
        }

    def rows(self) -> dict[str, float]:
        """Server CPU of the planner from few to many rows a list: of columns, and with computed fields in each."""
        product, orders = self.pages["rows"], self.pages["list"]
        made = {}
        for figure, page in (("rows_5_to_80", product), ("rows_5_to_80_computed", orders)):
            asked = {}
            for size in (FEW_ROWS, MANY_ROWS):
                document = page.document.replace("first: 50", f"first: {size}")
                more = {"first": size} if page is product else {}
                bodies = [body_of(document, page.operation, {**v, **more}) for v in page.variables]
                asked[str(size)] = self.asked("planner", f"{page.name} {size}", bodies)
            samples = measure(self.client, asked, self.effort)
            made[figure] = ratio(samples, str(FEW_ROWS), str(MANY_ROWS), "per_cpu_second").median
        return made

    def literals(self) -> dict[str, float]:
        """Documents that differ in literals alone, against one with variables; and what they leave in memory."""
        page = self.pages["order"]
        many_texts = page.document.replace("($id: ID!)", "").replace("$id", '\\"<0>\\"')
        many_texts = many_texts.replace("tracking(first: 50)", "tracking(first: <1>)")
        many_texts = many_texts.replace("log(first: 20)", "log(first: <2>)").replace("\n", "\\n")
        template = f'{{"query":"{many_texts}","operationName":"{page.operation}"}}'
        ids = [variables["id"] for variables in page.variables]
        # Pages of this size have room for all that there is, so that every text is answered alike.
        sizes = [str(number) for number in range(20, 101)]
        choices = [ids, sizes, sizes]
        planner = self.peers["planner"]
        self.client.define("literals", planner.server, [template], planner.headers, choices)
        variables = self.asked("planner", "variables", planner.bodies(page))
        asked = {"literals": Asked("literals", planner.server), "variables": variables}
        before = planner.server.memory()
        samples = measure(self.client, asked, self.effort)
        sent = sum(sample.requests for sample in samples["literals"])
        if sent < self.effort.texts:
            missing = self.effort.texts - sent
            sent += self.client.sample("literals", planner.server, MANY, MOST_SECONDS, missing).requests
        return {
            "literals_vs_variables": ratio(samples, "literals", "variables").median,
            "literals_memory_mib": planner.server.memory() - before,
            "literals_texts": sent,
        }

    def loaders(self) -> dict[str, float]:
        """The loaders' way against loaders written by hand, for the order page without computed fields."""
        page = self.pages["order"]
        bodies = [body_of(page.plain_document, page.operation, variables) for variables in page.variables]
        asked = {peer: self.asked(peer, "plain order", bodies) for peer in ("loaders", "strawberry")}
        samples = measure(self.client, asked, self.effort)
        told = body_of(page.plain_document, page.operation, page.variables[0], extensions={"execution": True})
        return {
            "loaders_vs_strawberry": ratio(samples, "loaders", "strawberry").median,
            "loaders_statements": self.peers["loaders"].ask(told)["extensions"]["statements"],
        }
