"""Two companies, and not one byte from one to the other: by id, by number, in lists, through every mutation.

Everything is run four times: as it is; without the first lock (the filters of loaders, planner and services), so
that row-level security holds alone; without row-level security, so that the filters hold alone; and without both,
where each check must find a leak, or it could not find one at all (rule 2). And that both ways: by the loaders,
and by the planner, which then plans every query here.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)
from prometheus_client import REGISTRY
from sqlalchemy import select
from structlog.testing import capture_logs

from exgo_gql.app import schema
from exgo_gql.auth.permissions import of_role
from exgo_gql.domain.actors import Role
from exgo_gql.loaders import ids, statements
from exgo_gql.loaders.fields import DeclaredField
from exgo_gql.loaders.nodes import Node
from exgo_gql.loaders.planner.refusals import Reason
from exgo_gql.loaders.scope import Lock, tenant_column
from exgo_gql.loaders.sources import TYPES, Relation, Shape
from exgo_gql.resolvers.mutating import MutationField
from exgo_gql.schema.inputs import references
from exgo_gql.schema.names import camel
from exgo_gql.services.work import Work
from tests import scenes
from tests.stage import Company, Fresh, Person, Stage

REFERENCE = {"HsCode"}
"""Node types that are everybody's."""

Path = tuple[str, ...]


# -- two worlds ---------------------------------------------------------------------------------------------


@dataclass
class World:
    """A company with something of every kind, and documents in the states that mutations start from."""

    company: Company
    has: dict[str, Any] = field(default_factory=dict)

    @property
    def asks(self) -> Person:
        return self.company.operator

    async def rows(self, admin: asyncpg.Connection, type_name: str) -> list[UUID]:
        """The uuids of all its rows of a type."""
        table = TYPES[type_name].table
        query = f"select id from {table.name} where {tenant_column(table)} = $1 order by id"
        return [row["id"] for row in await admin.fetch(query, self.company.id)]


async def build(stage: Stage) -> World:
    company = await stage.company()
    world = World(company, {"company": ids.encode("Merchant", company.id)})
    has, customs, warehouse = world.has, stage.customs, stage.warehouse
    for name in ("first", "second", "third"):
        has[name] = (await scenes.filed(company))["id"]
    has["draft"] = await scenes.draft(company)
    has["disabled"] = (await scenes.filed(company))["id"]
    await company.operator.do("productDisable", {"id": has["disabled"]})
    has["unused"] = (await scenes.draft(company))["id"]
    has["combo"] = await scenes.combo(company, (has["first"], 1), (has["second"], 1), file=False)
    plate = scenes.number("TRUCK")
    has["vehicle"] = await company.operator.do(
        "vehicleCreate", {"plate": plate, "warehouseCode": "NB01"}, "id version"
    )
    # Stock mode: received whole, an order of it shipped and tracked
    has["received"] = await scenes.stocked(company, (has["first"], 10), (has["second"], 10))
    shipped = await scenes.order(company, (has["first"], 1), until="SUBMITTED")
    await customs.do("orderApprove", {"id": shipped["id"]})
    await warehouse.do("orderPick", {"id": shipped["id"]})
    await warehouse.do("orderShip", shipping(shipped["id"]))
    await warehouse.do("orderTrack", {"id": shipped["id"], "at": "2026-11-23T08:00:00Z", "status": "CUSTOMS"})
    for state in ("DRAFT", "CONFIRMED", "PENDING_REVIEW", "APPROVED", "IN_TRANSIT", "RECEIVING"):
        has[f"asn {state}"] = await scenes.asn(company, (has["first"], 2), until=state)
    for state in ("DRAFT", "CONFIRMED"):
        has[f"order {state}"] = await scenes.order(company, (has["first"], 1), until=state)
    # Consolidation: an order linked to a draft, one free, one on its way
    linked, free, sent = [
        await scenes.order(company, (has["first"], 1), mode="CONSOLIDATION") for _ in range(3)
    ]
    has["linked"], has["free"] = linked["id"], free["id"]
    has["asn with orders"] = await scenes.asn(company, order_ids=[linked["id"]])
    has["parcel"] = sent["inboundTrackingNo"]
    has["asn of parcels"] = await scenes.asn(company, until="RECEIVING", order_ids=[sent["id"]])
    return world


