"""Why a document is not planned. The loaders answer it instead; a metric counts the reasons."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """What stood in the way of one statement."""

    OFF = "off"
    """The planner is switched off."""
    ANONYMOUS = "anonymous"
    """Nobody is logged in, so the answer is an error."""
    PERMISSION = "permission"
    """The viewer lacks one, so a part of the answer is an error."""
    MUTATION = "mutation"
    INTROSPECTION = "introspection"
    RESOLVER = "resolver"
    """A field is a function: nothing says what SQL it would be."""
    ARGUMENTS = "arguments"
    """They make no sense, so the answer is an error."""
    ALIAS = "alias"
    """Longer than a name in PostgreSQL."""
    NULLABLE = "nullable"
    """An expression of a non-null field that might be null."""
    SIZE = "size"
    """More tables than one statement should read."""
    FAILED = "failed"
    """It was planned and run, and that failed."""


class Unplannable(Exception):  # noqa: N818  # not a fault: the loaders answer
    """No statement for this document."""

    def __init__(self, reason: Reason, where: str = "") -> None:
        """``where`` names the field that stood in the way, such as ``Query.viewer``."""
        super().__init__(f"{reason}: {where}" if where else str(reason))
        self.reason = reason
