"""Products: reading and every step."""

from __future__ import annotations

import strawberry

from exgo_gql.db import products as rows
from exgo_gql.db import stock
from exgo_gql.domain import products as rules
from exgo_gql.domain.products import PRODUCT, ProductAction
from exgo_gql.loaders.fields import Sorts, counts, lookup, pages
from exgo_gql.loaders.pages import Connection
from exgo_gql.resolvers.mutating import mutates
from exgo_gql.schema.inputs import values
from exgo_gql.schema.product_inputs import (
    ComboCreateInput,
    ComboUpdateInput,
    ProductApproveInput,
    ProductCreateInput,
    ProductIdInput,
    ProductRejectInput,
    ProductUpdateInput,
)
from exgo_gql.schema.products import PRODUCT_SORTS, Product, ProductCount, ProductFilter
from exgo_gql.schema.stock import Inventory, InventoryFilter
from exgo_gql.services import filings, products
from exgo_gql.services.work import Work

_LIVING = rows.Product.status != rules.ProductStatus.DELETED

INVENTORY_SORTS = Sorts(
    "InventorySort",
    "The orders of stock.",
    MOVED=("What moved last comes first.", stock.Inventory.updated_at.desc()),
)


@strawberry.type
class ProductQueries:
    """Root fields of reading."""

    product: Product | None = lookup(
        rows.Product.sku, living=_LIVING, description="A product, by its id or by the SKU of one not deleted."
    )
    products: Connection[Product] = pages(
        sorts=PRODUCT_SORTS, filters=ProductFilter, description="The product list (产品列表)."
    )
    product_counts: list[ProductCount] = counts(
        rows.Product.status,
        filters=ProductFilter,
        description="How many products are in each state, of those listed.",
    )
    inventory: Connection[Inventory] = pages(
        sorts=INVENTORY_SORTS,
        filters=InventoryFilter,
        description="All stock, by product, warehouse and mode (库存).",
    )


def _may(action: ProductAction) -> str:
    return PRODUCT.permission(action)


@mutates(may=_may(ProductAction.CREATE), gives=Product)
async def product_create(work: Work, input: ProductCreateInput) -> rows.Product:
    """Create an ordinary product (普通产品) as a draft."""
    return await products.create(work, values(input))


@mutates(may=_may(ProductAction.CREATE), gives=Product)
async def combo_create(work: Work, input: ComboCreateInput) -> rows.Product:
    """Create a combo (组合产品) of at least two ordinary products, as a draft."""
    given = values(input)
    return await products.create_combo(work, given, given.pop("parts"))


@mutates(may=_may(ProductAction.UPDATE), gives=Product)
async def product_update(work: Work, input: ProductUpdateInput) -> rows.Product:
    """Change a product. What its state locks is refused; a field left out stays as it is, null empties it."""
    given = values(input)
    return await products.update(work, given.pop("id"), given.pop("version"), given)


@mutates(may=_may(ProductAction.UPDATE), gives=Product)
async def combo_update(work: Work, input: ComboUpdateInput) -> rows.Product:
    """Change a combo; parts, where given, replace the old ones."""
    given = values(input)
    return await products.update(work, given.pop("id"), given.pop("version"), given)


@mutates(may=_may(ProductAction.FILE), gives=Product)
async def product_file(work: Work, input: ProductIdInput) -> rows.Product:
    """File a product with customs (备案): an ordinary one turns FILING, a combo of filed parts FILED at once."""
    return await filings.file(work, values(input)["id"])


@mutates(may=_may(ProductAction.APPROVE), gives=Product)
async def product_approve(work: Work, input: ProductApproveInput) -> rows.Product:
    """Customs file the product under a number."""
    given = values(input)
    return await filings.approve(work, given["id"], given["filing_no"])


@mutates(may=_may(ProductAction.REJECT), gives=Product)
async def product_reject(work: Work, input: ProductRejectInput) -> rows.Product:
    """Customs refuse the product, with a reason."""
    given = values(input)
    return await filings.reject(work, given["id"], given["reason"])


@mutates(may=_may(ProductAction.DISABLE), gives=Product)
async def product_disable(work: Work, input: ProductIdInput) -> rows.Product:
    """Take a filed product out of use (停用); what is confirmed runs on."""
    return await products.disable(work, values(input)["id"])


@mutates(may=_may(ProductAction.ENABLE), gives=Product)
async def product_enable(work: Work, input: ProductIdInput) -> rows.Product:
    """Put a disabled product back in use; what an admin disabled, only an admin enables."""
    return await products.enable(work, values(input)["id"])


@mutates(may=_may(ProductAction.DELETE), gives=Product)
async def product_delete(work: Work, input: ProductIdInput) -> rows.Product:
    """Delete a product (删除): refused while anything uses it. It stays readable, and its SKU is free again."""
    return await products.delete(work, values(input)["id"])


MUTATIONS = (
    product_create,
    combo_create,
    product_update,
    combo_update,
    product_file,
    product_approve,
    product_reject,
    product_disable,
    product_enable,
    product_delete,
)