def shipping(id_: str) -> dict[str, Any]:
    return {
        "id": id_,
        "carrier": "DHL",
        "trackingNo": scenes.number("JD"),
        "parcels": [{"weightKg": "1.5"}],
    }


@pytest_asyncio.fixture(scope="module")
async def stage(new_database: Callable[..., Awaitable[Fresh]]) -> AsyncIterator[Stage]:
    """A stage of its own, whose locks can be taken off."""
    async with Stage.open(await new_database()) as stage:
        yield stage


@pytest_asyncio.fixture(scope="module")
async def worlds(stage: Stage) -> tuple[World, World]:
    return await build(stage), await build(stage)


@pytest.fixture(scope="module")
def mine(worlds: tuple[World, World]) -> World:
    """Who asks."""
    return worlds[0]


@pytest.fixture(scope="module")
def other(worlds: tuple[World, World]) -> World:
    """Of whom nothing may be seen."""
    return worlds[1]


# -- locks --------------------------------------------------------------------------------------------------


def filters_off(patch: pytest.MonkeyPatch) -> None:
    """Take out the first lock: of loaders by its switch, of services where all of them filter."""
    patch.setattr(Lock, "filtering", False)
    patch.setattr(Work, "mine", lambda _self, model: select(model))


async def row_security(stage: Stage, switch: str) -> None:
    tables = await stage.admin.fetch(
        "select relname from pg_class where relkind = 'r' and relforcerowsecurity"
    )
    for table in tables:
        await stage.admin.execute(f"alter table {table['relname']} {switch} row level security")


def forget_statements() -> None:
    statements.statement.cache_clear()
    statements.by_ids.cache_clear()


LOCKS = {"both locks": (True, True), "policies alone": (False, True), "filters alone": (True, False)}
NO_LOCK = {"no lock": (False, False)}


WAYS = {"loaded": False, "planned": True}
STATES = {
    f"{way}, {lock}": (planner, *locks)
    for way, planner in WAYS.items()
    for lock, locks in (LOCKS | NO_LOCK).items()
}


def answered() -> Counter[str]:
    """How many queries were answered which way so far."""
    found: Counter[str] = Counter()
    for metric in REGISTRY.collect():
        for sample in metric.samples:
            if sample.name == "exgo_operations_total" and sample.labels["reason"] != Reason.MUTATION:
                found[sample.labels["execution"]] += int(sample.value)
    return found


@pytest_asyncio.fixture(scope="module", params=STATES)
async def leaks(request: pytest.FixtureRequest, stage: Stage, worlds: Any) -> AsyncIterator[bool]:
    """Takes locks off and opens an application that has no plans yet; whether that must leak."""
    planner, filtering, policies = STATES[request.param]
    forget_statements()
    with pytest.MonkeyPatch.context() as patch:
        if not filtering:
            filters_off(patch)
        async with Stage.open(stage.fresh, planner=planner) as opened:
            patch.setattr(stage, "http", opened.http)
            if not policies:  # only now: it would not have begun to serve
                await row_security(stage, "disable")
            before = answered()
            yield not filtering and not policies
            ways = answered() - before
            if not policies:
                await row_security(stage, "enable")
    forget_statements()
    assert set(ways) == {"planned" if planner else "loaded"}


def judge(leaks: bool, found: list[str]) -> None:
    """With a lock on nothing was found; without any the check went red."""
    if leaks:
        assert found
    else:
        assert found == []


# -- the schema ---------------------------------------------------------------------------------------------


def tenant_types(sdl: GraphQLSchema) -> list[str]:
    """Every concrete type with an id, but reference data."""
    node = sdl.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    return sorted({type_.name for type_ in sdl.get_possible_types(node)} - REFERENCE)


def lookups() -> Iterator[tuple[str, Relation]]:
    """The root fields that look up one row of a merchant."""
    for root in schema().query.__strawberry_definition__.fields:
        source = root.source if isinstance(root, DeclaredField) else None
        if isinstance(source, Relation) and source.shape is Shape.ONE and tenant_column(source.target.table):
            yield camel(root.python_name), source


def mutations() -> dict[str, MutationField]:
    return {
        camel(root.python_name): root
        for root in schema().mutation.__strawberry_definition__.fields
        if isinstance(root, MutationField)
    }


MERCHANTS = of_role(Role.OPERATOR)
STAFF_ONLY = {name for name, root in mutations().items() if root.may not in MERCHANTS}
"""Mutations that no merchant may take; staff see every merchant's documents."""


