"""A cache that one-off keys cannot empty: a segmented least-recently-used list, bounded by weight."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")

_PROTECTED = 0.8
"""The share kept for keys that were asked for again."""


class Recent(Generic[Value]):
    """Values by a key, the least recently used forgotten first.

    A new key is on probation; asked for again, it is protected. Keys that come once push out only others on
    probation.
    """

    def __init__(self, most: int) -> None:
        """``most`` is the weight of all values together, in whatever unit they are put in with."""
        self._most = most
        self._probation: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._protected: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self.weight = 0
        self._protected_weight = 0

    def __len__(self) -> int:
        return len(self._probation) + len(self._protected)

    def get(self, key: Hashable) -> Value | None:
        """The value, or ``None``; asking is using."""
        held = self._protected.get(key)
        if held is not None:
            self._protected.move_to_end(key)
            return held[0]
        held = self._probation.pop(key, None)
        if held is None:
            return None
        self._protected[key] = held
        self._protected_weight += held[1]
        while self._protected_weight > self._most * _PROTECTED:
            demoted, (value, weight) = self._protected.popitem(last=False)
            self._protected_weight -= weight
            self._probation[demoted] = value, weight
        return held[0]

    def put(self, key: Hashable, value: Value, weight: int) -> None:
        """Remember a value; one that is heavier than the whole cache is not kept."""
        self._drop(key)
        if weight > self._most:
            return
        self._probation[key] = value, weight
        self.weight += weight
        self._shrink()

    def grow(self, key: Hashable, weight: int) -> None:
        """Count so much more for a value that has grown, if it is still remembered."""
        for part in (self._protected, self._probation):
            if key in part:
                value, held = part[key]
                part[key] = value, held + weight
                self.weight += weight
                self._protected_weight += weight if part is self._protected else 0
                self._shrink()

    def _shrink(self) -> None:
        while self.weight > self._most:
            self._drop(next(iter(self._probation or self._protected)))

    def _drop(self, key: Hashable) -> None:
        held = self._probation.pop(key, None)
        if held is None:
            held = self._protected.pop(key, None)
            self._protected_weight -= held[1] if held else 0
        self.weight -= held[1] if held else 0
