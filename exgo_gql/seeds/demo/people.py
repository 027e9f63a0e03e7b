"""Who plays in the demonstration: three merchants, the people of each, and one of the house in every role."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from exgo_gql.auth.passwords import Passwords
from exgo_gql.auth.viewer import Viewer, person
from exgo_gql.domain.actors import Role
from exgo_gql.domain.merchants import MerchantStatus
from exgo_gql.seeds.check_digits import credit_code
from exgo_gql.services.users import create_user

PASSWORD = "exgo-demo-2026"  # noqa: S105  # the whole world may know it: demonstrations only
"""The one password of all demonstration accounts."""


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """A merchant as it registered."""

    key: str
    short: str
    name: str
    name_en: str
    credit_code: str
    customs_code: str
    currency: str
    warehouse: str
    """Where most of its goods go."""


COMPANIES = (
    CompanyFacts(
        "yueda",
        "悦达跨境",
        "宁波悦达跨境电子商务有限公司",
        "Ningbo Yueda Cross-border E-commerce Co., Ltd.",
        credit_code("330206", "MA2AFX17"),
        "3302965K21",
        "USD",
        "NB01",
    ),
    CompanyFacts(
        "qinghe",
        "青禾家居",
        "杭州青禾家居用品有限公司",
        "Hangzhou Qinghe Homeware Co., Ltd.",
        credit_code("330114", "MA2CHQ60"),
        "3301960T7A",
        "USD",
        "HZ01",
    ),
    CompanyFacts(
        "ruichu",
        "锐厨设备",
        "郑州锐厨商用设备有限公司",
        "Zhengzhou Ruichu Catering Equipment Co., Ltd.",
        credit_code("410184", "MA9KRC32"),
        "4101962B85",
        "EUR",
        "ZZ01",
    ),
)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can log in. ``merchant`` is the company's short name; the house's people have none."""

    email: str
    password: str
    role: str
    label: str
    merchant: str | None
    name: str

    def as_button(self) -> dict[str, str]:
        """What GraphiQL shows as a log-in by one click."""
        return {"email": self.email, "password": self.password, "role": self.role, "label": self.label}


def _of_company(key: str, role: Role, name: str) -> Account:
    short = next(company.short for company in COMPANIES if company.key == key)
    word = role.lower()
    return Account(f"{word}@{key}.example", PASSWORD, role, f"{word} · {short}", short, name)


def _of_house(role: Role, label: str, name: str) -> Account:
    word = role.lower()
    return Account(f"{word}@exgo.example", PASSWORD, role, f"{word} · {label}", None, name)


ACCOUNTS: tuple[Account, ...] = (
    _of_company("yueda", Role.OWNER, "陈悦"),
    _of_company("yueda", Role.OPERATOR, "林小川"),
    _of_company("yueda", Role.VIEWER, "周敏"),
    _of_company("qinghe", Role.OWNER, "沈青"),
    _of_company("ruichu", Role.OWNER, "赵锐"),
    _of_house(Role.SUPPORT, "客服", "何静"),
    _of_house(Role.CUSTOMS, "海关", "徐海明"),
    _of_house(Role.WAREHOUSE, "仓库", "吴建国"),
    _of_house(Role.FINANCE, "财务", "孙丽"),
    _of_house(Role.ADMIN, "管理员", "郑凯"),
)


@dataclass(frozen=True, slots=True)
class Company:
    """A merchant on stage, with whoever does its work."""

    facts: CompanyFacts
    id: UUID
    owner: Viewer
    operator: Viewer
    """The owner does it where there is no operator."""

    @property
    def key(self) -> str:
        """How the files of the demonstration call it."""
        return self.facts.key


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, as viewers."""

    companies: dict[str, Company]
    customs: Viewer
    warehouse: Viewer


async def register(owner: asyncpg.Connection, passwords: Passwords, registered_at: dt.datetime) -> Cast:
    """Write merchants and users, as a registration long ago would have left them: all or nothing."""
    hashes = await asyncio.gather(*(passwords.hash(account.password) for account in ACCOUNTS))
    async with owner.transaction():
        merchants = {facts.short: await _merchant(owner, facts, registered_at) for facts in COMPANIES}
        codes = {facts.short: facts.credit_code for facts in COMPANIES}
        viewers: dict[str, Viewer] = {}
        for account, hashed in zip(ACCOUNTS, hashes, strict=True):
            role, code = Role[account.role], codes.get(account.merchant or "")
            id_ = await create_user(owner, account.email, account.name, role, code, hashed)
            merchant_id = merchants[account.merchant] if account.merchant else None
            viewers[account.email] = person(id_, merchant_id, account.name, role, email=account.email)
        await owner.execute(
            "update users set created_at = $1, updated_at = $1 where id = any ($2)",
            registered_at,
            [viewer.user_id for viewer in viewers.values()],
        )
    companies = {}
    for facts in COMPANIES:
        head = viewers[f"owner@{facts.key}.example"]
        operator = viewers.get(f"operator@{facts.key}.example", head)
        companies[facts.key] = Company(facts, merchants[facts.short], head, operator)
    return Cast(companies, viewers["customs@exgo.example"], viewers["warehouse@exgo.example"])


async def _merchant(owner: asyncpg.Connection, facts: CompanyFacts, registered_at: dt.datetime) -> UUID:
    made: UUID = await owner.fetchval(
        """insert into merchants (company_name, company_name_en, credit_code, customs_code, currency_code,
                                  status, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $7, $7) returning id""",
        facts.name,
        facts.name_en,
        facts.credit_code,
        facts.customs_code,
        facts.currency,
        MerchantStatus.ACTIVE.name,
        registered_at,
    )
    return made
