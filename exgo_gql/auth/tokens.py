"""Tokens: 256 random bits, shown once, stored as SHA-256 (reliability, rule 22)."""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "exgo_"
COOKIE = "exgo_session"


def make() -> str:
    """A new token."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is stored of a token. No salt: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
