"""The parts of combos (PRD-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from exgo_gql.db.products import ComboPart, Product
from exgo_gql.domain import products as rules
from exgo_gql.domain.codes import Code
from exgo_gql.domain.products import ProductKind, ProductStatus
from exgo_gql.domain.refusals import Refusal, Refused, insist, refusal
from exgo_gql.services.work import Change, Work


async def parts_of(work: Work, combo: Product) -> list[ComboPart]:
    """The parts of a combo, in their order."""
    chosen = work.mine(ComboPart).where(
        ComboPart.merchant_id == combo.merchant_id, ComboPart.combo_id == combo.id
    )
    return list(await work.session.scalars(chosen.order_by(ComboPart.position)))


async def insist_parts_filed(work: Work, combo: Product) -> None:
    """Refuse unless the combo has two parts and all of them are FILED."""
    parts = await parts_of(work, combo)
    if len(parts) < rules.LEAST_PARTS:
        raise Refused(refusal(Code.PARTS_TOO_FEW, "id"))
    products = await work.find_all(Product, Product.id.in_([part.part_id for part in parts]))
    unfiled = sorted(p.sku for p in products if p.status is not ProductStatus.FILED)
    if unfiled:
        raise Refused(refusal(Code.PART_NOT_FILED, "id", skus=unfiled))


async def write_parts(work: Work, combo: Product, parts: Sequence[Mapping[str, Any]]) -> list[Change]:
    """Write the parts of a combo in place of the old ones; every problem of every part is told at once."""
    problems: list[Refusal] = []
    if len(parts) > rules.MOST_PARTS:
        problems.append(refusal(Code.TOO_MANY, "parts", most=rules.MOST_PARTS))
    wanted = {part["product_id"] for part in parts}
    products = await work.hold(Product, wanted)
    seen: set[UUID] = set()
    for place, part in enumerate(parts):
        product = products.get(part["product_id"])
        if product is None or product.status is ProductStatus.DELETED:
            problems.append(refusal(Code.NOT_FOUND, "parts", place, "product_id", what="product"))
            continue
        if product.kind is not ProductKind.ORDINARY:
            problems.append(refusal(Code.PART_NOT_ORDINARY, "parts", place, "product_id", sku=product.sku))
        if product.id in seen:
            problems.append(refusal(Code.TWICE, "parts", place, "product_id", value=product.sku))
        seen.add(product.id)
        wrong = rules.PART_QTY.check(part["qty"])
        if wrong is not None:
            problems.append(wrong.under("parts", place, "qty"))
    if len(seen) < rules.LEAST_PARTS:
        problems.append(refusal(Code.PARTS_TOO_FEW, "parts"))
    insist(problems)
    old = await parts_of(work, combo)
    for row in old:
        await work.session.delete(row)
    await work.flush()
    for position, part in enumerate(parts, start=1):
        work.add(
            ComboPart(
                merchant_id=combo.merchant_id,
                combo_id=combo.id,
                part_id=part["product_id"],
                position=position,
                qty=part["qty"],
            )
        )
    await work.flush()
    before = sorted(f"{row.part_id}×{row.qty}" for row in old)
    after = sorted(f"{part['product_id']}×{part['qty']}" for part in parts)
    return [Change("parts", before, after)] if before and before != after else []
