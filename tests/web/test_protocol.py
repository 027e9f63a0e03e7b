"""HTTP over real sockets: what is read, and what is refused (rule 18)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from exgo_gql.web.protocol import HttpProtocol
from tests.web.listening import CHUNKED, LAST, PIECES, Listening, get, post


@pytest.fixture(scope="module")
def server() -> Iterator[Listening]:
    with Listening.on(HttpProtocol) as listening:
        yield listening


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        (get(), ""),
        (b"\r\n\r\n" + get(), ""),
        (get(host="HOST:x"), ""),
        (get("http://elsewhere/"), ""),
        (post("abc", "Content-Length: 3"), "abc"),
        (post("3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n", CHUNKED), "abcde"),
        (post("1\r\na\r\n0\r\nAuthorization: Bearer x\r\n\r\n", CHUNKED), "a"),
        (get("/", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"), ""),
        (post("abc", "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "Content-Length: 3"), "abc"),
        (post("3\r\nabc\r\n0\r\n\r\n", "Upgrade: h2c", "Connection: Upgrade", CHUNKED), "abc"),
        (post("1;" + "e" * 30_000 + "\r\na\r\n0\r\n\r\n", CHUNKED), "a"),
        (post("1\r\na\r\n" * 30_000 + "0\r\n\r\n", CHUNKED), "a" * 30_000),
        (post("a" * 200_000, "Content-Length: 200000"), "a" * 200_000),
        (get("/", "X: " + "x" * 32_000), ""),
    ],
)
def test_requests_are_read_however_they_are_cut(server: Listening, request_: bytes, body: str) -> None:
    cuts = [[request_], [request_[i : i + 997] for i in range(0, len(request_), 997)]]
    if len(request_) < 1_000:
        cuts.append([request_[i : i + 1] for i in range(len(request_))])
    for pieces in cuts:
        first, last = server.say(*pieces, LAST)
        assert (first[0], first[1]["path"], first[1]["body"]) == (200, "/", body)
        assert not {"authorization", "upgrade"} & {name for name, _ in first[1]["headers"]}
        assert (last[0], last[1]["path"]) == (200, "/last")


def test_headers_lose_the_space_around_them(server: Listening) -> None:
    [(status, told)] = server.say(get("/", "A: b  c \t", "D:", "Connection: close"))
    assert status == 200
    assert told["headers"] == [["host", "x"], ["a", "b  c"], ["d", ""], ["connection", "close"]]


def test_pipelined_requests_are_answered_in_order(server: Listening) -> None:
    paths = [f"/{number}" for number in range(50)]
    offers = [
        get(path, *(("Upgrade: h2c", "Connection: upgrade") if path.endswith("7") else ())) for path in paths
    ]
    answers = server.say(b"".join([*offers, LAST]))
    assert [told["path"] for _, told in answers] == [*paths, "/last"]


@pytest.mark.parametrize(
    "request_", [get(version="1.0"), get(version="1.0", host=""), get("/", "Connection: close")]
)
def test_the_last_answer_is_the_last(server: Listening, request_: bytes) -> None:
    [(status, _)] = server.say(request_ + get())
    assert status == 200


def test_an_answer_is_one_packet(server: Listening) -> None:
    with server.connected() as client:
        for _ in range(2):
            client.send(get())
            head, _, body = client.packet().partition(b"\r\n\r\n")
            assert b"content-length: %d" % len(body) in head
        client.send(get().replace(b"GET", b"HEAD"))
        head, _, body = client.packet().partition(b"\r\n\r\n")
        assert (head.startswith(b"HTTP/1.1 200"), body) == (True, b"")


def test_a_body_is_whole_only_when_all_of_it_came(server: Listening) -> None:
    """Rule 21: what is still coming has a deadline."""
    head = b"POST" + get("/", "Content-Length: 3").removeprefix(b"GET")
    for first, rest in ((b"abc", b""), (b"ab", b"c"), (b"", b"abc")):
        with server.connected() as client:
            client.send(head + first)
            with server.connected() as other:
                other.send(get())  # its answer says that the application has seen the first request
                assert other.answer() is not None
            client.send(rest)
            status, told = client.answer() or (0, {})
            assert (status, told["body"], told["whole"]) == (200, "abc", not rest)


def test_an_answer_in_pieces_is_whole(server: Listening) -> None:
    with server.connected() as client:
        client.send(get("/pieces", "Connection: close"))
        _head, _, body = client.file.read().partition(b"\r\n\r\n")
    assert body == b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (*filter(None, PIECES), b""))


def test_a_client_may_wait_to_be_told_to_go_on(server: Listening) -> None:
    with server.connected() as client:
        client.send(post("", "Expect: 100-continue", "Content-Length: 3"))
        assert client.line() == b"HTTP/1.1 100 Continue\r\n"
        assert client.line() == b"\r\n"
        client.send(b"abc", LAST)
        (_, told), _last = client.rest()
        assert told["body"] == "abc"


MALFORMED = {
    "other protocols": [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"\x00" * 100,
        b"SSH-2.0-x\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /\r\n\r\n",
        *(get(version=version) for version in ("0.9", "1.2", "2.0", "3.0", "11", "1.10")),
        b"GET / ICE/1.0\r\n\r\n",
    ],
    "methods": [b"get" + get()[3:], b"FOO" + get()[3:], b"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n"],
    "targets": [
        get("/ /"),
        get("//\xe9"),
        get("/\x00"),
        get("x"),
        get("?q"),
        get("http://elsewhere"),
        get("/", host="") + get(),
    ],
    "hosts": [get(host=""), get("/", "Host: y"), get("/", "Host: y", version="1.0")],
    "lines": [
        get().replace(b"\r\n", b"\n"),
        get("/", "A: b\nC: d"),
        get("/", "A: b\rC: d"),
        get("/", "A: b", " c"),
        get("/", " A: b"),
        get(host=" Host: x"),
    ],
    "headers": [
        get("/", given)
        for given in (
            "A",
            "A : b",
            ": b",
            "A(: b",
            "\xe9: b",
            "A b: c",
            "A: \x00",
            "A: \x01",
            "A: \x7f",
            "A\x00: b",
        )
    ],
    "lengths": [
        post("abc", f"Content-Length: {length}")
        for length in (
            "-1",
            "+3",
            "0x3",
            "3, 3",
            "3 3",
            "x",
            "9" * 25,
            "",
            "3\r\nContent-Length: 3",
            "1\r\nContent-Length: 3",
        )
    ],
    "two framings": [
        post("0\r\n\r\n", CHUNKED, "Content-Length: 3"),
        post("0\r\n\r\n", "Content-Length: 3", CHUNKED),
        post("abc", "Content-Length: 3", "Transfer-Encoding: identity"),
    ],
    "codings": [
        *(
            post("0\r\n\r\n", f"Transfer-Encoding: {coding}")
            for coding in (
                "gzip",
                "gzip, chunked",
                "chunked, gzip",
                "chunked, chunked",
                "xchunked",
                "chunked x",
                "",
            )
        ),
        post("0\r\n\r\n", CHUNKED, CHUNKED),
        post("0\r\n\r\n", CHUNKED).replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
    "chunks": [
        post(body, CHUNKED)
        for body in (
            "3\nabc\n0\n\n",
            "3\r\nabcd\r\n0\r\n\r\n",
            "0x3\r\nabc\r\n0\r\n\r\n",
            " 3\r\nabc\r\n0\r\n\r\n",
            "-3\r\nabc\r\n0\r\n\r\n",
            "f" * 20 + "\r\nabc\r\n0\r\n\r\n",
            "\r\n\r\n",
            "3;\x00\r\nabc\r\n0\r\n\r\n",
            "3\r\nabc\r\n0\r\nA : b\r\n\r\n",
            "3;" + "e" * 40_000,
            "1\r\na\r\n0\r\n" + "A: b\r\n" * 10_000,
            "0\r\nA: " + "b" * 70_000,
        )
    ],
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_malformed_requests_are_refused(server: Listening, kind: str) -> None:
    """Nothing after them is read, so that no other server's idea of their end matters."""
    for request_ in MALFORMED[kind]:
        asked = len(server.asked)
        statuses = [status for status, _ in server.say(request_ + get("/smuggled"))]
        assert statuses == [400], request_[:200]
        assert "/smuggled" not in server.asked[asked:]


