"""Permissions: each root field and type names one, roles hold to theirs, who lacks one does nothing."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

from exgo_gql.app import schema
from exgo_gql.auth.permissions import ALL, EXPLAIN, READING, of_role
from exgo_gql.auth.viewer import Viewer, person
from exgo_gql.context import Context
from exgo_gql.domain.actors import Role
from exgo_gql.domain.refusals import Language
from exgo_gql.extensions.documents import Documents
from exgo_gql.extensions.execution import Executor, Params
from exgo_gql.extensions.limits import Limits
from exgo_gql.loaders import ids
from exgo_gql.loaders.fields import DeclaredField
from exgo_gql.loaders.nodes import Node, Row
from exgo_gql.loaders.sources import TYPES
from exgo_gql.resolvers.mutating import MutationField
from exgo_gql.schema.names import camel
from exgo_gql.services.work import Origin
from tests import scenes
from tests.stage import Company, Person, Stage

EXEMPT = {
    "viewer": "who asks: null for nobody",
    "login": "nobody is logged in yet",
    "logout": "ends one's own session",
    "node": "asks the permission of the id's type",
    "nodes": "asks the permission of each id's type",
}
BY_THE_SYSTEM = {"order:asn_confirm", "order:asn_return", "order:asn_arrive"}
"""Steps that an ASN takes its orders through: no role has them, no field offers them."""


def root_fields() -> dict[str, Any]:
    """Every root field by its public name, as Strawberry knows it."""
    whole = schema()
    fields = [*whole.query.__strawberry_definition__.fields, *whole.mutation.__strawberry_definition__.fields]
    return {field.graphql_name or camel(field.python_name): field for field in fields}


def asked(field: Any) -> frozenset[str]:
    """The permissions that a root field asks for by its declaration."""
    if isinstance(field, MutationField):
        return frozenset({field.may})
    return field.permissions if isinstance(field, DeclaredField) else frozenset()


ROOTS = {name: asked(field) for name, field in root_fields().items()}
PERMISSION = {name: next(iter(wanted)) for name, wanted in ROOTS.items() if wanted}
MUTATIONS = [name for name, field in root_fields().items() if isinstance(field, MutationField)]


# -- declarations -------------------------------------------------------------------------------------------


def test_every_root_field_names_one_permission() -> None:
    assert {name for name, wanted in ROOTS.items() if not wanted} == set(EXEMPT)
    assert {name for name, wanted in ROOTS.items() if len(wanted) > 1} == set()
    assert len(MUTATIONS) > 40


def test_every_type_of_rows_names_a_permission(sdl: GraphQLSchema) -> None:
    assert {type_.may for type_ in TYPES.values()} == READING
    nodes = {type_.name for type_ in sdl.get_possible_types(sdl.type_map["Node"])}
    assert {name for name, type_ in TYPES.items() if issubclass(type_, Node)} == nodes


def test_every_permission_belongs_to_a_role() -> None:
    held = frozenset().union(*(of_role(role) for role in Role))
    named = set(PERMISSION.values()) | {type_.may for type_ in TYPES.values()}
    named |= {f.may for t in TYPES.values() for f in t.declared.values() if f.may}
    assert named <= held
    assert ALL - held == BY_THE_SYSTEM
    assert held - named == {EXPLAIN}  # asked for beside a document, by no field of it


def test_who_reads_only_has_no_other_permission() -> None:
    assert of_role(Role.VIEWER) == READING
    assert of_role(Role.SUPPORT) == READING | {EXPLAIN}


def test_descriptions_name_the_permission(sdl: GraphQLSchema) -> None:
    assert sdl.mutation_type is not None
    for name in MUTATIONS:
        assert f"`{PERMISSION[name]}`" in (sdl.mutation_type.fields[name].description or "")


# -- documents with dummy values ----------------------------------------------------------------------------


def dummy(kind: Any, name: str) -> Any:
    """A value of an input type, as little as it takes: required fields, unknown ids."""
    if isinstance(kind, GraphQLNonNull):
        return dummy(kind.of_type, name)
    if isinstance(kind, GraphQLList):
        return [dummy(kind.of_type, name)]
    if isinstance(kind, GraphQLInputObjectType):
        required = {n: f.type for n, f in kind.fields.items() if isinstance(f.type, GraphQLNonNull)}
        return {n: dummy(type_, n) for n, type_ in required.items() if type_ != name}
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    return {
        "ID": ids.encode("Product", uuid4()),
        "Int": 1,
        "Boolean": True,
        "Decimal": "1",
        "Date": scenes.ARRIVAL,
        "DateTime": "2026-11-23T08:00:00Z",
        "String": "X1",
    }[kind.name]


def document(sdl: GraphQLSchema, name: str) -> tuple[str, dict[str, Any]]:
    """A document that asks for one root field, with the variables it needs."""
    kind = "mutation" if sdl.mutation_type and name in sdl.mutation_type.fields else "query"
    root = sdl.mutation_type if kind == "mutation" else sdl.query_type
    assert root is not None
    field = root.fields[name]
    given = {n: a.type for n, a in field.args.items() if isinstance(a.type, GraphQLNonNull) and n != "dryRun"}
    if kind == "query" and "id" in field.args:
        given["id"] = field.args["id"].type
    declared = ", ".join(f"${n}: {type_}" for n, type_ in given.items())
    passed = ", ".join(f"{n}: ${n}" for n in given)
    head = f"{kind} Q({declared})" if given else f"{kind} Q"
    arguments = f"({passed})" if given else ""
    selection = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    return f"{head} {{ {name}{arguments}{selection} }}", {n: dummy(t, n) for n, t in given.items()}


async def ask(person_: Person, sdl: GraphQLSchema, name: str) -> dict[str, Any]:
    query, variables = document(sdl, name)
    answer: dict[str, Any] = await person_.answer(query, variables)
    return answer


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


# -- roles and root fields ----------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module")
async def company(shared: Stage) -> Company:
    """A company with something to lose."""
    company = await shared.company()
    product = await scenes.filed(company)
    await scenes.order(company, (product["id"], 1))
    await scenes.asn(company, (product["id"], 1))
    return company


@pytest_asyncio.fixture(scope="module")
async def people(shared: Stage, company: Company) -> dict[Role, Person]:
    """Somebody of every role."""
    own = {Role.OWNER: company.owner, Role.OPERATOR: company.operator, Role.VIEWER: company.viewer}
    return own | shared.staff


@pytest_asyncio.fixture
async def unchanged(shared: Stage, company: Company) -> AsyncIterator[None]:
    """What the test does must change nothing, of the company or of anybody else."""
    tables = await shared.admin.fetch(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    counted = " union all ".join(
        f"select '{t[0]}', count(*) from {t[0]}" for t in tables if t[0] != "sessions"
    )

    async def everything() -> Any:
        return await shared.admin.fetch(counted), await shared.snapshot(company.id)

    before = await everything()
    yield
    assert await everything() == before


async def test_nobody_is_told_to_log_in(shared: Stage, sdl: GraphQLSchema, unchanged: None) -> None:
    for name in (*PERMISSION, "node", "nodes", "logout"):
        answer = await ask(shared.anonymous, sdl, name)
        assert codes(answer) == ["UNAUTHENTICATED"], name
        assert answer["data"] in (None, {name: None}), name


async def test_nobody_may_ask_who_asks(shared: Stage, sdl: GraphQLSchema) -> None:
    assert (await ask(shared.anonymous, sdl, "viewer"))["data"] == {"viewer": None}


@pytest.mark.parametrize("role", Role)
async def test_without_the_permission_nothing_is_done(
    shared: Stage, sdl: GraphQLSchema, people: dict[Role, Person], unchanged: None, role: Role
) -> None:
    lacking = {name: wanted for name, wanted in PERMISSION.items() if wanted not in of_role(role)}
    assert len(lacking) > 10
    for name, wanted in lacking.items():
        answer = await ask(people[role], sdl, name)
        [error] = answer["errors"]
        assert error["extensions"] == {"code": "FORBIDDEN", "permission": wanted}, name
        assert error["path"] == [name]
        assert answer["data"] is None, name


@pytest.mark.parametrize("role", Role)
async def test_with_the_permission_the_door_is_open(
    shared: Stage, sdl: GraphQLSchema, people: dict[Role, Person], role: Role
) -> None:
    held = [name for name, wanted in PERMISSION.items() if wanted in of_role(role)]
    assert len(held) > 15
    for name in held:
        answer = await ask(people[role], sdl, name)
        assert codes(answer) == [], (name, answer)


async def test_a_viewer_changes_nothing(
    sdl: GraphQLSchema, people: dict[Role, Person], unchanged: None
) -> None:
    # ACC: the role VIEWER reads only
    for name in MUTATIONS:
        assert codes(await ask(people[Role.VIEWER], sdl, name)) == ["FORBIDDEN"], name


async def test_a_dry_run_and_a_kept_key_need_the_permission_too(
    sdl: GraphQLSchema, people: dict[Role, Person], unchanged: None
) -> None:
    # API-3, API-4
    for name in MUTATIONS:
        query, variables = document(sdl, name)
        for more in ("dryRun: true", 'idempotencyKey: "k1"'):
            answer = await people[Role.VIEWER].answer(query.replace("$input)", f"$input, {more})"), variables)
            assert codes(answer) == ["FORBIDDEN"], name


# -- permissions to read: no role lacks one, so the viewer is made for it -----------------------------------


def reader(company: Company, without: str) -> Viewer:
    whole = person(uuid4(), company.id, "Reader", Role.VIEWER)
    return dataclasses.replace(whole, permissions=whole.permissions - {without})


async def run(shared: Stage, viewer: Viewer, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """An operation by somebody whom no token stands for."""
    state = shared.app.state
    context = Context(state.database, None, None, viewer, Language.EN, Origin())  # type: ignore[arg-type]  # no log-in here
    built, limits = schema()._schema, Limits()
    executor = Executor(built, Documents(built, limits), limits)
    answer = await executor.run(
        Params(query, variables), context, allow_mutation=True, may_introspect=True, request_id="r" * 8
    )
    return answer.body


@pytest.mark.parametrize("permission", sorted(READING))
async def test_a_root_field_is_shut_without_its_permission_to_read(
    shared: Stage, sdl: GraphQLSchema, company: Company, permission: str
) -> None:
    viewer = reader(company, permission)
    for name in (name for name in PERMISSION if name not in MUTATIONS):
        answer = await run(shared, viewer, *document(sdl, name))
        wanted = ["FORBIDDEN"] if PERMISSION[name] == permission else []
        assert codes(answer) == wanted, name


@pytest.mark.parametrize("type_", TYPES.values(), ids=TYPES)
async def test_a_type_is_shut_on_every_way_to_it(shared: Stage, company: Company, type_: type[Row]) -> None:
    viewer = reader(company, type_.may)
    if issubclass(type_, Node):
        for query in (
            "query($id: ID!) { node(id: $id) { id } }",
            "query($id: ID!) { nodes(ids: [$id]) { id } }",
        ):
            answer = await run(shared, viewer, query, {"id": ids.encode(type_.__name__, uuid4())})
            assert codes(answer) == ["FORBIDDEN"]
    for owner in TYPES.values():
        for name, field in owner.declared.items():
            if getattr(field.source, "target", None) is type_:
                assert type_.may in field.permissions, f"{owner.__name__}.{name}"


async def test_a_nested_field_is_shut_without_its_permission(shared: Stage, company: Company) -> None:
    query = "{ products(first: 1) { nodes { sku inventory { nodes { id } } } } }"
    answer = await run(shared, reader(company, "stock:read"), query, {})
    [error] = answer["errors"]
    assert error["extensions"] == {"code": "FORBIDDEN", "permission": "stock:read"}
    assert error["path"] == ["products", "nodes", 0, "inventory"]
    assert "sku" not in json.dumps(answer["data"])
