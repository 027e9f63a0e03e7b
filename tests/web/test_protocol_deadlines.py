"""HTTP over real sockets: who takes too long is let go (rule 21)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from exgo_gql.web.protocol import HttpProtocol
from tests.web.listening import SECONDS, Listening, get


class Hasty(HttpProtocol):
    """As served, but for its patience."""

    head_seconds = 0.1


@pytest.fixture(scope="module")
def hasty() -> Iterator[Listening]:
    with Listening.on(Hasty) as listening:
        yield listening


def test_who_says_nothing_is_let_go(hasty: Listening) -> None:
    assert hasty.say() == []


@pytest.mark.parametrize("begun", [b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n", b"\r\nGET"])
def test_a_head_has_a_deadline(hasty: Listening, begun: bytes) -> None:
    assert hasty.say(begun) == [(408, None)]
    first, late = hasty.say(get(), begun)
    assert (first[0], late[0]) == (200, 408)


def test_a_head_that_trickles_has_the_same_deadline(hasty: Listening) -> None:
    with hasty.connected() as client, contextlib.suppress(ConnectionError):
        client.send(b"GET / HTTP/1.1\r\n")
        while True:  # until the server closes
            client.send(b"A")


@pytest.mark.parametrize("more", [b"\r\n", b"\r\n\r\n"])
def test_what_is_no_request_keeps_no_connection(hasty: Listening, more: bytes) -> None:
    assert hasty.say(more) == []
    [(status, _)] = hasty.say(get(), more)
    assert status == 200


def test_a_body_that_nobody_waits_for_keeps_no_connection(hasty: Listening) -> None:
    request_ = b"POST" + get("/early", "Content-Length: 1000000").removeprefix(b"GET")
    with hasty.connected() as client:
        client.send(request_)
        assert client.answer() is not None
        client.send(b"abc")
        assert client.rest() == []


def test_a_request_in_work_has_its_answer_first() -> None:
    for more, head_seconds in ((b"GET / HT", 0.1), (b"\x00", SECONDS), (get(host=""), SECONDS)):
        patience = type("Patience", (HttpProtocol,), {"head_seconds": head_seconds})
        with Listening.on(patience) as listening, listening.connected() as client:
            client.send(get("/waits"), more)
            with listening.connected() as other:
                other.send(get())  # its answer says that the first connection's bytes were read
                assert other.answer() is not None
            listening.release()
            [(status, told)] = [answer for answer in client.rest() if answer[0] != 408]
            assert (status, told["path"]) == (200, "/waits")
