"""A transport that sends an answer's head with the first of its body: one packet and one system call, not two."""

from __future__ import annotations

import asyncio
from typing import Any

_INFORMATIONAL = b"HTTP/1.1 1"


class JoinedTransport(asyncio.Transport):
    """Passes everything on to the transport beneath, and holds heads back until more is written.

    ASGI has it so: nothing of an answer is sent before the application gave a piece of its body.
    """

    def __init__(self, beneath: asyncio.Transport) -> None:
        super().__init__()
        self._beneath = beneath
        self._head: bytes | None = None
        self._is_new = True

    def write(self, data: Any) -> None:
        """Send this, or hold it if it is an answer's head."""
        if self._head is not None:
            data, self._head = self._head + data, None
        elif self._is_new and not data.startswith(_INFORMATIONAL):
            self._head, self._is_new = data, False
            return
        self._beneath.write(data)

    def end_answer(self) -> None:
        """Send what is held; a head comes next."""
        self._flush()
        self._is_new = True

    def _flush(self) -> None:
        if self._head is not None:
            self._beneath.write(self._head)
            self._head = None

    def close(self) -> None:
        """Close, once everything is sent."""
        self._flush()
        self._beneath.close()

    def abort(self) -> None:
        self._beneath.abort()

    def is_closing(self) -> bool:
        return self._beneath.is_closing()

    def pause_reading(self) -> None:
        self._beneath.pause_reading()

    def resume_reading(self) -> None:
        self._beneath.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._beneath.set_protocol(protocol)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._beneath.get_extra_info(name, default)