def is_input(kind: Any) -> bool:
    return getattr(getattr(kind, "__strawberry_definition__", None), "is_input", False)


def id_fields(input_type: Any) -> Iterator[tuple[Path, str]]:
    """The paths of all fields of an input that hold ids, nested ones and lists too, with the type of each."""
    for name, type_name in references(input_type).items():
        yield (camel(name),), type_name
    for given in input_type.__strawberry_definition__.fields:
        inner = given.type
        while hasattr(inner, "of_type"):
            inner = inner.of_type
        if is_input(inner):
            for path, type_name in id_fields(inner):
                yield (camel(given.python_name), *path), type_name


ID_FIELDS = {
    (name, path): type_name
    for name, root in mutations().items()
    for path, type_name in id_fields(root.input_type)
}


# -- (a) by id and by number --------------------------------------------------------------------------------


async def told_apart(who: Person, query: str, foreign: Any, unknown: Any) -> str | None:
    """What a query answers of another's value, where it is not byte for byte what it answers of an unknown one."""
    one, two = [await who.post(query, {"x": value}) for value in (foreign, unknown)]
    assert two.status_code == 200
    same = (one.status_code, one.content) == (two.status_code, two.content)
    return None if same else one.text


async def test_the_worlds_hold_every_type(
    stage: Stage, sdl: GraphQLSchema, mine: World, other: World
) -> None:
    names = tenant_types(sdl)
    assert {"Product", "StockMovement", "TrackingEvent", "PutAway", "LogEntry", "Merchant"} <= set(names)
    for world in (mine, other):
        for name in names:
            [row, *_] = await world.rows(stage.admin, name)
            query = "query($x: ID!) { node(id: $x) { __typename id } }"
            found = await world.company.viewer.ask(query, {"x": ids.encode(name, row)})
            assert found == {"node": {"__typename": name, "id": ids.encode(name, row)}}


async def test_an_id_of_another_is_an_unknown_id(
    stage: Stage, sdl: GraphQLSchema, mine: World, other: World, leaks: bool
) -> None:
    found = []
    for name in tenant_types(sdl):
        for row in await other.rows(stage.admin, name):
            foreign, unknown = ids.encode(name, row), ids.encode(name, uuid4())
            for query in (
                "query($x: ID!) { node(id: $x) { __typename id } }",
                "query($x: ID!) { nodes(ids: [$x, $x]) { __typename id } }",
            ):
                answer = await told_apart(mine.asks, query, foreign, unknown)
                found += [f"{name}: {answer}"] if answer else []
    judge(leaks, found)


async def test_every_kind_leaks_without_locks(
    stage: Stage, sdl: GraphQLSchema, mine: World, other: World, leaks: bool
) -> None:
    """The control is as fine as the check: of every type by itself."""
    for name in tenant_types(sdl):
        [row, *_] = await other.rows(stage.admin, name)
        found = await mine.asks.ask("query($x: ID!) { node(id: $x) { id } }", {"x": ids.encode(name, row)})
        assert (found["node"] is not None) == leaks, name


async def test_looking_up_anothers_finds_nothing(
    stage: Stage, mine: World, other: World, leaks: bool
) -> None:
    found, asked = [], set()
    for root, relation in lookups():
        table, target = relation.target.table, relation.target.__name__
        for row in await other.rows(stage.admin, target):
            query = f"query($x: ID) {{ {root}(id: $x) {{ id }} }}"
            foreign, unknown = ids.encode(target, row), ids.encode(target, uuid4())
            if answer := await told_apart(mine.asks, query, foreign, unknown):
                found.append(f"{root}(id): {answer}")
        asked.add((root, "id"))
        for key in relation.keys:
            numbers = f"select {key.key} from {table.name} where merchant_id = $1 and status <> 'DELETED'"
            query = f"query($x: String) {{ {root}({camel(key.key)}: $x) {{ id }} }}"
            for [number] in await stage.admin.fetch(numbers, other.company.id):
                if answer := await told_apart(mine.asks, query, number, scenes.number("NO")):
                    found.append(f"{root}({key.key}): {answer}")
            asked.add((root, camel(key.key)))
    assert asked == {
        ("merchant", "id"),
        ("product", "id"),
        ("product", "sku"),
        ("asn", "id"),
        ("asn", "receivingNo"),
        ("asn", "referenceNo"),
        ("vehicle", "id"),
        ("order", "id"),
        ("order", "orderNo"),
        ("order", "referenceNo"),
    }
    judge(leaks, found)


