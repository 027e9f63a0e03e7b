"""Opaque global ids: the type's name and the row's uuid, in base64."""

from __future__ import annotations

import base64
import binascii
from uuid import UUID


def encode(type_name: str, id_: UUID) -> str:
    """The global id of a row."""
    return base64.b64encode(type_name.encode() + b":" + id_.bytes).decode()


def decode(text: str) -> tuple[str, UUID] | None:
    """The type's name and the uuid, or ``None`` for anything that is no id of ours."""
    try:
        name, raw = base64.b64decode(text.encode("ascii"), validate=True).split(b":", 1)
        return name.decode("ascii"), UUID(bytes=raw)
    except (ValueError, binascii.Error, UnicodeError):
        return None


def decode_as(type_name: str, text: str) -> UUID | None:
    """The uuid of an id of this type, or ``None``."""
    decoded = decode(text)
    return decoded[1] if decoded is not None and decoded[0] == type_name else None


def sql(type_name: str, column: str) -> str:
    """The same in SQL: for the planner. One line up to 40 letters of name, so base64 puts no line break in."""
    return f"encode(convert_to('{type_name}:', 'UTF8') || uuid_send({column}), 'base64')"
