"""Every code that a refusal can carry, with its sentence in Chinese and in English.

The schema's ``ErrorCode`` is made from this table, so a code that is not here does not exist.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """What went wrong, for programs."""

    # What every mutation can answer
    NOT_FOUND = "NOT_FOUND"
    ILLEGAL_TRANSITION = "ILLEGAL_TRANSITION"
    NOT_YOURS = "NOT_YOURS"
    STALE_VERSION = "STALE_VERSION"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"
    IDEMPOTENCY_KEY_INVALID = "IDEMPOTENCY_KEY_INVALID"
    LOCKED_FIELD = "LOCKED_FIELD"
    # Values
    REQUIRED = "REQUIRED"
    TEXT_LENGTH = "TEXT_LENGTH"
    TEXT_FORMAT = "TEXT_FORMAT"
    TEXT_CHARACTERS = "TEXT_CHARACTERS"
    NUMBER_RANGE = "NUMBER_RANGE"
    NUMBER_PLACES = "NUMBER_PLACES"
    UNKNOWN_CODE = "UNKNOWN_CODE"
    TAKEN = "TAKEN"
    TOO_MANY = "TOO_MANY"
    # Log-in
    CREDENTIALS_WRONG = "CREDENTIALS_WRONG"
    # Products
    GROSS_BELOW_NET = "GROSS_BELOW_NET"
    PRICE_BELOW_INVOICE = "PRICE_BELOW_INVOICE"
    PRICE_NOT_CONTRACT = "PRICE_NOT_CONTRACT"
    CURRENCY_DIFFERS = "CURRENCY_DIFFERS"
    HS_CODE_MISSING = "HS_CODE_MISSING"
    HS_CODE_NOT_VALID = "HS_CODE_NOT_VALID"
    ELEMENT_MISSING = "ELEMENT_MISSING"
    ELEMENT_UNKNOWN = "ELEMENT_UNKNOWN"
    SECOND_QTY_UNWANTED = "SECOND_QTY_UNWANTED"
    WRONG_KIND = "WRONG_KIND"
    PARTS_TOO_FEW = "PARTS_TOO_FEW"
    PART_NOT_ORDINARY = "PART_NOT_ORDINARY"
    TWICE = "TWICE"
    PART_NOT_FILED = "PART_NOT_FILED"
    IN_USE = "IN_USE"
    DISABLED_BY_ADMIN = "DISABLED_BY_ADMIN"
    ALREADY_DECIDED = "ALREADY_DECIDED"
    # ASNs
    WRONG_MODE = "WRONG_MODE"
    EMPTY = "EMPTY"
    COMBO_ON_ASN = "COMBO_ON_ASN"
    PRODUCT_NOT_FILED = "PRODUCT_NOT_FILED"
    VEHICLE_MISSING = "VEHICLE_MISSING"
    VEHICLE_ELSEWHERE = "VEHICLE_ELSEWHERE"
    ORDER_NOT_SELECTABLE = "ORDER_NOT_SELECTABLE"
    NOTHING_BOOKED = "NOTHING_BOOKED"
    NOT_ON_ASN = "NOT_ON_ASN"
    PARCEL_ARRIVED = "PARCEL_ARRIVED"
    COUNT_DIFFERS = "COUNT_DIFFERS"
    PUT_AWAY_EXCEEDS = "PUT_AWAY_EXCEEDS"
    # Orders
    SUBMITTED_BY_ASN = "SUBMITTED_BY_ASN"
    IN_ASN = "IN_ASN"
    NOT_REVIEWED = "NOT_REVIEWED"
    ALREADY_PICKED = "ALREADY_PICKED"
    NOT_PICKED = "NOT_PICKED"
    NOT_RELEASED = "NOT_RELEASED"
    ALREADY_RELEASED = "ALREADY_RELEASED"
    LABEL_MISSING = "LABEL_MISSING"
    LABEL_UNWANTED = "LABEL_UNWANTED"
    STOCK = "STOCK"
    PRODUCT = "PRODUCT"


MESSAGES: dict[Code, tuple[str, str]] = {
    Code.NOT_FOUND: ("没有这个{what}。", "There is no such {what}."),
    Code.ILLEGAL_TRANSITION: (
        "状态为 {from_} 时不能执行 {action}；现在可以：{allowed}。",
        "{action} is not possible in state {from_}; possible now: {allowed}.",
    ),
    Code.NOT_YOURS: ("{action} 不由您的角色执行。", "{action} is not for your role."),
    Code.STALE_VERSION: (
        "此记录已被修改（当前版本 {current}），变更的字段：{changed}。请重新读取后再提交。",
        "This was changed meanwhile (current version {current}; changed: {changed}). Read it again, then send.",
    ),
    Code.IDEMPOTENCY_MISMATCH: (
        "该幂等键已用于另一个请求。",
        "This idempotency key was used for another request.",
    ),
    Code.IDEMPOTENCY_KEY_INVALID: (
        "幂等键须为 1 至 255 个可见 ASCII 字符。",
        "An idempotency key is 1 to 255 visible ASCII characters.",
    ),
    Code.LOCKED_FIELD: ("状态为 {status} 时不能修改此字段。", "This field is locked in state {status}."),
    Code.REQUIRED: ("此项必填。", "This is required."),
    Code.TEXT_LENGTH: ("长度须为 {least} 至 {most} 个字符。", "The length is {least} to {most} characters."),
    Code.TEXT_FORMAT: ("格式不正确：{expected}。", "The format is wrong: {expected}."),
    Code.TEXT_CHARACTERS: (
        "含有不允许的控制字符。",
        "It contains control characters, which are not allowed.",
    ),
    Code.NUMBER_RANGE: ("数值须在 {least} 与 {most} 之间。", "The number is between {least} and {most}."),
    Code.NUMBER_PLACES: ("最多 {places} 位小数。", "At most {places} decimal places."),
    Code.UNKNOWN_CODE: ("没有这个{what}代码：{value}。", "There is no {what} with code {value}."),
    Code.TAKEN: ("{value} 已被使用。", "{value} is already taken."),
    Code.TOO_MANY: ("最多 {most} 个。", "At most {most}."),
    Code.CREDENTIALS_WRONG: ("邮箱或密码不正确。", "The e-mail or the password is wrong."),
    Code.GROSS_BELOW_NET: ("毛重不能小于净重。", "The gross weight cannot be below the net weight."),
    Code.PRICE_BELOW_INVOICE: (
        "销售价格 {sales_price} 不能低于增值税发票采购价格 {invoice_price}。",
        "The sales price {sales_price} cannot be below the VAT invoice price {invoice_price}.",
    ),
    Code.PRICE_NOT_CONTRACT: (
        "销售价格 {sales_price} 须与合同价格 {contract_price} 一致。",
        "The sales price {sales_price} must equal the contract price {contract_price}.",
    ),
    Code.CURRENCY_DIFFERS: (
        "产品币种 {product} 与企业交易币种 {merchant} 不同。",
        "The product's currency {product} differs from the merchant's, {merchant}.",
    ),
    Code.HS_CODE_MISSING: ("备案前须填写海关编码。", "Filing needs an HS code."),
    Code.HS_CODE_NOT_VALID: ("海关编码 {value} 当前无效。", "HS code {value} is not valid today."),
    Code.ELEMENT_MISSING: ("归类要素“{name}”必填。", "The declaration element “{name}” is required."),
    Code.ELEMENT_UNKNOWN: (
        "海关编码 {hs_code} 没有归类要素“{name}”。",
        "HS code {hs_code} has no declaration element “{name}”.",
    ),
    Code.SECOND_QTY_UNWANTED: ("此海关编码没有第二计量单位。", "This HS code has no second unit."),
    Code.WRONG_KIND: ("{kind} 产品没有此字段。", "A product of kind {kind} has no such field."),
    Code.PARTS_TOO_FEW: (
        "组合产品至少包含两个不同的普通产品。",
        "A combo needs at least two different ordinary products.",
    ),
    Code.PART_NOT_ORDINARY: (
        "{sku} 不是普通产品，不能作为组件。",
        "{sku} is not an ordinary product, so it cannot be a part.",
    ),
    Code.TWICE: ("{value} 重复出现。", "{value} stands here twice."),
    Code.PART_NOT_FILED: ("组件尚未备案：{skus}。", "Parts that are not filed yet: {skus}."),
    Code.IN_USE: ("仍被使用：{holders}。", "Still in use by: {holders}."),
    Code.DISABLED_BY_ADMIN: (
        "由管理员停用，只能由管理员启用。",
        "An admin disabled it; only an admin can enable it.",
    ),
    Code.ALREADY_DECIDED: ("海关已作出决定。", "Customs have decided this already."),
    Code.WRONG_MODE: ("{mode} 模式下不适用。", "This does not exist in {mode} mode."),
    Code.EMPTY: ("至少需要一行。", "At least one line is needed."),
    Code.COMBO_ON_ASN: (
        "入库单只能包含普通产品，{sku} 是组合产品。",
        "Only ordinary products stand on an ASN; {sku} is a combo.",
    ),
    Code.PRODUCT_NOT_FILED: ("产品尚未备案：{skus}。", "Products that are not filed: {skus}."),
    Code.VEHICLE_MISSING: ("发货前须指定车辆。", "A vehicle is needed before dispatch."),
    Code.VEHICLE_ELSEWHERE: ("该车辆前往另一仓库。", "That vehicle goes to another warehouse."),
    Code.ORDER_NOT_SELECTABLE: (
        "订单 {order_no} 不可选择：须为同仓库、同币种、已确认且未在其他入库单中的集货订单。",
        "Order {order_no} cannot be added: only CONFIRMED consolidation orders of this warehouse and currency can.",
    ),
    Code.NOTHING_BOOKED: ("收货数量须大于零。", "Nothing was counted: the quantities add up to zero."),
    Code.NOT_ON_ASN: ("{value} 不在此入库单中。", "{value} is not on this ASN."),
    Code.PARCEL_ARRIVED: ("包裹 {value} 已全部收货。", "Parcel {value} has arrived already."),
    Code.COUNT_DIFFERS: (
        "收货数量与预报不一致：{skus}。",
        "What came differs from what was announced: {skus}.",
    ),
    Code.PUT_AWAY_EXCEEDS: ("最多还可上架 {most} 件。", "At most {most} pieces are left to put away."),
    Code.SUBMITTED_BY_ASN: (
        "集货订单随入库单确认而提交。",
        "A consolidation order is submitted when its ASN is confirmed.",
    ),
    Code.IN_ASN: ("订单在入库单 {receiving_no} 中。", "The order is in ASN {receiving_no}."),
    Code.NOT_REVIEWED: ("海关尚未审核。", "Customs have not reviewed it yet."),
    Code.ALREADY_PICKED: ("已下架，不能退回。", "It is picked already."),
    Code.NOT_PICKED: ("尚未下架。", "It is not picked yet."),
    Code.NOT_RELEASED: ("海关尚未放行。", "Customs have not released it yet."),
    Code.ALREADY_RELEASED: ("海关已放行。", "Customs have released it already."),
    Code.LABEL_MISSING: ("换单订单须填写新面单号。", "A relabelled order needs its new label number."),
    Code.LABEL_UNWANTED: (
        "只有集货换单订单才有新面单号。",
        "Only a relabelled consolidation order has a new label number.",
    ),
    Code.STOCK: (
        "{sku} 库存不足：需要 {requested}，可用 {available}。",
        "{sku} is short: {requested} wanted, {available} sellable.",
    ),
    Code.PRODUCT: ("产品不再有效备案：{sku}。", "{sku} is no longer a filed product."),
}
