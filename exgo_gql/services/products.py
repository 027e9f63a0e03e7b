"""Products: creating, editing, disabling and deleting them (PRD-1 to PRD-7). Filing is in ``filings``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from exgo_gql.db.asns import Asn, AsnLine
from exgo_gql.db.orders import Order, OrderLine
from exgo_gql.db.products import ComboPart, Product
from exgo_gql.db.stock import Inventory
from exgo_gql.domain import asns as asn_rules
from exgo_gql.domain import orders as order_rules
from exgo_gql.domain import products as rules
from exgo_gql.domain.actors import Actor
from exgo_gql.domain.codes import Code
from exgo_gql.domain.fields import check_fields, check_required
from exgo_gql.domain.machines import Machine
from exgo_gql.domain.numbers import today
from exgo_gql.domain.products import PRODUCT, ProductAction, ProductKind, ProductStatus
from exgo_gql.domain.refusals import Refusal, Refused, insist, refusal
from exgo_gql.services import combos, declarations, merchants, stock
from exgo_gql.services.references import check_codes
from exgo_gql.services.steps import changed, check, check_version, opened, take
from exgo_gql.services.work import Work

MACHINE: Machine = PRODUCT


async def create(work: Work, values: Mapping[str, Any]) -> Product:
    """An ordinary product as a draft. ``values`` may hold ``hs_code`` and ``elements`` beside the columns."""
    columns, hs_code, elements = _customs_data(values)
    problems = check_required(rules.REQUIRED, columns) + _elements_twice(values)
    problems += await _value_problems(work, columns)
    hs, hs_problems = await declarations.hs_row(work, hs_code)
    insist([*problems, *hs_problems])
    merchant = await merchants.current(work)
    product = work.add(
        Product(
            merchant_id=merchant.id,
            kind=ProductKind.ORDINARY,
            status=ProductStatus.DRAFT,
            currency_code=merchant.currency_code,
            hs_code_id=hs.id if hs else None,
            created_at=work.now,
            updated_at=work.now,
            **columns,
        )
    )
    await work.flush(product)
    if elements:
        await declarations.write_elements(work, product, hs, elements)
    opened(work, MACHINE, product, ProductAction.CREATE)
    return product


async def create_combo(work: Work, values: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> Product:
    """A combo as a draft, with its parts (PRD-4)."""
    problems = check_required(rules.COMBO_REQUIRED, values) + await _value_problems(work, values)
    insist(problems)
    merchant = await merchants.current(work)
    combo = work.add(
        Product(
            merchant_id=merchant.id,
            kind=ProductKind.COMBO,
            status=ProductStatus.DRAFT,
            currency_code=merchant.currency_code,
            created_at=work.now,
            updated_at=work.now,
            **values,
        )
    )
    await work.flush(combo)
    await combos.write_parts(work, combo, parts)
    opened(work, MACHINE, combo, ProductAction.CREATE)
    return combo


async def update(work: Work, id_: UUID, version: int, values: Mapping[str, Any]) -> Product:
    """Change fields of a product; what the state locks is refused (PRD-5)."""
    product = await work.lock(Product, id_)
    await check_version(work, product, version)
    check(MACHINE, product, ProductAction.UPDATE, {}, work.viewer)
    columns, hs_code, elements = _customs_data(values)
    parts = columns.pop("parts", None)
    insist(_kind_problems(product, values))
    insist(rules.locked(product.status, [name for name in values if name != "version"]))
    problems = [
        refusal(Code.REQUIRED, n) for n, v in columns.items() if v is None and n in _required(product)
    ]
    problems += _elements_twice(values) + await _value_problems(work, columns, product)
    hs, hs_problems = await declarations.hs_row(work, hs_code)
    problems += hs_problems
    if product.status in (ProductStatus.FILED, ProductStatus.DISABLED):
        merged = {name: columns.get(name, getattr(product, name)) for name in _PRICES}
        problems += rules.price_rule(*(merged[name] for name in _PRICES))
    insist(problems)
    changes = changed(product, columns)
    if "hs_code" in values:
        changes += changed(product, {"hs_code_id": hs.id if hs else None})
    await work.flush(product)
    if "hs_code" in values or "elements" in values:
        now = hs if "hs_code" in values else await declarations.hs_of(work, product)
        changes += await declarations.write_elements(
            work, product, now, elements or {}, keep="elements" not in values
        )
    if parts is not None:
        changes += await combos.write_parts(work, product, parts)
    take(work, MACHINE, product, ProductAction.UPDATE, changes=changes)
    return product


async def disable(work: Work, id_: UUID) -> Product:
    """Take a filed product out of use: not on new confirmed documents; what is confirmed runs on."""
    product = await work.lock(Product, id_)
    take(work, MACHINE, product, ProductAction.DISABLE, **stock.came_in(product, [product.id]))
    product.disabled_by_admin = Actor.ADMIN in work.viewer.parts
    return product


async def enable(work: Work, id_: UUID) -> Product:
    """Put a disabled product back in use."""
    product = await work.lock(Product, id_)
    check(MACHINE, product, ProductAction.ENABLE, {}, work.viewer)
    if product.kind is ProductKind.COMBO:
        await combos.insist_parts_filed(work, product)
    else:
        hs = await declarations.hs_of(work, product)
        entry = await declarations.hs_entry(work, hs) if hs else None
        if entry is None or not entry.valid_on(today(work.now)):
            raise Refused(refusal(Code.HS_CODE_NOT_VALID, "id", value=entry.code if entry else "–"))
    take(work, MACHINE, product, ProductAction.ENABLE, **stock.came_in(product, [product.id]))
    product.disabled_by_admin = False
    return product


async def delete(work: Work, id_: UUID) -> Product:
    """Delete: a state, not a removal. What holds the product is named; its SKU is free again (PRD-7)."""
    product = await work.lock(Product, id_)
    check(MACHINE, product, ProductAction.DELETE, {}, work.viewer)
    holders = await holders_of(work, product)
    if holders:
        raise Refused(refusal(Code.IN_USE, "id", holders=holders))
    take(work, MACHINE, product, ProductAction.DELETE)
    return product


async def holders_of(work: Work, product: Product, most: int = 10) -> list[str]:
    """What keeps a product from being deleted: live combos, ASNs and orders, and stock that is not shipped."""
    mine = product.merchant_id
    combo = select(Product.sku).join(
        ComboPart, (ComboPart.merchant_id == Product.merchant_id) & (ComboPart.combo_id == Product.id)
    )
    combo = combo.where(
        ComboPart.merchant_id == mine,
        ComboPart.part_id == product.id,
        Product.status != ProductStatus.DELETED,
    )
    asn = select(Asn.receiving_no).join(
        AsnLine, (AsnLine.merchant_id == Asn.merchant_id) & (AsnLine.asn_id == Asn.id)
    )
    asn = asn.where(
        AsnLine.merchant_id == mine, AsnLine.product_id == product.id, Asn.status.in_(asn_rules.LIVE)
    )
    order = select(Order.order_no).join(
        OrderLine, (OrderLine.merchant_id == Order.merchant_id) & (OrderLine.order_id == Order.id)
    )
    order = order.where(
        OrderLine.merchant_id == mine, OrderLine.product_id == product.id, Order.status.in_(order_rules.LIVE)
    )
    stock = select(Inventory.warehouse_code).where(
        Inventory.merchant_id == mine,
        Inventory.product_id == product.id,
        Inventory.on_the_way_qty
        + Inventory.pending_qty
        + Inventory.sellable_qty
        + Inventory.unsellable_qty
        + Inventory.reserved_qty
        > 0,
    )
    holders: list[str] = []
    for chosen in (combo, asn, order, stock):
        holders += await work.session.scalars(chosen.distinct().limit(most))
    return sorted(holders)[:most]


_PRICES = ("sales_price", "vat_invoice_price", "contract_price")


def _customs_data(values: Mapping[str, Any]) -> tuple[dict[str, Any], str | None, dict[str, str] | None]:
    columns = {name: value for name, value in values.items() if name not in ("hs_code", "elements")}
    elements = values.get("elements")
    by_name = {item["name"]: item["value"] for item in elements} if elements is not None else None
    return columns, values.get("hs_code"), by_name


def _required(product: Product) -> tuple[str, ...]:
    return rules.COMBO_REQUIRED if product.kind is ProductKind.COMBO else rules.REQUIRED


def _kind_problems(product: Product, values: Mapping[str, Any]) -> list[Refusal]:
    customs = {"hs_code", "elements", "customs_name", "legal_qty", "second_qty"}
    foreign = customs if product.kind is ProductKind.COMBO else {"parts"}
    return [refusal(Code.WRONG_KIND, name, kind=str(product.kind)) for name in values if name in foreign]


def _elements_twice(values: Mapping[str, Any]) -> list[Refusal]:
    names = [item["name"] for item in values.get("elements") or ()]
    return [
        refusal(Code.TWICE, "elements", place, "name", value=name)
        for place, name in enumerate(names)
        if name in names[:place]
    ]


async def _value_problems(
    work: Work, columns: Mapping[str, Any], product: Product | None = None
) -> list[Refusal]:
    problems = check_fields(rules.LIMITS, columns) + await check_codes(work, columns)
    both = ("net_weight_kg", "gross_weight_kg")
    return problems + rules.weights({n: columns.get(n, getattr(product, n, None)) for n in both})
