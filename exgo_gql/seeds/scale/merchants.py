"""Who owns the mass: merchants of uneven size, what their products are called, the days of their numbers."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import asyncpg

from exgo_gql.auth.passwords import Passwords
from exgo_gql.domain.actors import Role
from exgo_gql.domain.numbers import ALPHABET, NumberKind, check_character, today
from exgo_gql.seeds.check_digits import credit_code
from exgo_gql.seeds.demo.people import PASSWORD
from exgo_gql.seeds.reference import EDITION
from exgo_gql.seeds.tables import read
from exgo_gql.services.users import create_user

OWNER, SUPPORT = "scale@exgo.example", "scale-support@exgo.example"
"""The owner of the first and largest merchant, and somebody of the house who reads all of them."""

DAYS = 1095
"""How far back the data goes."""

_UNEVEN = 0.8
"""Merchant number n gets a share in proportion to n to the power of minus this: a few big ones, a long tail."""
_PARCELS = 4
"""Every so many-th order is a consolidation order."""
_MOST_OF_ASNS = 0.4
"""The share of ASNs that may be consolidation ASNs."""
_FEWEST_TOGETHER = 5

_CITIES = (
    ("宁波", "Ningbo", "330206", "NB01", "USD"),
    ("杭州", "Hangzhou", "330114", "HZ01", "USD"),
    ("郑州", "Zhengzhou", "410184", "ZZ01", "EUR"),
    ("深圳", "Shenzhen", "440305", "SZ01", "USD"),
    ("重庆", "Chongqing", "500112", "CQ01", "CNY"),
)
_FIRST = (
    *(("远", "Yuan"), ("盛", "Sheng"), ("汇", "Hui"), ("嘉", "Jia"), ("恒", "Heng"), ("启", "Qi")),
    *(("优", "You"), ("博", "Bo"), ("泰", "Tai"), ("锦", "Jin"), ("晟", "Cheng"), ("卓", "Zhuo")),
    *(("联", "Lian"), ("鼎", "Ding"), ("海", "Hai"), ("拓", "Tuo")),
)
_SECOND = (
    *(("航", "hang"), ("达", "da"), ("通", "tong"), ("源", "yuan"), ("瑞", "rui"), ("丰", "feng")),
    *(("格", "ge"), ("科", "ke"), ("美", "mei"), ("华", "hua"), ("凯", "kai"), ("程", "cheng")),
    ("佳", "jia"),
)
_TRADES = (
    ("国际贸易", "International Trade"),
    ("电子商务", "E-commerce"),
    ("进出口", "Import & Export"),
    ("供应链管理", "Supply Chain"),
)

_QUALITIES = (
    *(("便携", "Handy"), ("折叠", "Folding"), ("加厚", "Thick"), ("迷你", "Mini"), ("家用", "Home")),
    *(("商用", "Pro"), ("静音", "Quiet"), ("智能", "Smart"), ("复古", "Retro"), ("环保", "Eco")),
    *(("轻便", "Light"), ("防滑", "Grip"), ("大号", "Big"), ("小号", "Small"), ("双层", "Twin")),
    *(("透明", "Clear"), ("户外", "Camp"), ("儿童", "Kids"), ("豪华", "Luxe"), ("经典", "Basic")),
)
_THINGS = (
    ("微波炉", "oven", "HOME-APPL-MW", "8516500000"),
    ("油烟机", "hood", "HOME-APPL-HOOD", "8414601000"),
    ("和面机", "mixer", "HOME-APPL-MIX", "8479820090"),
    ("绞肉机", "mincer", "HOME-APPL-MEAT", "8438500000"),
    ("保鲜盒", "box", "HOME-TABLE-STORE", "3924100000"),
    ("餐盘", "plate", "HOME-TABLE-PLAST", "3924100000"),
    ("水杯", "cup", "HOME-TABLE-PLAST", "3924100000"),
    ("刀具", "knives", "HOME-TABLE-KNIFE", "8211100000"),
    ("挂钟", "clock", "HOME-DECOR-CLOCK", "9105990000"),
    ("收纳盒", "tray", "HOME-DECOR-ORG", "3926909090"),
    ("挂钩", "hook", "HOME-DECOR-ORG", "3926909090"),
    ("手机支架", "stand", "DIGI-PHONE-STAND", "3926909090"),
    ("理线器", "clip", "DIGI-PHONE-CABLE", "3926909090"),
    ("冷藏柜", "cooler", "COLD-COMM-SHOW", "8418500000"),
    ("酒柜", "cellar", "COLD-HOME-WINE", "8418500000"),
    ("电热管", "heater", "PARTS-ELEC-RES", "8516800000"),
    ("镁棒", "anode", "PARTS-ELEC-WH", "8419901000"),
    ("齿轮", "gear", "PARTS-MECH-PLAST", "3926901000"),
    ("软管", "hose", "OUTDOOR-GARDEN-HOSE", "3917390000"),
    ("花盆", "pot", "OUTDOOR-GARDEN-POT", "6810999000"),
    ("弹力绳", "cord", "OUTDOOR-CAMP-ROPE", "4007000000"),
    ("铝型材", "frame", "BUILD-METAL-ALU", "7610900000"),
    ("快干胶", "glue", "BUILD-GLUE-SUPER", "3506100090"),
    ("水泥", "cement", "BUILD-MIN-CEM", "2523300000"),
)
_MODELS = tuple(f"{letter}{digit}" for letter in "ABCDEF" for digit in (1, 2, 5, 8))


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of each."""

    merchants: int
    products: int
    orders: int
    asns: int
    logs: int


