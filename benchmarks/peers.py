"""The variants of a run: the application both ways, the floor, plain Strawberry, PostGraphile where npm is at hand."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.engine import make_url

from benchmarks import servers
from benchmarks.data import DATABASE, KEPT, Data
from benchmarks.load import JSON, body_of
from benchmarks.pages import Page
from benchmarks.servers import Served

HERE = Path(__file__).parent
POSTGRAPHILE = HERE / "postgraphile"
PACKAGES = KEPT / "node"
SECONDS_TO_INSTALL = 240


@dataclass(frozen=True)
class Peer:
    """A running variant, and how it is asked for a page."""

    server: Served
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.server.name

    def bodies(self, page: Page) -> list[str]:
        """Every request for the page."""
        return [body_of(page.document, page.operation, variables) for variables in page.variables]

    def ask(self, body: str) -> Any:
        """One answer as JSON, errors and all."""
        url = f"http://127.0.0.1:{self.server.port}/graphql"
        request = urllib.request.Request(url, body.encode(), {**JSON, **self.headers})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)


class PostGraphile(Peer):
    """PostGraphile, whose schema has other names and the rows' own ids."""

    def bodies(self, page: Page) -> list[str]:
        """Every request for the page."""
        document = (POSTGRAPHILE / f"{page.name}.graphql").read_text(encoding="utf-8")
        return [body_of(document, page.operation, _own_id(variables)) for variables in page.variables]


def _own_id(variables: Mapping[str, Any]) -> Mapping[str, Any]:
    if "id" not in variables:
        return variables
    return {**variables, "id": str(UUID(bytes=base64.b64decode(variables["id"])[-16:]))}


@contextlib.contextmanager
def application(data: Data, name: str, *, planner: bool) -> Iterator[Peer]:
    """The real program, asked by the merchant's owner."""
    port = servers.free_port()
    command, changes = servers.application(data.url, port, planner=planner)
    with servers.serving(name, command, changes, port, KEPT) as server:
        yield Peer(server, {"authorization": f"Bearer {data.token}"})


@contextlib.contextmanager
def bare(data: Data, name: str, factory: str) -> Iterator[Peer]:
    """An ASGI application of this folder."""
    port = servers.free_port()
    changes = {"BENCH_URL": data.url, "BENCH_MERCHANT": str(data.merchant_id)}
    with servers.serving(name, servers.bare(factory, port), changes, port, KEPT) as server:
        yield Peer(server, {"authorization": f"Bearer {data.token}"})


@contextlib.contextmanager
def postgraphile(data: Data, report: Callable[[str], object]) -> Iterator[Peer | None]:
    """PostGraphile 5 on Node 22; nothing, with a sentence, where it cannot be had."""
    missing = _install()
    if missing:
        report(f"PostGraphile is left out: {missing}.")
        yield None
        return
    port, parts = servers.free_port(), make_url(data.url)
    changes = {
        "NODE_ENV": "production",
        "BENCH_PACKAGES": str(PACKAGES),
        "BENCH_PGHOST": str(parts.query["host"]),
        "BENCH_PGPORT": str(parts.query["port"]),
        "BENCH_DATABASE": DATABASE,
        "BENCH_MERCHANT": str(data.merchant_id),
        "BENCH_PORT": str(port),
    }
    command = (str(_node()), str(POSTGRAPHILE / "server.mjs"))
    with servers.serving("postgraphile", command, changes, port, KEPT) as server:
        yield PostGraphile(server)


def _node() -> Path:
    return PACKAGES / "node_modules" / ".bin" / "node"


def _install() -> str:
    """Fetch the packages of the lock file unless they are there; gives what stands in the way."""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not found"
    lock = POSTGRAPHILE / "package-lock.json"
    mark = PACKAGES / "holds"  # which packages are there, whole: the lock file that they are of
    if mark.exists() and mark.read_bytes() == lock.read_bytes():
        return ""
    mark.unlink(missing_ok=True)
    PACKAGES.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(POSTGRAPHILE / name, PACKAGES / name)
    quiet = ("--no-audit", "--no-fund", "--loglevel=error")
    try:
        made = subprocess.run(
            (npm, "ci", *quiet),
            cwd=PACKAGES,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_INSTALL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"npm took longer than {SECONDS_TO_INSTALL} s"
    if made.returncode != 0 or not _node().exists():
        said = made.stderr.strip().splitlines()
        return f"npm could not install it ({said[-1] if said else made.returncode})"
    shutil.copy(lock, mark)
    return ""
