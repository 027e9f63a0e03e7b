"""Processes that are measured: started on a free port of this machine, asked until they answer, ended."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECONDS_TO_START = 60.0
SECONDS_TO_END = 15.0
_TICKS = os.sysconf("SC_CLK_TCK")


class NotStarted(Exception):  # noqa: N818  # a sentence for the one who measures
    """A server did not come up; the message holds what it said last."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    name: str
    port: int
    pid: int

    def cpu(self) -> float:
        """Seconds of CPU that the process has used, its threads included."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> float:
        """Resident memory in MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None  # a living process has one
        return int(found[1]) / 1024


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(
    name: str, command: Sequence[str], changes: dict[str, str], port: int, logs: Path
) -> Iterator[Served]:
    """A server until the end of the block. Raises ``NotStarted``."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("EXGO_", "PG"))}
    path = logs / f"{name}.log"
    with path.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**inherited, "PYTHONPATH": str(ROOT), **changes},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(process, port, path)
        yield Served(name, port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotStarted(f"{log.name}: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def application(url: str, port: int, *, planner: bool) -> tuple[Sequence[str], dict[str, str]]:
    """The command and variables of the real program, alone in its process, with its own defaults."""
    return (
        (sys.executable, "-m", "exgo_gql", "serve", "--no-demo", "--no-worker", "--port", str(port)),
        {"EXGO_DATABASE_URL": url, "EXGO_PLANNER": str(planner).lower()},
    )


def bare(application_factory: str, port: int) -> Sequence[str]:
    """The command that serves an ASGI application by uvicorn at its fastest."""
    options = ("--factory", "--http", "httptools", "--loop", "uvloop", "--ws", "none", "--lifespan", "on")
    quiet = ("--no-access-log", "--log-level", "warning", "--no-server-header", "--no-date-header")
    return (
        sys.executable,
        "-m",
        "uvicorn",
        application_factory,
        *options,
        *quiet,
        "--backlog",
        "2048",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    )
