"""A server on a real socket, and a client that sends whatever it likes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any, Self

import orjson
import uvicorn
import uvloop
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from exgo_gql.web.protocol import WHOLE, HttpProtocol

SECONDS = 20.0
"""The most that a test waits for a socket."""


PIECES = (b"HTTP/1.1 200", b"", b"HTTP/1.1 100", b"x" * 100_000)
"""A body that looks like heads."""


class Listening:
    """A server on a loop and a thread of its own, as in the program; it answers with what it was asked."""

    def __init__(self, protocol: type[HttpProtocol]) -> None:
        self._protocol = protocol
        self._started = threading.Event()
        self.asked: list[str] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._started.wait(SECONDS)

    @classmethod
    @contextlib.contextmanager
    def on(cls, protocol: type[HttpProtocol]) -> Iterator[Self]:
        """Listen until the end of the block."""
        listening = cls(protocol)
        try:
            yield listening
        finally:
            listening.loop.call_soon_threadsafe(listening._end.set)
            listening._thread.join(SECONDS)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self.loop, self._end, self._release = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        config = uvicorn.Config(
            self._answer, http=self._protocol, ws="none", lifespan="off", interface="asgi3", log_config=None
        )
        config.load()
        state = ServerState()
        server = await self.loop.create_server(lambda: self._protocol(config, state, {}), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._end.wait()
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.asked.append(request.url.path)
        if request.url.path == "/waits":
            await self._release.wait()
        if request.url.path == "/pieces":
            return await StreamingResponse(iter(PIECES))(scope, receive, send)
        whole = WHOLE in scope.get("extensions", ())
        body = b"" if request.url.path == "/early" else await request.body()
        headers = [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]]
        told = {"method": request.method, "path": request.url.path, "headers": headers, "body": body.decode()}
        told["whole"] = whole
        return await JSONResponse(told)(scope, receive, send)

    def release(self) -> None:
        """Let ``/waits`` be answered."""
        self.loop.call_soon_threadsafe(self._release.set)

    @contextlib.contextmanager
    def connected(self) -> Iterator[Client]:
        with socket.create_connection(("127.0.0.1", self.port), SECONDS) as connection:
            client = Client(connection)
            with client.file:
                yield client

    def say(self, *pieces: bytes) -> list[tuple[int, Any]]:
        """Send these, each as a packet of its own; give all answers until the server closes."""
        with self.connected() as client:
            client.send(*pieces)
            return client.rest()


class Client:
    """One connection of a client that sends whatever it likes."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket, self.file = connection, connection.makefile("rb")

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self._socket.sendall(piece)

    def packet(self) -> bytes:
        """What came at once."""
        return self._socket.recv(1 << 20)

    def line(self) -> bytes:
        return self.file.readline()

    def answer(self) -> tuple[int, Any] | None:
        """The next answer, or none if the server has closed."""
        line = self.line()
        if not line:
            return None
        version, status, *_ = line.split()
        assert version == b"HTTP/1.1"
        length = 0
        while (header := self.line()) != b"\r\n":
            name, _, value = header.partition(b":")
            length = int(value) if name == b"content-length" else length
        body = self.file.read(length)
        return int(status), orjson.loads(body) if body else None

    def rest(self) -> list[tuple[int, Any]]:
        """Everything until the server closes. A reset may cut off what it still said."""
        answers = []
        with contextlib.suppress(ConnectionError):
            while (answer := self.answer()) is not None:
                answers.append(answer)
        return answers


def get(path: str = "/", *headers: str, version: str = "1.1", host: str = "Host: x") -> bytes:
    lines = [f"GET {path} HTTP/{version}", *([host] if host else []), *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


LAST = get("/last", "Connection: close")
CHUNKED = "Transfer-Encoding: chunked"


def post(body: str, *headers: str) -> bytes:
    return b"POST" + get("/", *headers).removeprefix(b"GET") + body.encode()
