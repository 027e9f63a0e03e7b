"""Enums registered from the domain, each value described."""

from __future__ import annotations

from enum import Enum
from typing import Any

import strawberry

from exgo_gql.domain import (
    actors,
    asns,
    codes,
    customs,
    log,
    machines,
    merchants,
    orders,
    products,
    reference,
    stock,
)
from exgo_gql.domain.refusals import Language


def _register(kind: type[Enum], description: str, **values: str) -> None:
    if set(values) != set(kind.__members__):
        raise TypeError(f"{kind.__name__}: {set(values) ^ set(kind.__members__)} described wrongly")
    strawberry.enum(kind, description=description)
    definition: Any = kind.__strawberry_definition__  # type: ignore[attr-defined]  # Strawberry sets it
    for value in definition.values:
        value.description = values[value.name]


_register(
    products.ProductStatus,
    "Where a product stands.",
    DRAFT="草稿: being prepared; everything can be edited.",
    FILING="备案中: with customs; nothing can be edited.",
    FILED="已备案: customs accepted it; it can be announced and sent.",
    REJECTED="备案失败: customs refused it; it can be edited and filed again.",
    DISABLED="停用: filed, but not for new documents.",
    DELETED="删除: gone from use, still readable; its SKU is free again.",
)
_register(
    products.ProductKind,
    "Whether a product stands alone or is made of others.",
    ORDINARY="普通产品: a product of its own.",
    COMBO="组合产品: at least two ordinary products sold as one; it has no stock of its own.",
)
_register(
    machines.Mode,
    "How goods move through the warehouse.",
    CONSOLIDATION="集货: parcels in, parcels out. The order comes first, then an ASN with it.",
    STOCK="备货: stock in, parcels out. The ASN comes first, orders are sent from stock.",
)
_register(
    machines.Availability,
    "Whether an action is open.",
    ALLOWED="It can be done now.",
    MAYBE="It can be tried: stock, balance or other documents decide.",
    BLOCKED="It cannot be done now; code and message say why.",
)
_register(
    asns.AsnStatus,
    "Where an ASN stands: the eight states of the manual.",
    DRAFT="草稿: being prepared.",
    CONFIRMED="确认: content and quantities are final.",
    PENDING_REVIEW="待审核: with customs.",
    APPROVED="已审核: customs let it in.",
    IN_TRANSIT="在途: on its way to the warehouse.",
    RECEIVING="收货中: at the warehouse, being counted.",
    RECEIVED="收货完成: counted and complete.",
    DELETED="删除: gone from use, still readable.",
)
_register(
    asns.AsnType,
    "What an ASN is for. It changes no rule.",
    PURCHASE="采购入库: bought goods.",
    TRANSFER="调拨入库: goods from another warehouse.",
    RETURN="退货入库: goods that came back.",
)
_register(
    orders.OrderStatus,
    "Where an order stands. STOCK orders are never PROCESSING, CONSOLIDATION orders never in EXCEPTION.",
    DRAFT="草稿: being prepared.",
    CONFIRMED="确认: complete; to be submitted, or (集货) to be added to an ASN.",
    EXCEPTION="异常: submitted, but something is lacking; `exceptions` says what. Tried again by itself.",
    SUBMITTED="已提交: stock is reserved, or (集货) its ASN is confirmed.",
    PROCESSING="操作中: (集货) its goods are in the warehouse.",
    SHIPPED="仓库出货: on its way to the recipient.",
    SIGNED="已签收: the recipient has it.",
    DELETED="删除: gone from use, still readable.",
)
_register(
    orders.OrderType,
    "What an order is for. It changes no rule.",
    STANDARD="标准订单: an ordinary sale.",
    TRANSFER="调拨订单: to another warehouse.",
    RETURN="退货订单: back to a supplier.",
)
_register(
    orders.TrackingStatus,
    "What a tracking event says.",
    ACCEPTED="The carrier has it.",
    IN_TRANSIT="It moves.",
    CUSTOMS="It is with customs of the destination.",
    OUT_FOR_DELIVERY="It is on the last vehicle.",
    FAILED="A delivery was tried in vain.",
    DELIVERED="Delivered: signs the order.",
    RETURNED="It goes back.",
)
_register(
    orders.TrackingSource,
    "Who told of a tracking event.",
    STAFF="Staff of the warehouse.",
    PARTNER="A partner system of the merchant.",
    CARRIER="The carrier itself.",
)
_register(
    stock.Bucket,
    "Where pieces of stock are.",
    ON_THE_WAY="在途: dispatched, not counted yet.",
    PENDING="待上架: counted good, not on a shelf yet.",
    SELLABLE="可用: on a shelf, free.",
    UNSELLABLE="不良品: damaged.",
    RESERVED="占用: belongs to an order.",
    SHIPPED="已出库: sent.",
)
_register(
    customs.FilingStatus,
    "Where a filing with customs stands.",
    QUEUED="Waiting to be sent.",
    SENT="With customs.",
    APPROVED="Accepted.",
    REJECTED="Refused; `reason` says why.",
)
_register(
    reference.ElementKind,
    "How a declaration element (申报要素) is answered.",
    TEXT="Free text.",
    NUMBER="A number.",
    CHOICE="One of its choices.",
)
_register(
    log.ActorKind,
    "What acted.",
    USER="A person of the merchant.",
    STAFF="A person of the house.",
    SYSTEM="The system itself, or customs through their gateway.",
)
_register(
    actors.Role,
    "What a user may be.",
    OWNER="Of a merchant: everything of it.",
    OPERATOR="Of a merchant: products, ASNs and orders.",
    VIEWER="Of a merchant: reads only.",
    SUPPORT="Staff: reads every merchant's data.",
    CUSTOMS="Staff: files and reviews.",
    WAREHOUSE="Staff: receives, puts away, picks, ships.",
    FINANCE="Staff: books money.",
    ADMIN="Staff: keeps reference data, merchants, staff.",
)
_register(
    merchants.MerchantStatus,
    "Where a merchant stands.",
    PENDING_ACTIVATION="Registered; the e-mail is not confirmed yet.",
    PENDING_PROFILE="The company's profile is not complete yet.",
    ACTIVE="In business.",
    SUSPENDED="Nobody of it can log in; its documents stay.",
)
_register(
    Language,
    "The languages of messages and mails.",
    ZH="中文.",
    EN="English.",
)
strawberry.enum(
    codes.Code,
    name="ErrorCode",
    description="Why something was refused. Each value is documented with its sentence.",
)
for _value in codes.Code.__strawberry_definition__.values:  # type: ignore[attr-defined]  # Strawberry sets it
    _value.description = " ".join(codes.MESSAGES[codes.Code[_value.name]])
