"""The usual scenes: a filed product, stock on a shelf, orders on their way."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from tests.stage import Company, Stage

_NUMBERS = itertools.count(1)
ARRIVAL = (dt.datetime.now(dt.UTC) + dt.timedelta(days=7)).date().isoformat()

ELEMENTS = {
    "品牌类型": "4",
    "出口享惠情况": "2",
    "用途": "加热食品",
    "加热原理": "微波",
    "品牌（中文或外文名称）": "NOVA",
    "型号": "MW-20",
}


def number(prefix: str) -> str:
    """A number nobody else uses."""
    return f"{prefix}-{next(_NUMBERS):05d}"


def product_input(**changes: Any) -> dict[str, Any]:
    """All that filing needs."""
    return {
        "sku": number("SKU"),
        "nameZh": "微波炉",
        "nameEn": "Microwave oven",
        "categoryCode": changes.pop("categoryCode", "") or CATEGORY,
        "unitCode": "001",
        "brand": "NOVA",
        "countryCode": "CN",
        "netWeightKg": "9.5",
        "vatInvoicePrice": "40",
        "salesPrice": "55.5",
        "hsCode": "8516500000",
        "customsName": "微波炉",
        "elements": [{"name": name, "value": value} for name, value in ELEMENTS.items()],
        "legalQty": "1",
        "secondQty": "9.5",
    } | changes


CATEGORY = ""
"""Set by the first test that needs it: a category of the reference data."""


async def learn_category(stage: Stage) -> None:
    """Find a category to use."""
    global CATEGORY  # a constant of the run, known once the template is
    CATEGORY = CATEGORY or await stage.admin.fetchval(
        "select code from categories order by path desc limit 1"
    )


async def draft(company: Company, **changes: Any) -> dict[str, Any]:
    """A product in DRAFT."""
    await learn_category(company.owner.stage)
    given = product_input(**changes)
    made: dict[str, Any] = await company.operator.do("productCreate", given, "id sku version status")
    return made


async def filed(company: Company, **changes: Any) -> dict[str, Any]:
    """A product that customs filed by hand."""
    made = await draft(company, **changes)
    await company.operator.do("productFile", {"id": made["id"]})
    customs = company.owner.stage.customs
    done: dict[str, Any] = await customs.do(
        "productApprove", {"id": made["id"], "filingNo": number("F")}, "id sku version status"
    )
    return done


async def combo(company: Company, *parts: tuple[str, int], file: bool = True) -> dict[str, Any]:
    """A combo of parts (id, pieces), FILED unless told otherwise."""
    given = {
        "sku": number("COMBO"),
        "nameZh": "套装",
        "nameEn": "Set",
        "parts": [{"productId": id_, "qty": qty} for id_, qty in parts],
    }
    made: dict[str, Any] = await company.operator.do("comboCreate", given, "id sku status")
    if file:
        made = await company.operator.do("productFile", {"id": made["id"]}, "id sku status")
    return made


def asn_input(mode: str, **changes: Any) -> dict[str, Any]:
    """All that an ASN needs."""
    return {
        "mode": mode,
        "referenceNo": number("ASN"),
        "type": "PURCHASE",
        "warehouseCode": "NB01",
        "expectedArrivalDate": ARRIVAL,
        "packages": 3,
        "contact": "王芳",
        "phone": "+86 574 8888 0000",
    } | changes


def order_input(mode: str, *lines: tuple[str, int], **changes: Any) -> dict[str, Any]:
    """All that a confirmed order needs; lines are (product id, pieces)."""
    given = {
        "mode": mode,
        "referenceNo": number("ORD"),
        "type": "STANDARD",
        "warehouseCode": "NB01",
        "transportMethodCode": "AIR",
        "recipientName": "Anna Schmidt",
        "recipientCountryCode": "DE",
        "recipientProvince": "Berlin",
        "recipientCity": "Berlin",
        "recipientAddress1": "Lindenstr. 1",
        "recipientPostcode": "10969",
        "recipientPhone": "+49 30 123456",
        "lines": [{"productId": id_, "qty": qty, "unitPrice": "55.5"} for id_, qty in lines],
    }
    if mode == "CONSOLIDATION":
        given["inboundTrackingNo"] = number("TRK")
    return given | changes


async def vehicle(company: Company, warehouse: str = "NB01") -> str:
    """A truck."""
    made = await company.operator.do("vehicleCreate", {"plate": "浙B12345", "warehouseCode": warehouse})
    return str(made["id"])


async def asn(
    company: Company, *lines: tuple[str, int], until: str = "DRAFT", order_ids: list[str] | None = None
) -> dict[str, Any]:
    """An ASN taken step by step until a state; STOCK with lines, CONSOLIDATION with orders."""
    stage = company.owner.stage
    if order_ids is None:
        given = asn_input(
            "STOCK", lines=[{"productId": id_, "qty": qty, "unitPrice": "40"} for id_, qty in lines]
        )
    else:
        given = asn_input("CONSOLIDATION", orderIds=order_ids)
    given["vehicleId"] = await vehicle(company)
    made = await company.operator.do("asnCreate", given, "id")
    steps = (
        ("CONFIRMED", company.operator, "asnConfirm"),
        ("PENDING_REVIEW", company.operator, "asnSubmitReview"),
        ("APPROVED", stage.customs, "asnApprove"),
        ("IN_TRANSIT", company.operator, "asnDispatch"),
        ("RECEIVING", stage.warehouse, "asnArrive"),
    )
    for state, who, step in steps if until != "DRAFT" else ():
        await who.do(step, {"id": made["id"]})
        if state == until:
            break
    return await read_asn(company, made["id"])


async def read_asn(company: Company, id_: str) -> dict[str, Any]:
    """What tests look at of an ASN."""
    query = """query($id: ID!) { asn(id: $id) { id status version receivingNo referenceNo
        lines { nodes { id qty goodQty damagedQty excessQty differenceQty amount product { id sku } } }
        orders { nodes { id orderNo status } }
        batches { nodes { id batchNo lines { nodes { id goodQty damagedQty excessQty putAwayQty } } } } } }"""
    found: dict[str, Any] = (await company.owner.ask(query, {"id": id_}))["asn"]
    return found


async def stocked(company: Company, *lines: tuple[str, int]) -> dict[str, Any]:
    """Stock on the shelf: an ASN received whole and put away."""
    warehouse = company.owner.stage.warehouse
    made = await asn(company, *lines, until="RECEIVING")
    counted = [
        {"lineId": line["id"], "goodQty": line["qty"], "damagedQty": 0} for line in made["lines"]["nodes"]
    ]
    await warehouse.do("asnBookBatch", {"id": made["id"], "lines": counted})
    await warehouse.do("asnComplete", {"id": made["id"]})
    made = await read_asn(company, made["id"])
    for line in made["batches"]["nodes"][0]["lines"]["nodes"]:
        await warehouse.do(
            "asnPutAway", {"receiptLineId": line["id"], "qty": line["goodQty"], "location": "A-01"}
        )
    return await read_asn(company, made["id"])


async def order(
    company: Company, *lines: tuple[str, int], mode: str = "STOCK", until: str = "CONFIRMED", **changes: Any
) -> dict[str, Any]:
    """An order: DRAFT, CONFIRMED or (STOCK) submitted."""
    made = await company.operator.do("orderCreate", order_input(mode, *lines, **changes), "id")
    if until != "DRAFT":
        await company.operator.do("orderConfirm", {"id": made["id"]})
    if until == "SUBMITTED":
        await company.operator.do("orderSubmit", {"id": made["id"]})
    return await read_order(company, made["id"])


async def read_order(company: Company, id_: str) -> dict[str, Any]:
    """What tests look at of an order."""
    query = """query($id: ID!) { order(id: $id) { id status version orderNo referenceNo mode inboundTrackingNo
        reviewedAt pickedAt releasedAt trackingNo newLabelNo
        exceptions { code sku requested available } asn { id status }
        lines { position qty unitPrice amount product { id sku } } parcels { position weightKg } } }"""
    found: dict[str, Any] = (await company.owner.ask(query, {"id": id_}))["order"]
    return found


BUCKETS = "onTheWayQty pendingQty sellableQty unsellableQty reservedQty shippedQty"


async def balance(company: Company, product_id: str, mode: str = "STOCK") -> tuple[int, ...]:
    """(on the way, pending, sellable, unsellable, reserved, shipped) of a product at NB01."""
    query = f"""query($id: ID!, $mode: Mode) {{ product(id: $id) {{
        inventory(filter: {{warehouseCode: "NB01", mode: $mode}}) {{ nodes {{ {BUCKETS} }} }} }} }}"""
    found = await company.owner.ask(query, {"id": product_id, "mode": mode})
    nodes = found["product"]["inventory"]["nodes"]
    return tuple(nodes[0].values()) if nodes else (0, 0, 0, 0, 0, 0)
