"""Select lists as JSON."""

from __future__ import annotations

_ROW = '"~"'
"""What a row is called while it becomes JSON: no response key, or this would mean its column of that name."""


def as_row(select: str) -> str:
    """The JSON object of the one row, or null, that a select list with what follows it gives."""
    return f"(select row_to_json({_ROW}) from (select {select}) {_ROW})"


def as_list(select: str) -> str:
    """The JSON list of all rows."""
    return f"(select coalesce(json_agg({_ROW}), '[]') from (select {select}) {_ROW})"