def shares(total: int, merchants: int, least: int) -> list[int]:
    """A total over merchants, the first largest; each gets ``least``, should that be more than all of it."""
    weights = [1 / number**_UNEVEN for number in range(1, merchants + 1)]
    made = [max(least, int(total * weight / sum(weights))) for weight in weights]
    made[0] = max(least, made[0] + total - sum(made))
    return made


async def prepare(owner: asyncpg.Connection, sizes: Sizes) -> None:
    """Write merchants and the two users; lay out the temporary tables that everything else is drawn from."""
    await _merchants(owner, sizes)
    await _users(owner)
    await _names(owner)
    await _days(owner)
    await owner.execute(
        "create temp table scale_recipients (no int, name text, country text, province text, city text, "
        "address text, postcode text, phone text, platform text) on commit drop"
    )
    columns = ("name", "country", "province", "city", "address1", "postcode", "phone", "platform")
    rows = [(no, *(row[c] for c in columns)) for no, row in enumerate(read("demo_recipients"))]
    await owner.copy_records_to_table("scale_recipients", records=rows)


async def _merchants(owner: asyncpg.Connection, sizes: Sizes) -> None:
    await owner.execute(
        """create temp table scale_merchants (no int primary key, id uuid not null default uuidv7(),
             company_name text, company_name_en text, credit_code text, customs_code text, currency text,
             warehouse text, products int, orders int, asns int, together int) on commit drop"""
    )
    products = shares(sizes.products, sizes.merchants, 1)
    orders = shares(sizes.orders, sizes.merchants, 0)
    asns = shares(sizes.asns, sizes.merchants, 0)
    rows = []
    for number in range(1, sizes.merchants + 1):
        city, city_en, region, warehouse, currency = _CITIES[(number - 1) % len(_CITIES)]
        first, first_en = _FIRST[number % len(_FIRST)]
        second, second_en = _SECOND[number // len(_FIRST) % len(_SECOND)]
        trade, trade_en = _TRADES[number // 7 % len(_TRADES)]
        parcels, count = orders[number - 1] / _PARCELS, asns[number - 1]
        # So many orders on one consolidation ASN that ASNs are left for stock.
        together = (
            max(_FEWEST_TOGETHER, math.ceil(parcels / max(_MOST_OF_ASNS * count, 1))) if count else None
        )
        rows.append(
            (
                number,
                f"{city}{first}{second}{trade}有限公司",
                f"{city_en} {first_en}{second_en} {trade_en} Co., Ltd.",
                credit_code(region, f"MA5{number:05d}"),
                f"{region[:4]}96{number:04d}",
                currency,
                warehouse,
                products[number - 1],
                orders[number - 1],
                count,
                together,
            )
        )
    columns = [
        "no",
        "company_name",
        "company_name_en",
        "credit_code",
        "customs_code",
        "currency",
        "warehouse",
    ]
    columns += ["products", "orders", "asns", "together"]
    await owner.copy_records_to_table("scale_merchants", records=rows, columns=columns)
    await owner.execute(
        f"""insert into merchants (id, company_name, company_name_en, credit_code, customs_code, currency_code,
                                   status, created_at, updated_at)
            select id, company_name, company_name_en, credit_code, customs_code, currency, 'ACTIVE',
                   now() - interval '{DAYS} days', now() - interval '{DAYS} days' from scale_merchants"""  # noqa: S608  # ours
    )


async def _users(owner: asyncpg.Connection) -> None:
    passwords = Passwords()
    try:
        hashed = await passwords.hash(PASSWORD)
    finally:
        passwords.close()
    largest = await owner.fetchval("select credit_code from scale_merchants where no = 1")
    await create_user(owner, OWNER, "王海远", Role.OWNER, largest, hashed)
    await create_user(owner, SUPPORT, "何文静", Role.SUPPORT, None, hashed)


async def _names(owner: asyncpg.Connection) -> None:
    """Every name that a product may have, with its pieces, cut once instead of once a product."""
    await owner.execute(
        """create temp table scale_names (no int primary key, name_zh text, name_en text, category text, model text,
             hs_code text, hs_code_id uuid, by_weight bool, second_by_weight bool, grams text[]) on commit drop"""
    )
    rows = []
    for zh, en, category, code in _THINGS:
        for quality, quality_en in _QUALITIES:
            rows += [(f"{quality}{zh} {m}", f"{quality_en} {en} {m}", category, m, code) for m in _MODELS]
    await owner.copy_records_to_table(
        "scale_names",
        records=[(number, *row) for number, row in enumerate(rows)],
        columns=["no", "name_zh", "name_en", "category", "model", "hs_code"],
    )
    await owner.execute(
        """update scale_names n set grams = name_grams(n.name_zh || chr(10) || n.name_en), hs_code_id = h.id,
             by_weight = h.first_unit_code = '035', second_by_weight = h.second_unit_code = '035'
           from hs_codes h where h.code = n.hs_code and h.edition = $1""",
        EDITION,
    )


async def _days(owner: asyncpg.Connection) -> None:
    """The heads of system numbers, with what each adds to the sum of the check character."""
    await owner.execute(
        "create temp table scale_days (kind text, day date, head text, total int, primary key (kind, day)) "
        "on commit drop"
    )
    now = await owner.fetchval("select now()")
    moments = [now - dt.timedelta(days=back) for back in range(-1, DAYS + 2)]
    rows = []
    for kind in NumberKind:
        for moment in moments:
            head = f"{kind}{today(moment):%y%m%d}"
            # Zeros add nothing, so the check character of head and zeros tells the sum of the head.
            total = -ALPHABET.index(check_character(f"{head}000000")) % len(ALPHABET)
            rows.append((str(kind), today(moment), head, total))
    await owner.copy_records_to_table("scale_days", records=rows)
