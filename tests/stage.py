"""The stage that tests play on: an application on a database, people with tokens, and the usual scenes."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

import asyncpg
import httpx
from pgqueuer.types import QueueExecutionMode  # noqa: F401  # documents what drain() stands for

from exgo_gql.adapters.customs import Sandbox
from exgo_gql.app import create_app
from exgo_gql.auth import tokens
from exgo_gql.db.pools import Database
from exgo_gql.db.roles import OWNER
from exgo_gql.db.urls import driver_dsn
from exgo_gql.domain.actors import MERCHANT_ROLES, STAFF_ROLES, Role
from exgo_gql.jobs.deliveries import deliver
from exgo_gql.jobs.desk import Desk
from exgo_gql.settings import Settings

_NUMBERS = itertools.count(1)
TODAY = dt.datetime.now(dt.UTC).date()


@dataclass(frozen=True)
class Fresh:
    """A database of its own."""

    url: str
    database: Database
    statements: list[str]

    @contextlib.asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection as the owner of all tables."""
        connection = await asyncpg.connect(driver_dsn(self.url))
        try:
            await connection.execute(f"set role {OWNER}")
            yield connection
        finally:
            await connection.close()


@dataclass
class Person:
    """Somebody who sends requests."""

    stage: Stage
    role: Role | None
    token: str | None
    user_id: UUID | None = None
    merchant_id: UUID | None = None

    async def post(
        self, query: str, variables: dict[str, Any] | None = None, **headers: str
    ) -> httpx.Response:
        """Send a document as it is."""
        if self.token:
            headers.setdefault("authorization", f"Bearer {self.token}")
        headers.setdefault("accept-language", "en")
        body = {"query": query, "variables": variables or {}}
        return await self.stage.http.post("/graphql", json=body, headers=headers)

    async def answer(self, query: str, variables: dict[str, Any] | None = None, **headers: str) -> Any:
        """The whole answer."""
        return (await self.post(query, variables, **headers)).json()

    async def ask(self, query: str, variables: dict[str, Any] | None = None, **headers: str) -> Any:
        """The data of an answer without errors."""
        answer = await self.answer(query, variables, **headers)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def act(
        self, mutation: str, given: dict[str, Any], select: str = "id", *, arguments: str = "", **headers: str
    ) -> Any:
        """A mutation's payload: object, errors and the rest."""
        input_type = INPUT_TYPES[mutation]
        thing = OBJECTS[mutation]
        query = (
            f"mutation M($input: {input_type}!) {{ {mutation}(input: $input{arguments}) {{ {thing} {{ {select} }} "
            "replayed wouldChange { field old new } "
            "errors { __typename code message path ... on IllegalTransitionError { from action allowed } "
            "... on StaleVersionError { current changed } ... on InUseError { holders } "
            "... on ProductsError { skus } ... on InvalidValueError { least most places expected } "
            "... on ConflictingValueError { value } } } }"
        )
        return (await self.ask(query, {"input": given}, **headers))[mutation]

    async def do(self, mutation: str, given: dict[str, Any], select: str = "id") -> Any:
        """The object of a mutation that must go through."""
        payload = await self.act(mutation, given, select)
        assert payload["errors"] == [], payload["errors"]
        return payload[OBJECTS[mutation]]

    async def refused(
        self, mutation: str, given: dict[str, Any], *, arguments: str = ""
    ) -> list[dict[str, Any]]:
        """The errors of a mutation that must be refused."""
        payload = await self.act(mutation, given, arguments=arguments)
        assert payload[OBJECTS[mutation]] is None
        assert payload["errors"]
        errors: list[dict[str, Any]] = payload["errors"]
        return errors

    async def codes(self, mutation: str, given: dict[str, Any], **headers: str) -> list[tuple[str, str]]:
        """Codes and dotted paths (below ``input``) of a mutation that must be refused."""
        payload = await self.act(mutation, given, **headers)
        assert payload[OBJECTS[mutation]] is None
        return [(error["code"], ".".join(error["path"][1:])) for error in payload["errors"]]


INPUT_TYPES: dict[str, str] = {}
OBJECTS: dict[str, str] = {}


def _learn_mutations() -> None:
    from exgo_gql.app import schema  # built once, on first use
    from exgo_gql.resolvers.mutating import MutationField

    definition = schema().mutation.__strawberry_definition__  # type: ignore[union-attr]
    for field_ in definition.fields:
        if isinstance(field_, MutationField):
            head, *rest = field_.python_name.split("_")
            name = head + "".join(part.capitalize() for part in rest)
            INPUT_TYPES[name] = field_.input_type.__name__
            OBJECTS[name] = field_.gives.__name__.lower()