# -- (b) through every mutation -----------------------------------------------------------------------------


def asn_head(state: str) -> Callable[[World], dict[str, Any]]:
    return lambda w: {"id": w.has[f"asn {state}"]["id"]}


def order_head(state: str) -> Callable[[World], dict[str, Any]]:
    return lambda w: {"id": w.has[f"order {state}"]["id"]}


def asn_edit(name: str, **more: Callable[[World], Any]) -> Callable[[World], dict[str, Any]]:
    def make(world: World) -> dict[str, Any]:
        head = {"id": world.has[name]["id"], "version": world.has[name]["version"]}
        return head | {key: value(world) for key, value in more.items()}

    return make


def parts(world: World) -> list[dict[str, Any]]:
    """Three: without one there are still the two that a combo needs."""
    return [{"productId": world.has[name], "qty": 2} for name in ("first", "second", "third")]


def lines(world: World) -> list[dict[str, Any]]:
    return [{"productId": world.has["first"], "qty": 1, "unitPrice": "5"}]


def combo_of(world: World) -> dict[str, Any]:
    return {"sku": scenes.number("C"), "nameZh": "套装", "nameEn": "Set", "parts": parts(world)}


def vehicle_of(world: World) -> str:
    return str(world.has["vehicle"]["id"])


VALID: dict[str, list[Callable[[World], dict[str, Any]]]] = {
    "comboCreate": [combo_of],
    "productUpdate": [
        lambda w: {"id": w.has["draft"]["id"], "version": w.has["draft"]["version"], "remarks": "x"}
    ],
    "comboUpdate": [lambda w: {"id": w.has["combo"]["id"], "version": 1, "parts": parts(w)}],
    "productFile": [lambda w: {"id": w.has["draft"]["id"]}],
    "productDisable": [lambda w: {"id": w.has["second"]}],
    "productEnable": [lambda w: {"id": w.has["disabled"]}],
    "productDelete": [lambda w: {"id": w.has["unused"]}],
    "asnCreate": [
        lambda w: scenes.asn_input("STOCK", vehicleId=vehicle_of(w), lines=lines(w)),
        lambda w: scenes.asn_input("CONSOLIDATION", orderIds=[w.has["free"]]),
    ],
    "asnUpdate": [asn_edit("asn DRAFT", vehicleId=vehicle_of)],
    "asnAddLines": [asn_edit("asn DRAFT", lines=lines)],
    "asnRemoveLines": [
        asn_edit("asn DRAFT", lineIds=lambda w: [w.has["asn DRAFT"]["lines"]["nodes"][0]["id"]])
    ],
    "asnAddOrders": [asn_edit("asn with orders", orderIds=lambda w: [w.has["free"]])],
    "asnRemoveOrders": [asn_edit("asn with orders", orderIds=lambda w: [w.has["linked"]])],
    "asnDelete": [asn_head("DRAFT")],
    "asnConfirm": [asn_head("DRAFT")],
    "asnTakeBack": [asn_head("CONFIRMED")],
    "asnSubmitReview": [asn_head("CONFIRMED")],
    "asnSetTransport": [asn_edit("asn CONFIRMED", vehicleId=vehicle_of)],
    "asnDispatch": [asn_head("APPROVED")],
    "asnRecall": [asn_head("IN_TRANSIT")],
    "vehicleUpdate": [
        lambda w: {"id": vehicle_of(w), "version": w.has["vehicle"]["version"], "driver": "王"}
    ],
    "orderCreate": [lambda w: scenes.order_input("STOCK", (w.has["first"], 1))],
    "orderUpdate": [asn_edit("order DRAFT", lines=lines)],
    "orderDelete": [order_head("DRAFT")],
    "orderConfirm": [order_head("DRAFT")],
    "orderToDraft": [order_head("CONFIRMED")],
    "orderSubmit": [order_head("CONFIRMED")],
}
"""Inputs that would go through, by what they are made of."""

OWN_PARTS = {("asnRemoveLines", ("lineIds",)), ("asnRemoveOrders", ("orderIds",))}
"""Ids that are looked for among the parts of one's own document: safe even without locks."""


def at(given: Any, path: Path) -> Any:
    """The value at a path, the first of each list; ``None`` where the input leaves it out."""
    for step in path:
        given = given.get(step)
        given = given[0] if isinstance(given, list) and given else given
        if given is None:
            return None
    return given


def put(given: dict[str, Any], path: Path, value: str) -> dict[str, Any]:
    """A copy with another value at a path."""
    changed = copy.deepcopy(given)
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
        holder = holder[0] if isinstance(holder, list) else holder
    last = holder[path[-1]]
    holder[path[-1]] = [value, *last[1:]] if isinstance(last, list) else value
    return changed


def blamed(path: Path, given: dict[str, Any]) -> list[str]:
    """How a refusal names that path."""
    named, holder = ["input"], given
    for step in path:
        named.append(step)
        holder = holder[step]
        if isinstance(holder, list):
            named.append("0")
            holder = holder[0]
    return named


async def send(who: Person, name: str, given: dict[str, Any], arguments: str = "") -> httpx.Response:
    query = f"""mutation($input: {mutations()[name].input_type.__name__}!) {{
        {name}(input: $input{arguments}) {{ __typename replayed errors {{ __typename code message path }} }} }}"""
    return await who.post(query, {"input": given})


def test_every_id_that_a_merchant_can_send_is_tried(mine: World) -> None:
    tried = {
        (name, path) for name, makes in VALID.items() for make in makes for path in paths(name, make(mine))
    }
    assert tried == {(name, path) for name, path in ID_FIELDS if name not in STAFF_ONLY}
    assert len(tried) > 35


def paths(name: str, given: dict[str, Any]) -> list[Path]:
    return [path for of, path in ID_FIELDS if of == name and at(given, path) is not None]


async def test_the_inputs_would_go_through(mine: World) -> None:
    """So that with one id changed, it is that id which is refused."""
    for name, makes in VALID.items():
        for make in makes:
            answer = (await send(mine.asks, name, make(mine), ", dryRun: true")).json()
            assert "errors" not in answer, (name, answer)
            assert answer["data"][name]["errors"] == [], name


async def test_an_id_of_another_is_refused_like_an_unknown_one(
    stage: Stage, mine: World, other: World, leaks: bool
) -> None:
    before = [await stage.snapshot(world.company.id) for world in (mine, other)]
    found, differing = [], set()
    for name, makes in VALID.items():
        for make in makes:
            given, theirs = make(mine), make(other)
            for path in paths(name, given):
                type_name = ID_FIELDS[name, path]
                foreign, unknown = at(theirs, path), ids.encode(type_name, uuid4())
                assert ids.decode_as(type_name, foreign), (name, path)
                dry = ", dryRun: true" if leaks else ""  # without locks it would go through
                with capture_logs() as entries:  # foreign keys hold even then: an INTERNAL, and its traceback
                    one, two = [
                        await send(mine.asks, name, put(given, path, value), dry)
                        for value in (foreign, unknown)
                    ]
                assert leaks or {entry["event"] for entry in entries} == {"request"}
                [error] = two.json()["data"][name]["errors"]
                assert (error["code"], error["path"]) == ("NOT_FOUND", blamed(path, given)), (name, path)
                if one.content != two.content:
                    found.append(f"{name} {'.'.join(path)}: {one.text}")
                    differing.add((name, path))
    judge(leaks, found)
    reachable = {(name, path) for name, path in ID_FIELDS if name not in STAFF_ONLY} - OWN_PARTS
    assert differing == (reachable if leaks else set())
    assert [await stage.snapshot(world.company.id) for world in (mine, other)] == before


async def test_steps_of_staff_are_shut_to_merchants_whatever_the_id(mine: World, other: World) -> None:
    forbidden = set()
    for (name, path), type_name in ID_FIELDS.items():
        if name in STAFF_ONLY and len(path) == 1:
            answers = {
                (await send(mine.asks, name, staff_input(name, path[0], id_))).content
                for id_ in (other.has["company"], ids.encode(type_name, uuid4()))
            }
            assert len(answers) == 1
            assert b'"code":"FORBIDDEN"' in answers.pop(), name
            forbidden.add(name)
    assert forbidden == STAFF_ONLY


def staff_input(name: str, key: str, id_: str) -> dict[str, Any]:
    more = {
        "productApprove": {"filingNo": "F1"},
        "productReject": {"reason": "x"},
        "asnReject": {"reason": "x"},
        "asnRevoke": {"reason": "x"},
        "asnPutAway": {"qty": 1, "location": "A"},
        "orderReject": {"reason": "x"},
        "orderRefuseRelease": {"reason": "x"},
        "orderShip": {k: v for k, v in shipping(id_).items() if k != "id"},
        "orderTrack": {"at": "2026-11-23T08:00:00Z", "status": "CUSTOMS"},
    }
    return {key: id_, **more.get(name, {})}


async def test_staff_cannot_mix_two_merchants_documents(
    stage: Stage, mine: World, other: World, leaks: bool
) -> None:
    """Staff see both; yet a line of one does not belong to the ASN of the other."""
    asn, parcels = mine.has["asn RECEIVING"], mine.has["asn of parcels"]
    before = [await stage.snapshot(world.company.id) for world in (mine, other)]
    count = {"goodQty": 1, "damagedQty": 0}

    def of_line(id_: str) -> dict[str, Any]:
        return {"id": asn["id"], "lines": [{"lineId": id_, **count}]}

    def of_parcel(id_: str) -> dict[str, Any]:
        parcel = {"inboundTrackingNo": mine.has["parcel"], "lines": [{"productId": id_, **count}]}
        return {"id": parcels["id"], "parcels": [parcel]}

    theirs = {"AsnLine": other.has["asn RECEIVING"]["lines"]["nodes"][0]["id"], "Product": other.has["first"]}
    for make, type_name in ((of_line, "AsnLine"), (of_parcel, "Product")):
        one, two = [
            await send(stage.warehouse, "asnBookBatch", make(id_))
            for id_ in (theirs[type_name], ids.encode(type_name, uuid4()))
        ]
        assert one.content == two.content
        assert [error["code"] for error in two.json()["data"]["asnBookBatch"]["errors"]] == ["NOT_FOUND"]
    assert [await stage.snapshot(world.company.id) for world in (mine, other)] == before


# -- (c) lists, counts and what is nested -------------------------------------------------------------------

LISTS = ("products", "asns", "orders", "vehicles", "inventory", "merchants")


def leaves(kind: GraphQLObjectType, depth: int) -> str:
    """A selection of every leaf of a type, and of what is nested in it so many times."""
    chosen = []
    for name, of in kind.fields.items():
        inner = get_named_type(of.type)
        if is_leaf_type(inner):
            chosen.append(name)
        elif isinstance(inner, GraphQLObjectType) and not inner.name.endswith("Edge"):
            below = depth if kind.name.endswith("Connection") else depth - 1
            if below >= 0:
                page = "(first: 2)" if "first" in of.args else ""
                chosen.append(f"{name}{page} {{ {leaves(inner, below)} }}")
    return " ".join(chosen) or "__typename"


