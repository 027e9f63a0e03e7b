"""API-9: the saved operations of the GraphiQL page, walked flow by flow as somebody before the page walks them."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from graphql import NonNullTypeNode, OperationDefinitionNode, parse, validate

from exgo_gql.app import schema
from exgo_gql.domain.actors import Role
from exgo_gql.seeds.demo import ACCOUNTS, Account
from exgo_gql.web.graphiql import Operation, load
from exgo_gql.web.graphiql.operations import FOLDER
from tests import scenes
from tests.stage import Company, Person, Stage

OPERATIONS = load()
FLOWS = {flow: list(steps) for flow, steps in itertools.groupby(OPERATIONS, key=lambda step: step.flow)}
PRODUCT, STOCK, PARCELS, LISTS, REFUSALS, SUPPORT = FLOWS

BEFORE = {STOCK: [PRODUCT], LISTS: [PRODUCT, STOCK]}
"""What is walked before a flow: goods of its own for the stock, something to list for the lists."""

HOME, NEIGHBOUR = "悦达跨境", "青禾家居"

OUTCOMES: dict[str, dict[str, Any]] = {
    "ProductCreate": {
        "productCreate.product.status": "DRAFT",
        "productCreate.product.warnings.0.code": "PRICE_BELOW_INVOICE",
    },
    "ProductUpdate": {"productUpdate.product.warnings": [], "productUpdate.product.salesPrice": "8.8"},
    "ProductFile": {"productFile.product.status": "FILING"},
    "ProductDecision": {"product.status": "FILED", "product.filings.nodes.0.status": "APPROVED"},
    "ComboFile": {"productFile.product.status": "FILED", "productFile.product.kind": "COMBO"},
    "StockAsnDecision": {"asn.status": "APPROVED", "asn.filings.nodes.0.status": "APPROVED"},
    "StockAsnComplete": {"asnComplete.asn.status": "RECEIVED"},
    "StockInventory": {
        "product.inventory.nodes.0.sellableQty": 20,
        "product.inventory.nodes.0.pendingQty": 0,
    },
    "StockOrderSubmit": {
        "orderSubmit.order.status": "SUBMITTED",
        "orderSubmit.order.exceptions": [],
    },
    "StockOrderDecision": {"order.status": "SUBMITTED", "order.filings.nodes.0.status": "APPROVED"},
    "StockOrderShip": {"orderShip.order.status": "SHIPPED"},
    "StockOrderTrack": {"orderTrack.order.status": "SHIPPED"},
    "StockOrderDelivered": {
        "orderTrack.order.status": "SIGNED",
        "orderTrack.order.tracking.nodes.1.status": "DELIVERED",
    },
    "StockOrderStory": {
        "order.status": "SIGNED",
        "order.lines.0.product.inventory.nodes.0": {"sellableQty": 17, "reservedQty": 0, "shippedQty": 3},
    },
    "ParcelsOrdersConfirm": {"a.order.status": "CONFIRMED", "b.order.status": "CONFIRMED"},
    "ParcelsAsnConfirm": {"asnConfirm.asn.orders.nodes.0.status": "SUBMITTED"},
    "ParcelsAsnDecision": {"asn.status": "APPROVED", "asn.filings.nodes.0.status": "APPROVED"},
    "ParcelsBatch": {
        "asnBookBatch.asn.orders.nodes.0.status": "PROCESSING",
        "asnBookBatch.asn.orders.nodes.1.status": "PROCESSING",
    },
    "ParcelsAsnComplete": {"asnComplete.asn.status": "RECEIVED"},
    "ParcelsShip": {"a.order.status": "SHIPPED", "b.order.status": "SHIPPED"},
    "ParcelsSign": {"a.order.status": "SIGNED", "b.order.status": "SIGNED"},
    "ParcelsStory": {
        "asn.status": "RECEIVED",
        "asn.orders.nodes.0.status": "SIGNED",
        "asn.orders.nodes.1.status": "SIGNED",
    },
    "RefusedTransition": {
        "productDisable.errors.0.from": "DRAFT",
        "productDisable.errors.0.allowed": ["UPDATE", "FILE", "DELETE"],
    },
    "RefusedVersion": {
        "first.product.remarks": "请轻放",
        "second.errors.0.changed": ["model", "remarks"],
    },
    "DryRun": {
        "productDelete.wouldChange.0": {"field": "status", "old": ["DRAFT"], "new": ["DELETED"]},
        "productDelete.product.status": "DRAFT",
    },
    "Idempotency": {"once.replayed": False, "again.replayed": True, "differently.vehicle": None},
    "OtherCompany": {"product": None, "node": None},
    "RefusalCleanUp": {"productDelete.product.status": "DELETED"},
}
"""What the steps come to, by operation: a path into the data, and what stands there."""


def definition_of(operation: Operation) -> OperationDefinitionNode:
    [definition] = [
        node for node in parse(operation.document).definitions if isinstance(node, OperationDefinitionNode)
    ]
    return definition


def variables_of(operation: Operation) -> list[str]:
    return [node.variable.name.value for node in definition_of(operation).variable_definitions or ()]


def required_by(operation: Operation) -> list[str]:
    return [
        node.variable.name.value
        for node in definition_of(operation).variable_definitions or ()
        if isinstance(node.type, NonNullTypeNode) and node.default_value is None
    ]


def accounts_for(label: str) -> list[Account]:
    """Whom the page offers: by label, or else by role (frontend/graphiql/src/accounts.js)."""
    labelled = [account for account in ACCOUNTS if account.label.lower() == label.lower()]
    return labelled or [account for account in ACCOUNTS if account.role.lower() == label.lower()]


def filled(operation: Operation) -> dict[str, Any]:
    """The variables as the page opens them (frontend/graphiql/src/steps.js)."""
    now = dt.datetime.now(dt.UTC)
    values = {
        "random": "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(5)),
        "now": now.isoformat(),
        "inAWeek": (now + dt.timedelta(days=7)).date().isoformat(),
    }
    text = re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], json.dumps(dict(operation.variables)))
    made: dict[str, Any] = json.loads(text)
    return made


def value_at(path: str, data: Any) -> Any:
    """What stands at a path; ``None`` where the path leads nowhere."""
    for key in path.split("."):
        if isinstance(data, list):
            data = data[int(key)] if int(key) < len(data) else None
        else:
            data = data.get(key) if isinstance(data, dict) else None
    return data


def codes_in(answer: dict[str, Any]) -> set[str]:
    """The codes of all refusals: of the request, and of its mutations."""
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    for payload in (answer.get("data") or {}).values():
        if isinstance(payload, dict):
            codes |= {error["code"] for error in payload.get("errors", ())}
    return codes


@dataclass
class Walker:
    """Somebody before the page: logs in as whom each step wants, and lets the page remember."""

    stage: Stage
    companies: dict[str, Company]
    kept: dict[str, Any] = field(default_factory=dict)

    def person(self, operation: Operation) -> Person:
        if not operation.accounts:
            return self.companies[HOME].owner
        [account] = accounts_for(operation.accounts[0])
        if account.merchant is None:
            return self.stage.staff[Role[account.role]]
        company = self.companies[account.merchant]
        person: Person = getattr(company, account.role.lower())
        return person

    async def walk(self, flow: str) -> None:
        for operation in FLOWS[flow]:
            await self.take(operation)

    async def take(self, operation: Operation) -> None:
        if operation.title.startswith("See what customs decided"):
            await self.stage.deliver_all(self.companies[HOME])
        known = {name: self.kept[name] for name in variables_of(operation) if name in self.kept}
        variables = filled(operation) | known
        assert set(required_by(operation)) <= variables.keys(), operation.title
        answer = await self.person(operation).answer(operation.document, variables)
        assert codes_in(answer) == set(operation.refused), (operation.title, answer)
        found = {keep.name: value_at(keep.path, answer["data"]) for keep in operation.keep}
        assert None not in found.values(), (operation.title, answer)
        self.kept |= found
        for path, expected in OUTCOMES.get(operation.name, {}).items():
            assert value_at(path, answer["data"]) == expected, (operation.title, path, answer)


async def walker(stage: Stage) -> Walker:
    """With a company that has what the walks need of the demonstration: filed products, one of a known name."""
    companies = {HOME: await stage.company(), NEIGHBOUR: await stage.company()}
    for name in ("保鲜盒五件套", "微波炉 20升"):
        await scenes.filed(companies[HOME], nameZh=name, categoryCode="HOME-TABLE-STORE")
    return Walker(stage, companies)


@pytest.mark.parametrize("flow", FLOWS)
async def test_each_flow_can_be_walked_again_and_again(stage: Stage, flow: str) -> None:
    walking = await walker(stage)
    for each in 2 * [*BEFORE.get(flow, ()), flow]:
        await walking.walk(each)


async def test_from_the_first_product_to_the_signed_parcel(stage: Stage) -> None:
    """The flows hand on what they made: the product of the first is what the others announce and send."""
    walking = await walker(stage)
    for flow in FLOWS:
        await walking.walk(flow)
        assert walking.kept.get("goodsAId", walking.kept["productId"]) == walking.kept["productId"]


async def test_a_flow_may_start_without_the_one_before(stage: Stage) -> None:
    for flow in (STOCK, PARCELS):
        walking = await walker(stage)
        await walking.walk(flow)
        assert "productId" not in walking.kept


def test_no_outcome_is_of_an_operation_that_is_gone() -> None:
    assert OUTCOMES.keys() <= {operation.name for operation in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_operation_is_as_the_page_needs_it(operation: Operation) -> None:
    assert validate(schema()._schema, parse(operation.document)) == []
    for label in operation.accounts:
        assert len(accounts_for(label)) == 1, "one button, not a choice"
    taken = set(variables_of(operation))
    known = {keep.name for other in OPERATIONS for keep in other.keep}
    assert taken <= known | operation.variables.keys()
    assert not known & operation.variables.keys(), "what was kept would hide what stands here"
    assert operation.title.isprintable()
    assert re.search(r"\([^()]*[\u4e00-\u9fff][^()]*\)$", operation.title), "a title in both languages"
    lines = operation.document.splitlines()
    assert max(map(len, lines)) <= 120
    assert all(line == line.rstrip() and "\t" not in line for line in lines)


def test_titles_are_told_apart() -> None:
    titles = [operation.title for operation in OPERATIONS]
    assert len(titles) == len(set(titles))


def test_files_are_numbered_in_order() -> None:
    names = sorted(path.stem for path in FOLDER.iterdir())
    assert all(re.fullmatch(r"\d{3}(-[a-z]+)+", name) for name in names)
    assert len(FLOWS) == len({name[0] for name in names})


def test_an_unknown_placeholder_is_found_at_start_up(tmp_path: Path) -> None:
    text = '# title: T\n# flow: F\n# variables: {"a": "{{randon}}"}\nquery Q($a: ID!) { node(id: $a) { id } }'
    (tmp_path / "101-bad.graphql").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"101-bad\.graphql: variables: there is no placeholder randon"):
        load(tmp_path)


def test_a_refusal_that_is_meant_is_told_to_the_page() -> None:
    [operation] = [operation for operation in OPERATIONS if operation.name == "RefusedTransition"]
    assert operation.as_json()["refused"] == ("ILLEGAL_TRANSITION",)
