"""One measurement: a variant asked for a page for some seconds, with what its process used meanwhile."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from benchmarks.servers import ROOT, Served

JSON = {"content-type": "application/json", "accept": "application/json"}


class WrongAnswer(Exception):  # noqa: N818  # a sentence for the one who measures
    """A server answered something else than the page."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one measurement gave."""

    requests: int
    per_second: float
    per_cpu_second: float
    """Requests for each second of CPU that the server's process used; PostgreSQL and the client are not counted."""
    p50: float
    """Seconds."""
    busy: int
    """Requests answered with 503: more than the server could take. They are in no other figure."""


def body_of(document: str, operation: str, variables: Mapping[str, Any], **more: Any) -> str:
    """A request body."""
    return json.dumps({"query": document, "operationName": operation, "variables": variables, **more})


class Client:
    """The load generator's process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @classmethod
    @contextlib.contextmanager
    def started(cls) -> Iterator[Self]:
        """The process, until the end of the block."""
        with subprocess.Popen(
            (sys.executable, "-m", "benchmarks.client"),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield cls(process)
            finally:
                assert process.stdin is not None  # it was asked for
                process.stdin.close()

    def define(
        self,
        name: str,
        server: Served,
        bodies: Sequence[str],
        headers: Mapping[str, str],
        choices: Sequence[Sequence[str]] = (),
    ) -> None:
        """Say what ``name`` asks in turn; with ``choices``, each text that can be made of the one body, once."""
        job = {"define": name, "port": server.port, "path": "/graphql", "headers": {**JSON, **headers}}
        self._tell({**job, "bodies": list(bodies), **({"choices": choices} if choices else {})})

    def sample(
        self, name: str, server: Served, connections: int, seconds: float, most: int | None = None
    ) -> Sample:
        """Ask for so long, or until ``most`` requests are sent. Raises ``WrongAnswer``."""
        before = server.cpu()
        answer = self._tell({"run": name, "connections": connections, "seconds": seconds, "most": most})
        used = server.cpu() - before
        if "wrong" in answer:
            raise WrongAnswer(f"{name}: {answer['wrong']}")
        requests = answer["requests"]
        return Sample(
            requests, requests / answer["seconds"], requests / max(used, 0.01), answer["p50"], answer["busy"]
        )

    def _tell(self, job: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None  # both were asked for
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer
