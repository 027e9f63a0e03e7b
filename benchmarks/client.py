"""The load generator, in a process of its own: ``python -m benchmarks.client``.

It is told one job a line as JSON and answers each with one line. HTTP is written and read by hand: a client library
would take more of the machine than the servers that are measured.

    {"define": "floor product", "port": 8001, "path": "/graphql", "headers": {…}, "bodies": ["…", …]}
    {"define": "many texts", …, "bodies": ["… <0> … <1> …"], "choices": [["a", "b"], ["1", "2", "3"]]}
    {"run": "floor product", "connections": 32, "seconds": 1.5, "most": null}

With ``choices`` each combination is sent once; without, bodies go round. ``most`` ends a run after so many requests.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import sys
import time
from collections.abc import Iterator
from typing import Any

import uvloop

_OK, _BUSY = b"HTTP/1.1 200", b"HTTP/1.1 503"
_HEAD_ENDS, _CHUNKS_END = b"\r\n\r\n", b"\r\n0\r\n\r\n"
_ERRORS = b'"errors":'
_LENGTH, _CHUNKED = b"content-length:", b"transfer-encoding: chunked"


class Wrong(Exception):  # noqa: N818  # a sentence for the one who measures
    """An answer that is none."""


class Connection(asyncio.Protocol):
    """Sends the next request as soon as the answer to the last one is whole, until the deadline."""

    def __init__(self, requests: Iterator[bytes], took: list[float], deadline: float) -> None:
        self._requests, self._took, self._deadline = requests, took, deadline
        self.busy = 0
        self._received = bytearray()
        self._whole = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._send()

    def _send(self) -> None:
        now = time.perf_counter()
        request = next(self._requests, None) if now < self._deadline else None
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._began = now
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        if not self._whole:
            ends = received.find(_HEAD_ENDS)
            if ends < 0:
                return
            self._whole = self._length(bytes(received[:ends]), ends + len(_HEAD_ENDS))
        if self._whole < 0:
            if not received.endswith(_CHUNKS_END):
                return
        elif len(received) < self._whole:
            return
        if received.startswith(_BUSY):
            self.busy += 1
        elif _ERRORS in received:
            self._fail()
            return
        else:
            self._took.append(time.perf_counter() - self._began)
        received.clear()
        self._whole = 0
        self._send()

    def _length(self, head: bytes, body_begins: int) -> int:
        """How long the answer is with its head; -1 if it comes in chunks."""
        if not head.startswith((_OK, _BUSY)):
            self._fail()
        lowered = head.lower()
        at = lowered.find(_LENGTH)
        if at >= 0:
            return body_begins + int(lowered[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
        if _CHUNKED not in lowered:
            self._fail()
        return -1

    def _fail(self) -> None:
        if not self.done.done():
            self.done.set_exception(Wrong(bytes(self._received[:600]).decode(errors="replace")))
        self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or Wrong("the server closed the connection"))


def requests_of(job: dict[str, Any]) -> Iterator[bytes]:
    """The requests of a definition as bytes."""
    head = "".join(f"{name}: {value}\r\n" for name, value in job["headers"].items())
    start = f"POST {job['path']} HTTP/1.1\r\nhost: 127.0.0.1:{job['port']}\r\n{head}content-length: "

    def request(body: str) -> bytes:
        content = body.encode()
        return f"{start}{len(content)}\r\n\r\n".encode() + content

    if "choices" not in job:
        return itertools.cycle([request(body) for body in job["bodies"]])
    return (request(_filled(job["bodies"][0], chosen)) for chosen in itertools.product(*job["choices"]))


def _filled(template: str, chosen: tuple[str, ...]) -> str:
    for place, value in enumerate(chosen):
        template = template.replace(f"<{place}>", value)
    return template


async def run(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> dict[str, Any]:
    """Ask for so long. Raises ``Wrong`` for the first answer that is none."""
    loop = asyncio.get_running_loop()
    took: list[float] = []
    began = time.perf_counter()
    made = [
        await loop.create_connection(lambda: Connection(requests, took, began + seconds), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(protocol.done for _, protocol in made))
    elapsed = time.perf_counter() - began
    took.sort()
    return {
        "requests": len(took),
        "busy": sum(protocol.busy for _, protocol in made),
        "seconds": elapsed,
        "p50": took[len(took) // 2] if took else math.nan,
    }


async def main() -> None:
    """Take jobs until standard input ends."""
    defined: dict[str, tuple[int, Iterator[bytes]]] = {}
    reader = asyncio.StreamReader(limit=1 << 28)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        job = json.loads(line)
        answer: dict[str, Any] = {}
        if "define" in job:
            defined[job["define"]] = job["port"], requests_of(job)
        else:
            port, requests = defined[job["run"]]
            try:
                most = itertools.islice(requests, job["most"])
                answer = await run(port, most, job["connections"], job["seconds"])
            except (Wrong, OSError) as error:
                answer = {"wrong": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main())
