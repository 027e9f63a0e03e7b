"""Names as clients know them."""

from __future__ import annotations


def camel(name: str) -> str:
    """``net_weight_kg`` → ``netWeightKg``."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def pascal(name: str) -> str:
    """``product_create`` → ``ProductCreate``."""
    return "".join(part.capitalize() for part in name.split("_"))
