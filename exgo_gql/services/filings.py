"""Filings with customs: what is sent, and what its answer does (CUS-1, CUS-2). Decided once, by whom it may be."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement

from exgo_gql.db.products import CustomsFiling, Product
from exgo_gql.db.reference import HsCode
from exgo_gql.domain import products as rules
from exgo_gql.domain.codes import Code
from exgo_gql.domain.customs import Decision, FilingStatus
from exgo_gql.domain.events import Topic
from exgo_gql.domain.fields import REASON
from exgo_gql.domain.numbers import today
from exgo_gql.domain.products import PRODUCT, ProductAction, ProductKind, ProductStatus
from exgo_gql.domain.refusals import Refused, insist, refusal
from exgo_gql.services import combos, declarations, merchants, stock
from exgo_gql.services.steps import check, take
from exgo_gql.services.work import Work, subject_of


async def file(work: Work, id_: UUID) -> Product:
    """File a product: an ordinary one goes to customs, a combo of filed parts is FILED at once."""
    product = await work.lock(Product, id_)
    check(PRODUCT, product, ProductAction.FILE, {}, work.viewer)
    if product.kind is ProductKind.COMBO:
        await combos.insist_parts_filed(work, product)
        take(work, PRODUCT, product, ProductAction.FILE, target=ProductStatus.FILED)
        product.filed_at = work.now
        return product
    merchant = await merchants.of(work, product.merchant_id)
    hs = await work.session.get(HsCode, product.hs_code_id) if product.hs_code_id else None
    elements = await declarations.elements_of(work, product)
    values = {column.key: getattr(product, column.key) for column in Product.__table__.columns}
    entry = await declarations.hs_entry(work, hs) if hs else None
    insist(rules.filing_blockers(values, elements, entry, merchant.currency_code, today(work.now)))
    snapshot = {name: None if value is None else str(value) for name, value in values.items()}
    filing = await send(
        work, product, product.sku, {**snapshot, "hs_code": entry and entry.code, "elements": elements}
    )
    take(work, PRODUCT, product, ProductAction.FILE, **told(filing))
    product.rejection_reason = None
    return product


async def send(work: Work, row: Any, number: str, snapshot: dict[str, Any]) -> CustomsFiling:
    """Put a document on its way to customs: the row that holds what is sent and, later, what was answered."""
    filing = work.add(
        CustomsFiling(
            merchant_id=row.merchant_id,
            **{f"{subject_of(type(row))}_id": row.id},
            number=number,
            status=FilingStatus.QUEUED,
            snapshot=snapshot,
            queued_at=work.now,
        )
    )
    await work.flush()
    return filing


def told(filing: CustomsFiling) -> dict[str, Any]:
    """The part of a step that hands its filing to the worker."""
    return {"payload": {"filing_id": str(filing.id)}, "topics": [(Topic.CUSTOMS, f"filing:{filing.id}")]}


async def approve(work: Work, id_: UUID, filing_no: str) -> Product:
    """Customs file a product under a number."""
    problem = rules.FILING_NO.check(filing_no)
    insist([problem.under("filing_no") if problem else None])
    return await decide_product(work, id_, Decision(approved=True, filing_no=filing_no))


async def reject(work: Work, id_: UUID, reason: str) -> Product:
    """Customs reject a product, with a reason."""
    insist_reason(reason)
    return await decide_product(work, id_, Decision(approved=False, reason=reason))


async def decide_product(work: Work, id_: UUID, decision: Decision) -> Product:
    """What customs decide of a product: FILED or REJECTED, once."""
    product = await work.lock(Product, id_)
    action = ProductAction.APPROVE if decision.approved else ProductAction.REJECT
    check(PRODUCT, product, action, {}, work.viewer)
    await settle(work, product, decision)
    if decision.approved:
        product.filing_no, product.filed_at, product.rejection_reason = decision.filing_no, work.now, None
    else:
        product.rejection_reason = decision.reason
    told = stock.came_in(product, [product.id]) if decision.approved else {}
    take(work, PRODUCT, product, action, reason=decision.reason, **told)
    return product


async def settle(work: Work, row: Any, decision: Decision) -> None:
    """Close the open filing of a locked document with a decision. Raises ``Refused`` when there is none."""
    filing = await open_filing(work, row)
    if filing is None:
        raise Refused(refusal(Code.ALREADY_DECIDED, "id"))
    filing.status = FilingStatus.APPROVED if decision.approved else FilingStatus.REJECTED
    filing.reason, filing.decided_at = decision.reason, work.now
    filing.answer = {
        "approved": decision.approved,
        "filing_no": decision.filing_no,
        "reason": decision.reason,
        "by": str(work.viewer.kind),
    }


async def open_filing(work: Work, row: Any) -> CustomsFiling | None:
    """The filing of a document that waits for an answer."""
    key: ColumnElement[Any] = getattr(CustomsFiling, f"{subject_of(type(row))}_id")
    found = await work.find_all(
        CustomsFiling,
        CustomsFiling.merchant_id == row.merchant_id,
        key == row.id,
        CustomsFiling.decided_at.is_(None),
    )
    return found[0] if found else None


def insist_reason(reason: str) -> None:
    """A reason is a text of its limit. Raises ``Refused``."""
    problem = REASON.check(reason)
    insist([problem.under("reason") if problem else None])
