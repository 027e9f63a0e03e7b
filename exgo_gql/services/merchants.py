"""The merchant of a unit of work."""

from __future__ import annotations

from uuid import UUID

from exgo_gql.db.merchants import Merchant
from exgo_gql.services.work import Work


async def current(work: Work) -> Merchant:
    """The viewer's own merchant, read without a lock."""
    assert work.viewer.merchant_id is not None  # only steps of merchants ask for it
    return await of(work, work.viewer.merchant_id)


async def of(work: Work, merchant_id: UUID) -> Merchant:
    """A merchant by its uuid."""
    merchant = await work.session.get(Merchant, merchant_id)
    assert merchant is not None  # a foreign key holds every merchant
    return merchant
