"""graphql-http's audits of GraphQL over HTTP, run by node against a real server: all 61 pass."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from exgo_gql.extensions.documents import Documents
from exgo_gql.extensions.execution import Executor
from exgo_gql.extensions.limits import Limits
from exgo_gql.web.graphql.endpoint import GraphQLEndpoint

NODE = shutil.which("node") or "/usr/bin/node"
NPM = shutil.which("npm") or "/usr/bin/npm"
PACKAGES = ("graphql-http@1.23.1", "graphql@16")

AUDIT = """
import { serverAudits } from 'graphql-http';
const found = [];
for (const audit of serverAudits({ url: process.argv[2], fetchFn: fetch })) {
  const { status, reason } = await audit.fn();
  found.push({ id: audit.id, name: audit.name, status, reason });
}
console.log(JSON.stringify(found));
"""


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "hello"


@dataclass
class Context:
    may_introspect: bool = True
    response_headers: list[tuple[str, str]] = field(default_factory=list)


async def context_for(_request: Request) -> Context:
    return Context()


@pytest.fixture
def url() -> Iterator[str]:
    schema, limits = strawberry.Schema(Query)._schema, Limits()
    endpoint = GraphQLEndpoint(Executor(schema, Documents(schema, limits), limits), context_for)
    app = Starlette(routes=[Route("/graphql", endpoint)])
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/graphql"
    server.should_exit = True
    thread.join(timeout=10)
    assert not thread.is_alive()


def test_the_audits_of_graphql_http(url: str, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"private": true, "type": "module"}')
    (tmp_path / "audit.js").write_text(AUDIT)
    install = [NPM, "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
    subprocess.run(install, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    run = [NODE, "audit.js", url]
    output = subprocess.run(run, cwd=tmp_path, check=True, capture_output=True, timeout=120).stdout
    found = json.loads(output)
    assert [audit for audit in found if audit["status"] != "ok"] == []
    assert len(found) == 61
