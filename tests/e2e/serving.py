"""The real program: ``python -m exgo_gql`` as a process of its own, and what is left of it in the end."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

CHECKOUT = Path(__file__).parents[2]
SECONDS = 120.0
"""The most that anything may take on a busy machine, before a test gives up."""


def until(condition: Callable[[], Any], what: str, seconds: float = SECONDS) -> Any:
    """Ask until the answer is true, and give it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not in {seconds} s: {what}"
        time.sleep(0.02)
    return found


def environment(folder: Path, **changes: str) -> dict[str, str]:
    """The variables of a program that knows nothing of this machine's settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("EXGO_")}
    return {**inherited, "PYTHONPATH": str(CHECKOUT), "EXGO_DATA_DIR": str(folder), **changes}


def run(folder: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        (sys.executable, "-m", "exgo_gql", *arguments),
        env=environment(folder, **changes),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def processes_of(folder: Path) -> list[str]:
    """Every process that names this folder: the servers, their sessions, the watchdogs."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            command = " ".join(process.cmdline())
            if str(folder) in command and process.status() != psutil.STATUS_ZOMBIE:
                found.append(command)
    return found


@dataclass
class Program:
    """A command that stays."""

    folder: Path
    arguments: Sequence[str]
    changes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        name = f"{time.monotonic_ns()}-{self.arguments[0]}"
        self._out, self._log = (self.folder.parent / f"{name}.{kind}" for kind in ("out", "log"))
        with self._out.open("wb") as out, self._log.open("wb") as log:
            self.process = subprocess.Popen(
                (sys.executable, "-m", "exgo_gql", *self.arguments),
                env=environment(self.folder, **self.changes),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
            )

    @property
    def said(self) -> str:
        return self._out.read_text(encoding="utf-8")

    @property
    def logged(self) -> list[dict[str, Any]]:
        whole, _, _ = self._log.read_text(encoding="utf-8").rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def events(self) -> list[str]:
        return [entry["event"] for entry in self.logged]

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and give the status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(SECONDS)


class Serving(Program):
    """``serve`` on a free port."""

    def ready(self) -> None:
        """Wait until it answers."""

        def address() -> str | None:
            assert self.process.poll() is None, (
                f"ended with {self.process.returncode}: {self._log.read_text()}"
            )
            found = re.search(r"exgo-gql: (http://[^/]+)/graphql", self.said)
            return found[1] if found else None

        self.http = httpx.Client(base_url=until(address, "an address"), timeout=SECONDS)
        until(lambda: self.http.get("/readyz").status_code == 200, "ready")

    def post(
        self, query: str, variables: dict[str, Any] | None = None, token: str | None = None
    ) -> httpx.Response:
        """Send a document."""
        headers = {"accept": "application/graphql-response+json", "accept-language": "en"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        return self.http.post(
            "/graphql", json={"query": query, "variables": variables or {}}, headers=headers
        )

    def ask(self, query: str, variables: dict[str, Any] | None = None, token: str | None = None) -> Any:
        """The data of an answer without errors."""
        answer = self.post(query, variables, token).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def log_in(self, email: str, password: str) -> str:
        """A token."""
        answer = self.ask(LOG_IN, {"input": {"email": email, "password": password}})["login"]
        assert answer["errors"] == []
        token: str = answer["token"]
        return token

    @property
    def postgres(self) -> int:
        """The process id of its database."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])


@contextlib.contextmanager
def reachable_folder(name: str = "a folder") -> Iterator[Path]:
    """A folder for a database: as root the server runs under another account, which must be able to reach it."""
    with tempfile.TemporaryDirectory(prefix="exgo-e2e-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o711)
        yield Path(place) / name


@contextlib.contextmanager
def serving(folder: Path, *arguments: str, **changes: str) -> Iterator[Serving]:
    """A server until the end of the block, ready."""
    program = Serving(folder, ("serve", "--port", "0", *arguments), changes)
    try:
        program.ready()
        yield program
    finally:
        program.end()
        if hasattr(program, "http"):
            program.http.close()


LOG_IN = """mutation ($input: LoginInput!) {
  login(input: $input) { token viewer { email role } errors { code message } }
}"""
