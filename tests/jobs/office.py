"""A customs office in memory: the gateway's twin, told what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from exgo_gql.adapters.customs import Gateway
from exgo_gql.domain.customs import Decision
from exgo_gql.jobs.deliveries import deliver
from exgo_gql.jobs.desk import Desk
from exgo_gql.loaders.ids import decode
from tests import scenes
from tests.stage import Company, Stage

YES, NO = Decision(approved=True, filing_no="GW-1"), Decision(approved=False, reason="海关系统拒绝")

Outcome = Decision | BaseException


@dataclass
class Office:
    """Answers as told, the last answer again and again; ``meanwhile`` happens while it thinks."""

    outcomes: list[Outcome]
    meanwhile: Callable[[], Awaitable[Any]] | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def submit(self, filing_id: str, number: str) -> Decision:
        self.asked.append((filing_id, number))
        if self.meanwhile is not None:
            await self.meanwhile()
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def desk(stage: Stage, gateway: Gateway) -> Desk:
    """The worker's desk, with another office behind it."""
    return Desk(stage.fresh.database, gateway)


async def filing(stage: Stage, company: Company, **changes: Any) -> tuple[dict[str, Any], UUID]:
    """A product that is on its way to customs, and its delivery."""
    made = await scenes.draft(company, **changes)
    await company.operator.do("productFile", {"id": made["id"]})
    return made, await newest(stage, company)


async def newest(stage: Stage, company: Company) -> UUID:
    """The delivery to customs that was made last."""
    return UUID(
        str(
            await stage.admin.fetchval(
                "select id from deliveries where merchant_id = $1 and topic = 'CUSTOMS' order by id desc limit 1",
                company.id,
            )
        )
    )


async def deliveries(stage: Stage, id_: UUID) -> Any:
    return await stage.admin.fetchrow("select * from deliveries where id = $1", id_)


async def jobs(stage: Stage, id_: UUID) -> list[Any]:
    """The queue's rows for a delivery, with how many seconds after their entry they are due."""
    return list(
        await stage.admin.fetch(
            """select status::text, extract(epoch from execute_after - created)::float as wait from pgqueuer
               where payload = $1 order by id""",
            str(id_).encode(),
        )
    )


async def status(stage: Stage, table: str, id_: str) -> str:
    found = decode(id_)
    assert found is not None
    return str(await stage.admin.fetchval(f"select status from {table} where id = $1", found[1]))


__all__ = ["NO", "YES", "Office", "deliver", "deliveries", "desk", "filing", "jobs", "newest", "status"]
