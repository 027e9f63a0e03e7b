"""What a product declares to customs: its HS code and the elements of it (PRD-3)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from exgo_gql.db.products import Product, ProductElement
from exgo_gql.db.reference import HsCode, HsElement
from exgo_gql.domain import products as rules
from exgo_gql.domain.codes import Code
from exgo_gql.domain.numbers import today
from exgo_gql.domain.refusals import Refusal, insist, refusal
from exgo_gql.services.work import Change, Work


async def hs_entry(work: Work, hs: HsCode) -> rules.HsEntry:
    """An HS code as the rules need it."""
    required = await work.session.scalars(
        select(HsElement.name)
        .where(HsElement.hs_code_id == hs.id, HsElement.required)
        .order_by(HsElement.position)
    )
    return rules.HsEntry(hs.code, hs.second_unit_code, hs.valid_from, hs.valid_to, list(required))


async def elements_of(work: Work, product: Product) -> dict[str, str]:
    """The declaration elements of a product by name, in their order."""
    chosen = (
        select(HsElement.name, ProductElement.value)
        .join(ProductElement, ProductElement.element_id == HsElement.id)
        .where(ProductElement.merchant_id == product.merchant_id, ProductElement.product_id == product.id)
        .order_by(ProductElement.position)
    )
    return {row.name: row.value for row in await work.session.execute(chosen)}


async def hs_row(work: Work, code: str | None) -> tuple[HsCode | None, list[Refusal]]:
    """The row of an HS code that is valid today, or why there is none."""
    if code is None:
        return None, []
    day = today(work.now)
    chosen = select(HsCode).where(
        HsCode.code == code,
        HsCode.valid_from <= day,
        (HsCode.valid_to.is_(None)) | (HsCode.valid_to >= day),
    )
    found = (await work.session.scalars(chosen.order_by(HsCode.valid_from.desc()).limit(1))).first()
    if found is not None:
        return found, []
    known = await work.session.scalar(select(HsCode.code).where(HsCode.code == code).limit(1))
    missing = refusal(Code.UNKNOWN_CODE, "hs_code", what="HS code", value=code)
    return None, [refusal(Code.HS_CODE_NOT_VALID, "hs_code", value=code) if known else missing]


async def hs_of(work: Work, product: Product) -> HsCode | None:
    """The HS code that a product names."""
    return await work.session.get(HsCode, product.hs_code_id) if product.hs_code_id else None


async def write_elements(
    work: Work, product: Product, hs: HsCode | None, given: Mapping[str, str], *, keep: bool = False
) -> list[Change]:
    """Write the declaration elements of a product in place of the old ones; with ``keep``, those of the old ones
    that its HS code still has.
    """
    old = await elements_of(work, product)
    wanted = dict(old) if keep else dict(given)
    known: dict[str, HsElement] = {}
    if hs is not None:
        rows = await work.session.scalars(select(HsElement).where(HsElement.hs_code_id == hs.id))
        known = {row.name: row for row in rows}
    if keep:
        wanted = {name: value for name, value in wanted.items() if name in known}
    problems: list[Refusal] = []
    for name, value in wanted.items():
        if name not in known:
            code = hs.code if hs else "–"
            problems.append(refusal(Code.ELEMENT_UNKNOWN, "elements", hs_code=code, name=name))
        else:
            problem = rules.ELEMENT_VALUE.check(value)
            problems += [problem.under("elements")] if problem else []
    insist(problems)
    for row in await work.find_all(ProductElement, ProductElement.product_id == product.id):
        await work.session.delete(row)
    await work.flush()
    for name, value in wanted.items():
        element = known[name]
        work.add(
            ProductElement(
                merchant_id=product.merchant_id,
                product_id=product.id,
                element_id=element.id,
                position=element.position,
                value=value,
            )
        )
    await work.flush()
    if old == wanted:
        return []
    return [Change("elements", [f"{n}={v}" for n, v in old.items()], [f"{n}={v}" for n, v in wanted.items()])]
