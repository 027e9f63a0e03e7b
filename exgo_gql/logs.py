"""Structured logs: one JSON line an event, secrets left out by key and by pattern (reliability, rule 24)."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
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
    structlog.configure(
        processors=[*shared, _written],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
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
