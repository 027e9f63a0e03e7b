"""Words of the reference data."""

from __future__ import annotations

from enum import StrEnum


class ElementKind(StrEnum):
    """How a declaration element is answered."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    CHOICE = "CHOICE"


CHOICES: dict[str, tuple[str, ...]] = {
    "品牌类型": ("0", "1", "2", "3", "4"),
    "出口享惠情况": ("0", "1", "2"),
}
"""The choices known everywhere (PRD-3)."""

OPTIONAL_ELEMENTS = frozenset({"GTIN", "CAS", "其他"})
"""The elements of the starting set that may be left out (PRD-10)."""
