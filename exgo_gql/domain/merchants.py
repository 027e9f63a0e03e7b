"""Merchants and log-ins: their states."""

from __future__ import annotations

from enum import StrEnum


class MerchantStatus(StrEnum):
    """Where a merchant stands (ACC-3)."""

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    PENDING_PROFILE = "PENDING_PROFILE"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


class SessionKind(StrEnum):
    """How a token was had: by log-in, or from the command line."""

    LOGIN = "LOGIN"
    TOKEN = "TOKEN"  # noqa: S105  # a kind of session, not a secret