def documents(sdl: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Every list, every count, and every relation of what is listed with what is in it and beside it."""
    assert sdl.query_type is not None
    for root, of in sdl.query_type.fields.items():
        kind: Any = get_named_type(of.type)
        if kind.name.endswith("Count"):
            yield root, f"{{ {root} {{ status count }} }}"
        if not kind.name.endswith("Connection"):
            continue
        node = get_named_type(kind.fields["nodes"].type)
        yield (
            root,
            f"{{ {root}(first: 100) {{ totalCount edges {{ cursor }} nodes {{ {leaves(node, 0)} }} }} }}",
        )
        for name, nested in node.fields.items():
            inner = get_named_type(nested.type)
            if isinstance(inner, GraphQLObjectType):
                page = "(first: 5)" if "first" in nested.args else ""
                below = f"{name}{page} {{ {leaves(inner, 1)} }}"
                yield root, f"{{ {root}(first: 10) {{ nodes {{ {below} }} }} }}"


async def strings_of(stage: Stage, world: World) -> set[str]:
    """Every text that a company's rows hold: numbers, names, instants, and ids in both spellings."""
    found: set[str] = set()
    for name, type_ in TYPES.items():
        tenant = tenant_column(type_.table)
        if tenant is None:
            continue
        rows = f"select * from {type_.table.name} where {tenant} = $1"
        for row in await stage.admin.fetch(rows, world.company.id):
            found |= {value for value in row.values() if isinstance(value, str)}
            found |= {str(value) for value in row.values() if isinstance(value, UUID)}
            if issubclass(type_, Node):
                found.add(ids.encode(name, row["id"]))
    return found


@pytest_asyncio.fixture(scope="module")
async def secrets(stage: Stage, mine: World, other: World) -> set[str]:
    """What only the other company's rows hold."""
    own = await strings_of(stage, mine)
    texts = await strings_of(stage, other) - own
    return {text for text in texts if len(text) > 8 and not any(text in mine_ for mine_ in own)}


async def test_no_list_holds_anything_of_another(
    stage: Stage, sdl: GraphQLSchema, mine: World, secrets: set[str], leaks: bool
) -> None:
    assert len(secrets) > 150
    found, asked = [], 0
    for root, query in documents(sdl):
        response = await mine.asks.post(query)
        assert "errors" not in response.json(), (query, response.text)
        asked += 1
        found += [f"{root}: {secret}" for secret in secrets if secret in response.text]
    assert asked > 50
    judge(leaks, found)
    assert {leak.partition(":")[0] for leak in found} == (set(LISTS) if leaks else set())


async def test_counts_are_of_ones_own(stage: Stage, sdl: GraphQLSchema, mine: World, leaks: bool) -> None:
    found = []
    for root in LISTS:
        tenant = "id" if root == "merchants" else "merchant_id"
        real = await stage.admin.fetchval(f"select count(*) from {root} where {tenant} = $1", mine.company.id)
        told = (await mine.asks.ask(f"{{ {root} {{ totalCount }} }}"))[root]["totalCount"]
        found += [f"{root}: {told} of {real}"] * (told != real)
        if root in ("products", "asns", "orders"):
            counts = f"{root[:-1]}Counts"
            summed = sum(c["count"] for c in (await mine.asks.ask(f"{{ {counts} {{ count }} }}"))[counts])
            found += [f"{counts}: {summed} of {real}"] * (summed != real)
    judge(leaks, found)


async def test_filters_find_nothing_of_another(stage: Stage, mine: World, other: World, leaks: bool) -> None:
    [sku, *_] = [
        row[0]
        for row in await stage.admin.fetch(
            "select sku from products where merchant_id = $1 order by id", other.company.id
        )
    ]
    numbers = await stage.admin.fetchrow(
        "select receiving_no, reference_no from asns where merchant_id = $1", other.company.id
    )
    order = await stage.admin.fetchrow(
        """select order_no, reference_no, tracking_no from orders where merchant_id = $1
           and tracking_no is not null""",
        other.company.id,
    )
    plate = await stage.admin.fetchval(
        "select plate from vehicles where merchant_id = $1 and plate like 'TRUCK%'", other.company.id
    )
    name = await stage.admin.fetchval("select company_name from merchants where id = $1", other.company.id)
    found = []
    for root, condition in (
        ("products", {"sku": sku}),
        ("products", {"skuIn": [sku]}),
        ("asns", {"receivingNo": numbers["receiving_no"]}),
        ("asns", {"referenceNo": numbers["reference_no"]}),
        ("asns", {"referenceNoIn": [numbers["reference_no"]]}),
        ("orders", {"orderNo": order["order_no"]}),
        ("orders", {"referenceNo": order["reference_no"]}),
        ("orders", {"referenceNoIn": [order["reference_no"]]}),
        ("orders", {"trackingNo": order["tracking_no"]}),
        ("vehicles", {"plate": plate}),
        ("merchants", {"companyName": name}),
    ):
        filter_type = f"{root[:-1].capitalize()}Filter"
        query = f"query($f: {filter_type}) {{ {root}(filter: $f) {{ totalCount nodes {{ id }} }} }}"
        answer = (await mine.asks.ask(query, {"f": condition}))[root]
        if answer != {"totalCount": 0, "nodes": []}:
            found.append(f"{root} {condition}: {answer}")
    judge(leaks, found)


async def test_a_cursor_of_another_leads_to_ones_own(mine: World, other: World, leaks: bool) -> None:
    """A cursor is a place in the order, not a right: it opens nothing."""
    page = await other.asks.ask("{ products(first: 1) { pageInfo { endCursor } } }")
    cursor = page["products"]["pageInfo"]["endCursor"]
    query = "query($c: String) { products(last: 100, before: $c) { nodes { merchant { id } } } }"
    nodes = (await mine.asks.ask(query, {"c": cursor}))["products"]["nodes"]
    owners = {node["merchant"]["id"] for node in nodes if node["merchant"]}
    assert owners <= {mine.has["company"], *([other.has["company"]] if leaks else [])}
