"""Stock buckets and the movements between them (INV-1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

MOST_STOCK = 2**31 - 1
"""The largest balance of a bucket: what the columns, and GraphQL's whole numbers, hold."""


class Bucket(StrEnum):
    """Where pieces are: each movement changes one of these balances."""

    ON_THE_WAY = "ON_THE_WAY"
    PENDING = "PENDING"
    SELLABLE = "SELLABLE"
    UNSELLABLE = "UNSELLABLE"
    RESERVED = "RESERVED"
    SHIPPED = "SHIPPED"


@dataclass(frozen=True, slots=True)
class Move:
    """Pieces of a product from one bucket to another; no source: they come in, no target: they leave."""

    product_id: UUID
    qty: int
    source: Bucket | None
    target: Bucket | None

    def sides(self) -> Iterator[tuple[Bucket, int]]:
        """The signed quantities that this writes, a row each."""
        if self.source is not None:
            yield self.source, -self.qty
        if self.target is not None:
            yield self.target, self.qty


def moves(
    quantities: Mapping[UUID, int] | Iterable[tuple[UUID, int]], source: Bucket | None, target: Bucket | None
) -> list[Move]:
    """The same way for several products; those of quantity zero do not move."""
    pairs = quantities.items() if isinstance(quantities, Mapping) else quantities
    return [Move(product, qty, source, target) for product, qty in pairs if qty > 0]


def can_be_made(parts: Iterable[tuple[int, int]]) -> int:
    """How many combos the parts allow: of each (sellable, quantity per combo), the least whole share."""
    return min((sellable // qty for sellable, qty in parts), default=0)
