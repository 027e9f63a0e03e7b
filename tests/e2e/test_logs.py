"""Logs: JSON lines on standard error, without secrets, whatever is logged and by whom."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.e2e.serving import CHECKOUT, environment

PROGRAM = """
import logging, sys, warnings
import structlog
from exgo_gql import logs
logs.configure("info")
log = structlog.get_logger("mine")
{}
"""
SECRETS = ("s3cret", "hunter2", "exgo_AbCdEfGhIjKlMnOpQrStUvWx")


def logged(statements: str) -> list[dict[str, Any]]:
    """What a process of its own logs."""
    ended = subprocess.run(
        (sys.executable, "-c", PROGRAM.format(statements)),
        env=environment(CHECKOUT),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == ""
    return [json.loads(line) for line in ended.stderr.splitlines()]


@pytest.fixture(scope="module")
def lines() -> dict[str, dict[str, Any]]:
    """Every kind of event, by its name."""
    found = logged(
        """
log.info("keys", password="s3cret", Authorization="s3cret", token_hash="s3cret", variables={"a": "s3cret"},
         nested={"deep": [{"newPassword": "s3cret", "ok": 1}]}, kept="seen", number=3, nothing=None)
log.info("urls", url="postgresql://exgo:s3cret@db/exgo", odd="postgresql://:s3c@ret/s3cret@x".replace("/s3cret", ""),
         plain="https://exgo.example:8000/graphql")
log.info("text", a="Bearer s3cret, then", b="password=s3cret&x=1", c='{"token": "s3cret"}', d="password = 's3 hunter2'",
         e="the token exgo_AbCdEfGhIjKlMnOpQrStUvWx was shown")
log.info("spelt", a="PASSWORD=s3cret", b="to\\u212aen=s3cret", c="pa\\u017f\\u017fword=s3cret", d="BEARER s3cret")
log.info("odd", half="\\ud800", large=2**70, thing=ValueError("secret: s3cret"), pair=(1, {2}))
try:
    raise ValueError("[SQL: insert]\\n[parameters: ('hunter2', ']s3cret')]\\nDETAIL:  Key (email)=(s3cret) exists.")
except ValueError:
    log.exception("failure")
logging.getLogger("theirs").warning("%s", "postgresql://u:s3cret@h/d")
try:
    raise ValueError("password=s3cret")
except ValueError:
    logging.getLogger("theirs").exception("foreign")
warnings.warn("careful")
log.debug("too small")
structlog.contextvars.bind_contextvars(request_id="r1")
log.info("bound")
"""
    )
    return {line["event"].split(":")[-1].strip(): line for line in found}


def test_every_line_is_whole(lines: dict[str, dict[str, Any]]) -> None:
    assert len(lines) == 10
    for line in lines.values():
        assert {"event", "level", "timestamp"} <= set(line)
        assert line["timestamp"].endswith("Z")


def test_no_secret_is_told(lines: dict[str, dict[str, Any]]) -> None:
    text = json.dumps(list(lines.values()))
    for secret in SECRETS:
        assert secret not in text
    keys = lines["keys"]
    for name in ("password", "Authorization", "token_hash", "variables"):
        assert keys[name] == "[redacted]"
    assert keys["nested"] == {"deep": [{"newPassword": "[redacted]", "ok": 1}]}
    assert (keys["kept"], keys["number"], keys["nothing"]) == ("seen", 3, None)


def test_what_is_no_secret_stays(lines: dict[str, dict[str, Any]]) -> None:
    urls, text = lines["urls"], lines["text"]
    assert urls["url"] == "postgresql://exgo:[redacted]@db/exgo"
    assert urls["plain"] == "https://exgo.example:8000/graphql"
    assert text["a"] == "Bearer [redacted], then"
    assert text["b"] == "password=[redacted]&x=1"
    assert text["c"] == '{"token": [redacted]}'
    assert text["e"] == "the token [redacted] was shown"
    assert lines["odd"]["large"] == 2**70
    assert lines["odd"]["pair"] == [1, [2]]
    assert lines["bound"]["request_id"] == "r1"


def test_tracebacks_and_warnings_are_lines_too(lines: dict[str, dict[str, Any]]) -> None:
    assert lines["failure"]["level"] == "error"
    assert lines["failure"]["exception"].startswith("Traceback (most recent call last):\n")
    assert "ValueError" in lines["foreign"]["exception"]
    assert lines["careful"]["level"] == "warning"


def test_the_line_of_a_request_is_as_structlog_writes_it() -> None:
    statements = """
logs.REQUEST_ID.set("r2")
log.info("request", operation={0!r}, status=200, milliseconds=1.5)
logs.requests.tell({0!r}, 200, 1.5)
log.warning("beside it")
"""
    for operation in ("Page", None, "password=s3cret", "\ud800"):
        theirs, ours, beside = logged(statements.format(operation))
        assert list(ours) == list(theirs)
        assert ours | {"timestamp": ""} == theirs | {"timestamp": ""}
        assert ours["timestamp"][-1] == "Z"
        assert (ours["request_id"], beside["request_id"]) == ("r2", "r2")
        assert "s3cret" not in json.dumps(ours)


def test_the_line_of_a_request_has_its_level() -> None:
    assert (
        logged('logs.configure("warning"); logs.REQUEST_ID.set("r2"); logs.requests.tell(None, 200, 1.5)')
        == []
    )
