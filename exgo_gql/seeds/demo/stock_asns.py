"""ASNs of stock: what fills the shelves during the month, and one left in every state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from exgo_gql.db.asns import AsnLine, ReceiptBatch, ReceiptLine
from exgo_gql.domain.asns import AsnStatus, AsnType
from exgo_gql.domain.machines import Mode
from exgo_gql.seeds.demo.inbound import Detour, Inbound, Journey
from exgo_gql.seeds.demo.play import Play, Scene, day
from exgo_gql.services import asn_contents, asn_steps, asns, receiving
from exgo_gql.services.work import Work


@dataclass(frozen=True, slots=True)
class Shipment:
    """What one ASN announces, and how it is counted and shelved."""

    journey: Journey
    goods: Mapping[str, int]
    batches: tuple[float, ...] = (1.0,)
    """The share of each line that each batch counts; less than one in all leaves some to come."""
    damaged: Mapping[str, int] = field(default_factory=dict)
    """Pieces damaged, in the last batch."""
    excess: Mapping[str, int] = field(default_factory=dict)
    """Pieces that were not announced, in the first batch."""
    shelved: float = 1.0
    """The share of good pieces that is put away."""


_S = AsnStatus
_YUEDA_MAIN = {
    "YD-MW-20L": 420,
    "YD-MW-25G": 180,
    "YD-HOOD-60": 160,
    "YD-BOX-5": 900,
    "YD-TAB-12": 600,
    "YD-KNF-6": 360,
    "YD-MIX-5": 140,
}

SHIPMENTS: tuple[Shipment, ...] = (
    Shipment(Journey("yueda", "YD-PO-2610-01", 2, _S.RECEIVED, "NB01", trip="first"), _YUEDA_MAIN),
    Shipment(
        Journey("yueda", "YD-PO-2610-02", 2, _S.RECEIVED, "NB01", trip="first"),
        {
            "YD-CLK-WD": 240,
            "YD-CLK-AL": 500,
            "YD-STD-01": 1500,
            "YD-HOOK-10": 1200,
            "YD-CLIP-6": 800,
            "YD-CLK-OLD": 60,
        },
        batches=(0.55, 0.45),
        damaged={"YD-CLK-WD": 4, "YD-CLK-AL": 7},
    ),
    Shipment(
        Journey("yueda", "YD-PO-2610-03", 6, _S.RECEIVED, "NB01", detour=Detour.REJECTED),
        {"YD-HEAT-15": 400, "YD-HOOD-90": 80, "YD-FRG-50": 60, "YD-GRD-15": 120, "YD-KNF-3": 200},
        damaged={"YD-FRG-50": 1},
    ),
    Shipment(
        Journey("yueda", "YD-TR-2611-01", 10, _S.RECEIVED, "SZ01", kind=AsnType.TRANSFER),
        {"YD-GRD-15": 60, "YD-MW-20L": 80, "YD-KNF-6": 90},
    ),
    Shipment(
        Journey("yueda", "YD-PO-2611-02", 14, _S.RECEIVED, "NB01", detour=Detour.RECALLED),
        {"YD-MW-20L": 300, "YD-BOX-5": 600, "YD-GLUE-20": 2400},
        batches=(0.3, 0.3, 0.4),
        damaged={"YD-GLUE-20": 36},
    ),
    Shipment(
        Journey("yueda", "YD-PO-2611-03", 22, _S.RECEIVED, "NB01", detour=Detour.TAKEN_BACK),
        {"YD-MW-25G": 220, "YD-TAB-12": 500, "YD-HOOD-60": 90, "YD-STD-01": 2000},
        batches=(0.6, 0.4),
        shelved=0.4,
    ),
    Shipment(
        Journey("yueda", "YD-PO-2611-04", 24, _S.RECEIVING, "NB01"),
        {"YD-MIX-5": 120, "YD-KNF-6": 300, "YD-CLK-AL": 400, "YD-BOX-5": 800},
        batches=(0.4, 0.25),
        damaged={"YD-CLK-AL": 5, "YD-MIX-5": 2},
        excess={"YD-KNF-6": 190},
        shelved=0.5,
    ),
    Shipment(
        Journey("yueda", "YD-PO-2611-05", 27, _S.IN_TRANSIT, "NB01"), {"YD-HOOD-90": 60, "YD-FRG-50": 80}
    ),
    Shipment(
        Journey("yueda", "YD-PO-2611-06", 28, _S.APPROVED, "NB01"), {"YD-MW-20L": 260, "YD-TAB-12": 300}
    ),
    Shipment(Journey("yueda", "YD-PO-2611-07", 28, _S.PENDING_REVIEW, "SZ01"), {"YD-CLK-WD": 90}),
    Shipment(
        Journey("yueda", "YD-PO-2611-08", 29, _S.CONFIRMED, "NB01"), {"YD-HEAT-15": 300, "YD-KNF-3": 150}
    ),
    Shipment(Journey("yueda", "YD-PO-2611-09", 29, _S.DRAFT, "NB01"), {"YD-MW-20L": 200, "YD-FRG-80": 40}),
    Shipment(
        Journey("yueda", "YD-RT-2611-01", 26, _S.DRAFT, "NB01", detour=Detour.REVOKED, kind=AsnType.RETURN),
        {"YD-STD-01": 35},
    ),
    Shipment(Journey("yueda", "YD-PO-2611-10", 18, _S.DELETED, "NB01"), {"YD-CLIP-6": 500}),
    Shipment(
        Journey("qinghe", "QH-2610-A", 2, _S.RECEIVED, "HZ01"),
        {
            "QH-POT-20": 300,
            "QH-POT-35": 180,
            "QH-BOX-3": 600,
            "QH-TAB-24": 400,
            "QH-ORG-2": 500,
            "QH-ROPE-10": 700,
        },
        damaged={"QH-POT-35": 6, "QH-POT-20": 3},
    ),
    Shipment(Journey("qinghe", "QH-2611-B", 20, _S.RECEIVING, "HZ01"), {"QH-HOSE-20": 260}, batches=(0.5,)),
    Shipment(Journey("qinghe", "QH-2611-C", 28, _S.PENDING_REVIEW, "HZ01"), {"QH-ALU-40": 150}),
    Shipment(Journey("qinghe", "QH-2611-D", 29, _S.DRAFT, "HZ01"), {"QH-TAB-24": 240, "QH-BOX-3": 300}),
    Shipment(
        Journey("ruichu", "RC-IN-1021", 2, _S.RECEIVED, "ZZ01"),
        {
            "RC-GRD-32": 60,
            "RC-SLC-10": 90,
            "RC-MIX-20": 40,
            "RC-HEAT-30": 500,
            "RC-WH-AN": 800,
            "RC-GEAR-1": 2000,
        },
        batches=(0.5, 0.5),
    ),
    Shipment(Journey("ruichu", "RC-IN-1112", 26, _S.IN_TRANSIT, "ZZ01"), {"RC-FRG-120": 45}),
    Shipment(Journey("ruichu", "RC-IN-1118", 28, _S.APPROVED, "CQ01"), {"RC-GRD-32": 20, "RC-SLC-10": 30}),
)


def enter_all(play: Play) -> None:
    """Every shipment on the day of its announcement."""
    for number, shipment in enumerate(SHIPMENTS):
        begins = day(shipment.journey.day, 10.5 + number % 4 * 0.3)
        play.enter(begins, _StockAsn(play, shipment).scene())


class _StockAsn(Inbound):
    """One shipment, from its announcement to the shelf."""

    def __init__(self, play: Play, shipment: Shipment) -> None:
        super().__init__(play, shipment.journey)
        self.shipment = shipment

    async def scene(self) -> Scene:
        """All of it, until where the plan leaves it."""
        await self._announce()
        async for moment in self.travel():
            yield moment
        if self.journey.until not in (AsnStatus.RECEIVING, AsnStatus.RECEIVED):
            return
        for number in range(len(self.shipment.batches)):
            yield self.play.office(20 if number else 1)
            await self._count(number)
            yield self.play.office(2)
            await self._shelve()
        if self.journey.until is AsnStatus.RECEIVED:
            yield self.play.office(2)
            await self.by(self.play.cast.warehouse, asn_steps.complete)

    async def _announce(self) -> None:
        lines = []
        for number, (sku, qty) in enumerate(self.shipment.goods.items(), start=1):
            product = self.play.products[self.company.key, sku]
            lines.append(
                {
                    "product_id": product.id,
                    "qty": qty,
                    "carton_no": f"{number:02d}",
                    "unit_price": product.vat_invoice_price,
                }
            )
        head = self.head(packages=sum(self.shipment.goods.values()) // 12 + 1)
        values = head | {"gross_weight_kg": self._weight(), "volume_cbm": self._volume()}

        async def create(work: Work) -> Any:
            return await asns.create(work, Mode.STOCK, values, lines, [])

        self.asn = await self.play.act(self.company.operator, create)

    async def _count(self, number: int) -> None:
        """One batch: what has come of each line by now."""
        plan, last = self.shipment, number == len(self.shipment.batches) - 1
        by_id = {product.id: sku for (_, sku), product in self.play.products.items()}
        reached = sum(plan.batches[: number + 1])

        async def book(work: Work) -> Any:
            counted = []
            for line in await asn_contents.lines_of(work, self.asn):
                sku = by_id[line.product_id]
                damaged = plan.damaged.get(sku, 0) if last else 0
                good = self._due(line, reached) - damaged
                if number == 0:
                    good += plan.excess.get(sku, 0)
                counted.append(self._counted(line.id, good, damaged))
            note = "分批到货，其余待到" if reached < 1 else None
            return await receiving.book_lines(work, self.asn.id, note, counted)

        self.asn = await self.play.act(self.play.cast.warehouse, book)

    @staticmethod
    def _due(line: AsnLine, reached: float) -> int:
        """What must come of a line so that a share of it is here."""
        return max(round(line.qty * min(reached, 1.0)) - line.good_qty - line.damaged_qty, 0)

    def _counted(self, line_id: UUID, good: int, damaged: int) -> dict[str, Any]:
        return {
            "line_id": line_id,
            "good_qty": good,
            "damaged_qty": damaged,
            "location": f"收货区 R{self.play.random.randint(1, 6)}",
            "lot": f"L26{self.play.random.randint(40, 46)}-{self.play.random.randint(100, 999)}",
        }

    async def _shelve(self) -> None:
        """Put away what is due of every line of the newest batch."""
        for line_id, good in await self._good_of_newest():
            due = round(good * self.shipment.shelved)
            # More than one shelf holds goes to two.
            first = due // 2 if due > 400 else due  # noqa: PLR2004  # pieces on one shelf
            for qty in (first, due - first):
                if qty:
                    shelf = f"{self.play.random.choice('ABCDE')}-{self.play.random.randint(1, 18):02d}"
                    place = f"{shelf}-{self.play.random.randint(1, 4)}"
                    await self._put_away(line_id, qty, place)

    async def _put_away(self, line_id: UUID, qty: int, place: str) -> None:
        async def put(work: Work) -> Any:
            return await receiving.put_away(work, line_id, qty, place)

        self.asn = await self.play.act(self.play.cast.warehouse, put)

    async def _good_of_newest(self) -> Sequence[tuple[UUID, int]]:
        async def read(work: Work) -> Sequence[tuple[UUID, int]]:
            batches = await work.find_all(ReceiptBatch, ReceiptBatch.asn_id == self.asn.id)
            newest = max(batches, key=lambda batch: batch.number)
            lines = await work.find_all(ReceiptLine, ReceiptLine.batch_id == newest.id)
            return [(line.id, line.good_qty) for line in sorted(lines, key=lambda line: line.position)]

        return await self.play.act(self.play.cast.warehouse, read)

    def _weight(self) -> Decimal:
        return sum(
            (
                (self.play.products[self.company.key, sku].gross_weight_kg or Decimal(0)) * qty
                for sku, qty in self.shipment.goods.items()
            ),
            Decimal(0),
        )

    def _volume(self) -> Decimal:
        total = Decimal(0)
        for sku, qty in self.shipment.goods.items():
            product = self.play.products[self.company.key, sku]
            sides = (product.length_cm, product.width_cm, product.height_cm)
            length, width, height = (side or Decimal(0) for side in sides)
            total += length * width * height * qty / 1_000_000
        return total.quantize(Decimal("0.001"))