@dataclass
class Company:
    """A merchant with somebody in each of its roles."""

    id: UUID
    owner: Person
    operator: Person
    viewer: Person


@dataclass
class Stage:
    """The application and everybody around it."""

    fresh: Fresh
    http: httpx.AsyncClient
    admin: asyncpg.Connection
    desk: Desk
    app: Any
    statements: list[str] = field(default_factory=list)
    staff: dict[Role, Person] = field(default_factory=dict)
    anonymous: Person = field(init=False)

    def __post_init__(self) -> None:
        self.anonymous = Person(self, None, None)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, fresh: Fresh, **settings: Any) -> AsyncIterator[Self]:
        """The application, without its worker, on a fresh database."""
        _learn_mutations()
        statements: list[str] = []
        app = create_app(
            Settings(worker=False, **settings),
            fresh.url,
            watch=lambda logged: statements.append(logged.query),
        )
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app, raise_app_exceptions=True)
            http = await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://exgo.test")
            )
            admin = await stack.enter_async_context(fresh.owner())
            stage = cls(fresh, http, admin, Desk(fresh.database, Sandbox(0)), app, statements)
            for role in sorted(STAFF_ROLES):
                stage.staff[role] = await stage.person(role)
            yield stage

    @property
    def customs(self) -> Person:
        return self.staff[Role.CUSTOMS]

    @property
    def warehouse(self) -> Person:
        return self.staff[Role.WAREHOUSE]

    @property
    def support(self) -> Person:
        return self.staff[Role.SUPPORT]

    async def person(self, role: Role, merchant_id: UUID | None = None) -> Person:
        """A user with a token."""
        number = next(_NUMBERS)
        user_id = await self.admin.fetchval(
            "insert into users (merchant_id, email, name, role, password_hash) values ($1, $2, $3, $4, 'x') returning id",
            merchant_id,
            f"{role.lower()}{number}@test.example",
            f"{role.title()} {number}",
            role.name,
        )
        token = tokens.make()
        await self.admin.execute(
            """insert into sessions (merchant_id, user_id, token_hash, kind, expires_at)
               values ($1, $2, $3, 'TOKEN', now() + interval '1 day')""",
            merchant_id,
            user_id,
            tokens.digest(token),
        )
        return Person(self, role, token, user_id, merchant_id)

    async def company(self, currency: str = "USD") -> Company:
        """A new merchant, active, with its people."""
        merchant_id = await self.admin.fetchval(
            "insert into merchants (company_name, currency_code, status) values ($1, $2, 'ACTIVE') returning id",
            f"测试企业 {next(_NUMBERS)}",
            currency,
        )
        people = {role: await self.person(role, merchant_id) for role in sorted(MERCHANT_ROLES)}
        return Company(merchant_id, people[Role.OWNER], people[Role.OPERATOR], people[Role.VIEWER])

    async def deliver_all(self, company: Company | None = None) -> int:
        """Do what the worker would: every open delivery once, those they lead to as well."""
        done = 0
        while open_ := await self.admin.fetch(
            """select id from deliveries where done_at is null and dead_at is null and attempts = 0
               and merchant_id = coalesce($1, merchant_id) order by created_at""",
            company and company.id,
        ):
            for row in open_:
                await deliver(self.desk, row["id"])
                done += 1
        return done

    @contextlib.asynccontextmanager
    async def unchanged(self, *companies: Company, but: Sequence[str] = ()) -> AsyncIterator[None]:
        """Nothing of these merchants changes within, but for some tables."""
        before = [await self.snapshot(company.id, but=but) for company in companies]
        yield
        assert [await self.snapshot(company.id, but=but) for company in companies] == before

    async def snapshot(self, merchant_id: UUID, *, but: Sequence[str] = ()) -> dict[str, Any]:
        """Everything a merchant has, table by table: to see that a refusal changed nothing."""
        tables = await self.admin.fetch(
            """select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'merchant_id'
               where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1"""
        )
        found = {}
        for table in (row["relname"] for row in tables):
            if table in but or table == "sessions":
                continue
            rows = await self.admin.fetch(
                f"select t::text from {table} t where merchant_id = $1 order by 1", merchant_id
            )
            found[table] = [row[0] for row in rows]
        return found
