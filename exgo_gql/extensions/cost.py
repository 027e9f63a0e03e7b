"""Cost as a function of the page sizes that only a request's variables know (rule 17, API-8).

A document is walked once; what is left is a number, or, where a page size is a variable, a small graph of
sums and products. Fragments stay shared in it, so asking for its value is linear in the document however
often they are spread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MOST = 10**9
"""Where counting stops: nothing near it is allowed, and numbers stay small."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many objects a field yields, by its ``first`` and ``last`` and by the lists it is given.

    A number is a literal, a text the name of a variable.
    """

    otherwise: int
    """The size when no page size is given."""
    pages: tuple[int | str, ...] = ()
    lists: tuple[int | str, ...] = ()

    @property
    def varies(self) -> bool:
        return any(isinstance(part, str) for part in (*self.pages, *self.lists))

    def at(self, values: Mapping[str, Any]) -> int:
        """The size under these coerced variables: the greatest page, no less than the longest list."""
        pages = [page for part in self.pages if (page := _page(part, values)) is not None]
        return max(max(pages, default=self.otherwise), *(_length(part, values) for part in self.lists), 0)


ONCE = Size(1)


@dataclass(frozen=True, slots=True, eq=False)
class Cost:
    """A fixed part, and parts that are multiplied by sizes."""

    fixed: int
    parts: tuple[tuple[Size, Cost], ...] = ()

    @property
    def varies(self) -> bool:
        """Whether variables change it."""
        return bool(self.parts)

    def at(self, values: Mapping[str, Any]) -> int:
        """The cost under these coerced variables, at most ``MOST``."""
        return _value(self, values, {})

    def plus(self, number: int) -> Cost:
        return Cost(min(self.fixed + number, MOST), self.parts)


FREE = Cost(0)


def total(costs: Iterable[Cost]) -> Cost:
    """The costs together; one that varies is referred to, not copied."""
    fixed = 0
    parts = []
    for cost in costs:
        if cost.varies:
            parts.append((ONCE, cost))
        else:
            fixed += cost.fixed
    return Cost(min(fixed, MOST), tuple(parts))


def times(size: Size, cost: Cost) -> Cost:
    """The cost of so many."""
    if size.varies or cost.varies:
        return Cost(0, ((size, cost),))
    return Cost(min(size.at({}) * cost.fixed, MOST))


def _value(cost: Cost, values: Mapping[str, Any], known: dict[int, int]) -> int:
    if not cost.parts:
        return cost.fixed
    key = id(cost)
    if key not in known:
        known[key] = min(
            MOST, cost.fixed + sum(size.at(values) * _value(each, values, known) for size, each in cost.parts)
        )
    return known[key]


def _page(part: int | str, values: Mapping[str, Any]) -> int | None:
    value = values.get(part) if isinstance(part, str) else part
    return value if isinstance(value, int) else None


def _length(part: int | str, values: Mapping[str, Any]) -> int:
    if isinstance(part, int):
        return part
    value = values.get(part)
    return len(value) if isinstance(value, list) else 0