@pytest.mark.parametrize(
    "pieces",
    [
        [get("/" + "x" * 33_000)],
        [get("/", "X: " + "x" * 33_000)],
        [get("/", *(f"X{number}: {number}" for number in range(4_000)))],
        [b"GET / HTTP/1.1\r\nX: ", b"x" * 33_000],
        [b"GET /", *[b"x" * 1_000] * 33],
        [b"GET / HTTP/1.1\r\n", *[b"x" * 1_000] * 33],
        [b"\r\n" * 17_000],
    ],
    ids=lambda pieces: repr(pieces[0][:20]),
)
def test_long_heads_are_refused(server: Listening, pieces: list[bytes]) -> None:
    with server.connected() as client, contextlib.suppress(ConnectionError):
        # The server may have closed already, and then its answer may be lost with what it has not read.
        client.send(*pieces)
        statuses = [status for status, _ in client.rest()]
        assert not statuses or statuses[-1] == 431


def test_a_long_head_is_told(server: Listening) -> None:
    [(status, _)] = server.say(get("/", "X: " + "x" * 33_000))
    assert status == 431


def test_what_comes_between_requests_is_bounded_too(server: Listening) -> None:
    with server.connected() as client:
        client.send(get())
        assert client.answer() is not None
        client.send(b"\r\n" * 17_000)
        assert [status for status, _ in client.rest()] == [400]
