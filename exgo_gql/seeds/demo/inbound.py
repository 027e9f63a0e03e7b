"""The way of an ASN from its draft to the warehouse's gate: the same in both modes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from exgo_gql.auth.viewer import Viewer
from exgo_gql.db.asns import Asn
from exgo_gql.domain.asns import AsnStatus, AsnType
from exgo_gql.domain.numbers import today
from exgo_gql.seeds.demo.people import Company
from exgo_gql.seeds.demo.play import Play, Scene
from exgo_gql.services import asn_steps, asns, vehicles
from exgo_gql.services.work import Work


class Detour(StrEnum):
    """What happens to some on the way."""

    NONE = "NONE"
    TAKEN_BACK = "TAKEN_BACK"
    REJECTED = "REJECTED"
    REVOKED = "REVOKED"
    """Left as a draft, with the reason."""
    RECALLED = "RECALLED"


@dataclass(frozen=True, slots=True)
class Journey:
    """What the plan of an ASN says of its way."""

    company: str
    reference_no: str
    day: int
    until: AsnStatus
    warehouse: str
    trip: str | None = None
    """ASNs of one merchant and one trip ride on one truck."""
    detour: Detour = Detour.NONE
    kind: AsnType = AsnType.PURCHASE


_DRIVERS = (("马师傅", "138 0000 4127"), ("周师傅", "139 0000 2286"), ("韩师傅", "136 0000 9034"))
_PLATES = {"yueda": "浙B", "qinghe": "浙A", "ruichu": "豫A"}
_CONTACTS = {
    "yueda": ("林小川", "0574-5550 1188"),
    "qinghe": ("沈青", "0571-5550 2063"),
    "ruichu": ("赵锐", "0371-5550 3317"),
}
_CARRIERS = ("甬通物流", "中原干线", "江南快运")
_REJECTION = "第 2 行品名与备案名称不一致，请更正后重新提交审核。"
_REVOCATION = "抽查发现随附单证缺页，撤销审核，补齐后重新申报。"


class Inbound:
    """One ASN on its way."""

    def __init__(self, play: Play, journey: Journey) -> None:
        self.play, self.journey = play, journey
        self.company: Company = play.cast.companies[journey.company]
        self.asn: Asn

    def head(self, packages: int) -> dict[str, Any]:
        """What an ASN says beside its lines."""
        contact, phone = _CONTACTS[self.company.key]
        return {
            "reference_no": self.journey.reference_no,
            "type": self.journey.kind,
            "warehouse_code": self.journey.warehouse,
            "expected_arrival_date": today(self.play.now + dt.timedelta(days=3)),
            "packages": packages,
            "wrapping": self.play.random.choice(("纸箱", "托盘", "木箱")),
            "contact": contact,
            "phone": phone,
        }

    async def travel(self) -> Scene:
        """From the draft as far as the plan says, or to the gate."""
        if self.journey.until is AsnStatus.DELETED:
            yield self.play.office(6)
            await self.by(self.company.operator, asns.delete)
        if self.journey.until is AsnStatus.DELETED or self._rests_as_draft():
            return
        for state, step in _STEPS:
            async for moment in step(self):
                yield moment
            if self.asn.status is self.journey.until:
                return
            assert self.asn.status is state, (self.journey, self.asn.status)

    async def by(self, viewer: Viewer, service: Callable[..., Awaitable[Asn]], **given: Any) -> None:
        """A step of this ASN by somebody."""

        async def act(work: Work) -> Asn:
            return await service(work, id_=self.asn.id, **given)

        self.asn = await self.play.act(viewer, act)

    def _rests_as_draft(self) -> bool:
        return self.journey.until is AsnStatus.DRAFT and self.journey.detour is Detour.NONE

    async def confirm(self) -> Scene:
        """The merchant confirms; one was taken back and corrected first."""
        who = self.company.operator
        yield self.play.office(1)
        await self.by(who, asn_steps.confirm)
        if self.journey.detour is Detour.TAKEN_BACK:
            yield self.play.office(2)
            await self.by(who, asn_steps.take_back)
            await self._edit(remarks="件数复核后更正。", packages=self.asn.packages + 1)
            yield self.play.office(1)
            await self.by(who, asn_steps.confirm)

    async def submit(self) -> Scene:
        """The merchant submits it for review."""
        yield self.play.office(0.7)
        await self.by(self.company.operator, asn_steps.submit_review)

    async def review(self) -> Scene:
        """Customs approve, some after a rejection; one approval is revoked."""
        play = self.play
        if self.journey.detour is Detour.REJECTED:
            yield play.office(4)
            await self.by(play.cast.customs, asn_steps.reject, reason=_REJECTION)
            yield play.office(2)
            await self._edit(remarks="已按海关意见更正品名。")
            async for moment in self.confirm():
                yield moment
            async for moment in self.submit():
                yield moment
        if play.by_hand():
            yield play.office(4)
            await self.by(play.cast.customs, asn_steps.approve)
        else:
            yield play.after(0.02)
            await play.answer(self.asn)
            self.asn = await play.current(self.asn)
        if self.journey.detour is Detour.REVOKED:
            yield play.office(5)
            await self.by(play.cast.customs, asn_steps.revoke, reason=_REVOCATION)

    async def dispatch(self) -> Scene:
        """It is put on a truck, which leaves; one is called back once."""
        who = self.company.operator
        yield self.play.office(16)
        vehicle_id = await self._vehicle()
        transport = {
            "vehicle_id": vehicle_id,
            "carrier": self.play.random.choice(_CARRIERS),
            "carrier_tracking_no": f"YT{self.play.random.randint(10**8, 10**9 - 1)}",
            "expected_arrival_date": today(self.play.now + dt.timedelta(days=1)),
        }
        await self.by(who, asns.set_transport, version=self.asn.version, values=transport)
        await self.by(who, asn_steps.dispatch)
        if self.journey.detour is Detour.RECALLED:
            yield self.play.office(2)
            await self.by(who, asn_steps.recall)
            yield self.play.office(18)
            await self.by(who, asn_steps.dispatch)

    async def arrive(self) -> Scene:
        """The truck is at the gate."""
        yield self.play.office(22)
        await self.by(self.play.cast.warehouse, asn_steps.arrive)

    async def _edit(self, **values: Any) -> None:
        await self.by(self.company.operator, asns.update, version=self.asn.version, values=values)

    async def _vehicle(self) -> Any:
        trip = self.journey.trip or self.journey.reference_no
        known = self.play.vehicles.get((self.company.key, trip))
        if known is None:
            driver, phone = self.play.random.choice(_DRIVERS)
            values = {
                "warehouse_code": self.journey.warehouse,
                "plate": f"{_PLATES[self.company.key]}{self.play.random.randint(10_000, 99_999)}",
                "driver": driver,
                "phone": phone,
                "expected_arrival_date": today(self.play.now + dt.timedelta(days=1)),
            }
            known = await self.play.act(self.company.operator, partial(vehicles.create, values=values))
            self.play.vehicles[self.company.key, trip] = known
        return known.id


_STEPS: tuple[tuple[AsnStatus, Callable[[Inbound], Scene]], ...] = (
    (AsnStatus.CONFIRMED, Inbound.confirm),
    (AsnStatus.PENDING_REVIEW, Inbound.submit),
    (AsnStatus.APPROVED, Inbound.review),
    (AsnStatus.IN_TRANSIT, Inbound.dispatch),
    (AsnStatus.RECEIVING, Inbound.arrive),
)
"""The state that each step leads to."""
