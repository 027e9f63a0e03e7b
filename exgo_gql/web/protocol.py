"""HTTP/1.1 as it comes over a socket: uvicorn's parser in C, with the bounds that it lacks (rules 18 and 21)."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from exgo_gql.web.joined import JoinedTransport

_VERSIONS = frozenset({"1.0", "1.1"})

WHOLE = "exgo.whole"
"""Among a scope's ``extensions``: the body came to its end, so that receiving it does not wait."""


class _Refused(Exception):  # noqa: N818  # an answer, not a fault
    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


class HttpProtocol(HttpToolsProtocol):
    """One connection. A head that is too long is answered with 431, one that is too slow with 408, one that is no
    HTTP/1 with 400; then the connection is closed. The body's size and time are the application's to bound.
    """

    most_head = 32 * 1024
    """Bytes of request line, headers and trailers; also of what stands between two pieces of a body."""
    head_seconds = 15.0
    """From a request's first byte, or a connection's beginning, to the end of the headers."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._heading = True
        self._size = 0
        """Bytes of the head, as far as the parser has found its pieces."""
        self._held = 0
        """Bytes since it found one that ends a head or is of a body: a piece without end is seen here alone."""
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to wait for the first request."""
        self._joined = JoinedTransport(transport)
        super().connection_made(self._joined)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline: it would keep the connection's memory."""
        self._head_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, and refuse what cannot be read."""
        self._unset_keepalive_if_required()
        self._held += len(data)
        try:
            self._feed(data)
            if self._held > self.most_head:
                raise _Refused(self._too_much())  # noqa: TRY301  # answered like any other
        except httptools.HttpParserError as error:
            inner = error.__context__
            self._refuse(inner.status if isinstance(inner, _Refused) else HTTPStatus.BAD_REQUEST)
        except _Refused as refusal:
            self._refuse(refusal.status)
        else:
            if self._deadline is None and (self._heading or self.cycle.response_complete):
                self._expect_head()

    def _feed(self, data: bytes) -> None:
        rest: bytes | memoryview = data
        while rest:
            try:
                return self.parser.feed_data(rest)
            except httptools.HttpParserUpgrade as upgrade:
                if self._should_upgrade():
                    return self.handle_websocket_upgrade()
                # The parser takes all that follows for another protocol, a body too: it is asked anew.
                rest = memoryview(rest)[upgrade.args[0] :]
                head = self._head_without_upgrade()
                self.parser = httptools.HttpRequestParser(self)
                self.parser.feed_data(head)
        return None

    def _head_without_upgrade(self) -> bytes:
        if self.parser.get_method() == b"CONNECT":
            raise _Refused(HTTPStatus.BAD_REQUEST)
        version = self.parser.get_http_version().encode()
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/" + version]
        lines += [name + b": " + value for name, value in self.headers if name != b"upgrade"]
        return b"\r\n".join((*lines, b"", b""))

    # What the parser finds, in this order. Whatever is raised here stops it.

    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        self._heading, self._size = True, 0

    def on_url(self, url: bytes) -> None:
        """A piece of the request's target."""
        self._measure(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; or a trailer, which is nobody's header."""
        self._measure(len(name) + len(value) + 4)
        if self._heading:
            super().on_header(name, value.rstrip(b" \t"))

    def on_headers_complete(self) -> None:
        """The whole head is there: the application may begin."""
        self._heading, self._held = False, 0
        self._head_came()
        if self._is_offered_upgrade():
            return
        self._check_head()
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        """A piece of a body is announced."""
        self._held = 0

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        self._held = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request's last byte."""
        self._held = 0
        if not self._is_offered_upgrade():
            self.scope["extensions"] = {WHOLE: {}}
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer's last byte."""
        self._joined.end_answer()
        super().on_response_complete()

    def _is_offered_upgrade(self) -> bool:
        """Whether this head will be read once more, without an upgrade that nobody here speaks (RFC 9110, 7.8)."""
        return self.parser.should_upgrade() and not self._should_upgrade()

    def _measure(self, more: int) -> None:
        self._size += more
        if self._size > self.most_head:
            raise _Refused(self._too_much())

    def _too_much(self) -> HTTPStatus:
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if self._heading else HTTPStatus.BAD_REQUEST

    def _check_head(self) -> None:
        """What the parser lets by: other versions, no host or two, codings that nobody here undoes."""
        version = self.parser.get_http_version()
        names = [name for name, _ in self.headers]
        hosts = names.count(b"host")
        if version not in _VERSIONS or hosts > 1 or (hosts == 0 and version == "1.1"):
            raise _Refused(HTTPStatus.BAD_REQUEST)
        if b"transfer-encoding" in names:
            codings = [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
            if codings != [b"chunked"] or version == "1.0":
                raise _Refused(HTTPStatus.BAD_REQUEST)

    # Deadlines and refusals.

    def _expect_head(self) -> None:
        self._deadline = self.loop.call_later(self.head_seconds, self._too_slow)

    def _head_came(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self._heading and self.headers is not None:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        elif self.cycle is None or self.cycle.response_complete:
            self.transport.close()

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer and close. Requests that came whole before are answered first: theirs is the next answer."""
        answering = self.cycle is not None and not self.cycle.response_complete
        if self.pipeline or (answering and not self.cycle.more_body):
            self.cycle.keep_alive = False
            return
        if not (answering and self.cycle.response_started):
            self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
