"""Structured logs: one JSON line an event, secrets left out by key and by pattern (reliability, rule 24)."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

HIDDEN = "[redacted]"
_SECRET_KEY = re.compile(
    r"passw|token|secret|authorization|cookie|captcha|credential|dsn|^variables$", re.IGNORECASE
)
_SECRETS = (
    (re.compile(r"(?<=://)([^/@:\s]*):[^/\s]+@"), rf"\1:{HIDDEN}@"),
    (
        re.compile(r"(\[parameters:|\bDETAIL:)[^\n]*"),
        rf"\1 {HIDDEN}",
    ),  # what a database's errors say of values
    (re.compile(r"(?i)(\bbearer\s+)[^\s'\",]+"), rf"\1{HIDDEN}"),
    (
        re.compile(
            r"""(?i)(\b\w*(?:password|passwd|secret|token)['"]?\s*[=:]\s*)('[^']*'|"[^"]*"|[^\s,;&)}\]]+)"""
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"exgo_[A-Za-z0-9_-]{20,}"), HIDDEN),
)
_SIGNS = ("://", "[parameters:", "detail:", "bearer", "password", "passwd", "secret", "token", "exgo_")
"""One of these is in every text, case folded, that a pattern of ``_SECRETS`` matches: far cheaper to look for."""
_INNER = frozenset({"_record", "_from_structlog"})
"""structlog's own keys, which it takes out before the line is written."""
_DEEPEST = 6

REQUEST_ID: ContextVar[str] = ContextVar(f"{structlog.contextvars.STRUCTLOG_KEY_PREFIX}request_id")
"""Of the request at hand. structlog finds it by its name, so that every line of the request carries it."""


class Requests:
    """The line that every request has: as structlog writes it, in a third of the time."""

    def __init__(self) -> None:
        self._log = structlog.get_logger(__name__)
        self._processors: list[Any] = []
        self._out: structlog.BytesLogger | None = None

    def begin(self, processors: list[Any], out: structlog.BytesLogger | None) -> None:
        """``processors`` is the list that structlog has, into which a test puts its own; ``out`` is where it writes.

        Without ``out``, structlog does it, and the level.
        """
        self._processors, self._out = processors, out

    def tell(self, operation: str | None, status: int, milliseconds: float) -> None:
        """Within the request, for its id."""
        if self._out is None or self._processors[-1] is not _written:
            self._log.info("request", operation=operation, status=status, milliseconds=milliseconds)
            return
        line = {
            "operation": _shown("operation", operation, _DEEPEST),
            "status": status,
            "milliseconds": milliseconds,
            "event": "request",
            "request_id": REQUEST_ID.get(),
            "level": "info",
            "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        }
        self._out.info(_written(None, "info", line))


requests = Requests()


def configure(level: str) -> None:
    """Set up logging of the process, ours and the libraries'. ``level`` is a name such as ``INFO``.

    Our own events go straight to standard error: by way of the standard library each costs three times as much.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.format_exc_info,
        _redact,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    processors = [*shared, _written]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    told = structlog.get_logger().is_enabled_for(logging.INFO)
    requests.begin(processors, structlog.BytesLogger(sys.stderr.buffer) if told else None)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _line,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    for name in ("pgqueuer", "alembic", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: value if key in _INNER else _shown(key, value, _DEEPEST) for key, value in event.items()}


def _shown(key: object, value: Any, depth: int) -> Any:
    """A value as it may be logged; what is neither text nor plain is spelt out, so that it can be searched."""
    if isinstance(key, str) and _is_secret(key):
        return HIDDEN
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping) and depth:
        return {str(k): _shown(k, v, depth - 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth:
        return [_shown(None, item, depth - 1) for item in value]
    text = str(value)
    folded = text.casefold()
    for sign in _SIGNS:
        if sign in folded:
            break
    else:
        return text
    for secret, shown in _SECRETS:
        text = secret.sub(shown, text)
    return text


@lru_cache(maxsize=1024)
def _is_secret(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None


def _line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return _written(_logger, _method, event).decode()


def _written(_logger: WrappedLogger, _method: str, event: EventDict) -> bytes:
    try:
        return orjson.dumps(event)
    except TypeError:  # half a character, or a number past 64 bits
        return json.dumps(event, default=str).encode()
