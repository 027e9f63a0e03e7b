"""Stock as the SDL shows it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from exgo_gql.db import stock as rows
from exgo_gql.domain.machines import Mode
from exgo_gql.domain.stock import Bucket
from exgo_gql.loaders.fields import column, one
from exgo_gql.loaders.filters import Filters, equals, filters, where
from exgo_gql.loaders.nodes import Node, node

if TYPE_CHECKING:
    from exgo_gql.schema.asns import Asn, ReceiptBatch
    from exgo_gql.schema.orders import Order
    from exgo_gql.schema.products import Product
    from exgo_gql.schema.reference import Warehouse


@node(rows.Inventory, may="stock:read")
class Inventory(Node):
    """What a merchant has of a product in a warehouse (库存), in pieces by bucket."""

    __slots__ = ()
    mode: Mode = column(
        description="Consolidation goods belong to their orders and are never sold from stock."
    )
    on_the_way_qty: int = column(description="在途: dispatched, not counted yet.")
    pending_qty: int = column(description="待上架: counted good, not on a shelf yet.")
    sellable_qty: int = column(description="可用: on a shelf, free.")
    unsellable_qty: int = column(description="不良品: damaged.")
    reserved_qty: int = column(description="占用: belongs to submitted orders.")
    shipped_qty: int = column(description="已出库: sent so far.")
    updated_at: dt.datetime = column(description="When it last moved.")
    product: Product = one(description="The product.")
    warehouse: Warehouse = one(description="The warehouse.")


@node(rows.StockMovement, may="stock:read")
class StockMovement(Node):
    """One change of one bucket. Written with its cause, never edited; a balance is the sum of its movements."""

    __slots__ = ()
    mode: Mode = column(description="Which of the two kinds of stock.")
    bucket: Bucket = column(description="The bucket that changed.")
    qty: int = column(description="Pieces in, or (negative) out.")
    action: str = column(description="The step that moved them, such as `asn:put_away`.")
    at: dt.datetime = column(description="When.")
    product: Product = one(description="The product.")
    warehouse: Warehouse = one(description="The warehouse.")
    asn: Asn | None = one(description="The ASN that caused it.")
    batch: ReceiptBatch | None = one(description="The receipt batch that caused it.")
    order: Order | None = one(description="The order that caused it.")


@filters("Which stock to list.")
class InventoryFilter(Filters):
    """Conditions on balances."""

    warehouse_code: str | None = where(
        equals(rows.Inventory.warehouse_code), description="This warehouse alone."
    )
    mode: Mode | None = where(equals(rows.Inventory.mode), description="This kind of stock alone.")
