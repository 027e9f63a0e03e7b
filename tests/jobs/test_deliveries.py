"""Deliveries to customs: counted before they are tried, tried again later, decided once (CUS-1, CUS-2, rule 13)."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest
from structlog.testing import capture_logs

from exgo_gql.adapters.customs import NoAnswer, Sandbox
from exgo_gql.jobs.deliveries import MOST_ATTEMPTS
from tests import scenes
from tests.jobs.office import NO, YES, Office, deliver, deliveries, desk, filing, jobs, newest, status
from tests.stage import Company, Stage


async def test_attempts_are_counted_before_the_office_is_asked(stage: Stage) -> None:
    # rule 13
    company = await stage.company()
    made, id_ = await filing(stage, company)
    seen: list[Any] = []

    async def look() -> None:
        row = await deliveries(stage, id_)
        sent = await stage.admin.fetchrow(
            "select id, status, sent_at from customs_filings where merchant_id = $1", company.id
        )
        seen.append(
            (row["attempts"], row["done_at"], sent["status"], sent["sent_at"] is not None, sent["id"])
        )

    office = Office([YES], look)
    await deliver(desk(stage, office), id_)
    [(attempts, done_at, filing_status, sent, filing_id)] = seen
    assert (attempts, done_at, filing_status, sent) == (1, None, "SENT", True)
    assert office.asked == [(str(filing_id), made["sku"])]
    row = await deliveries(stage, id_)
    assert (row["attempts"], row["dead_at"], row["last_error"]) == (1, None, None)
    assert row["done_at"] is not None
    assert await status(stage, "products", made["id"]) == "FILED"


async def test_what_was_answered_is_kept(stage: Stage) -> None:
    # CUS-1: what was sent and answered is kept and can be read
    company = await stage.company()
    made, id_ = await filing(stage, company)
    await deliver(desk(stage, Office([NO])), id_)
    query = """query($id: ID!) { product(id: $id) { status rejectionReason
        filings { nodes { status reason sentAt decidedAt } } log(first: 1) { nodes { action actor { kind role } } } } }"""
    found = (await company.viewer.ask(query, {"id": made["id"]}))["product"]
    assert (found["status"], found["rejectionReason"]) == ("REJECTED", "海关系统拒绝")
    [kept] = found["filings"]["nodes"]
    assert (kept["status"], kept["reason"]) == ("REJECTED", "海关系统拒绝")
    assert kept["sentAt"] is not None
    assert kept["decidedAt"] is not None
    assert found["log"]["nodes"] == [{"action": "product:reject", "actor": {"kind": "SYSTEM", "role": None}}]


@pytest.mark.parametrize(
    "error", [NoAnswer("SKU"), RuntimeError("boom"), TimeoutError(), ConnectionError("gone")]
)
async def test_a_failing_office_is_asked_again_later_and_later_until_it_is_given_up(
    stage: Stage, error: Exception
) -> None:
    # CUS-2, rule 13: back-off, dead letters
    company = await stage.company()
    made, id_ = await filing(stage, company)
    office = Office([error])
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with capture_logs() as logs:  # eight tracebacks are told, not drawn
            await deliver(desk(stage, office), id_)
        assert [(entry["event"], entry["attempts"]) for entry in logs] == [("delivery failed", attempt)]
        row = await deliveries(stage, id_)
        assert (row["attempts"], row["done_at"]) == (attempt, None)
        assert type(error).__name__ in row["last_error"]
        assert (row["dead_at"] is not None) == (attempt == MOST_ATTEMPTS)
    waits = [round(job["wait"]) for job in await jobs(stage, id_)]
    assert waits == [0, 2, 4, 8, 16, 32, 64, 128]  # nothing after the last
    assert len(office.asked) == MOST_ATTEMPTS == 8
    assert len({filing_id for filing_id, _ in office.asked}) == 1  # one stable id
    await deliver(desk(stage, office), id_)
    assert (await deliveries(stage, id_))["attempts"] == MOST_ATTEMPTS
    assert len(office.asked) == MOST_ATTEMPTS
    assert await status(stage, "products", made["id"]) == "FILING"
    await stage.customs.do(
        "productApprove", {"id": made["id"], "filingNo": "F-1"}
    )  # staff can decide by hand


async def test_a_second_try_succeeds(stage: Stage) -> None:
    company = await stage.company()
    made, id_ = await filing(stage, company)
    office = Office([NoAnswer("SKU"), YES])
    for _ in range(2):
        await deliver(desk(stage, office), id_)
    row = await deliveries(stage, id_)
    assert (row["attempts"], row["last_error"], row["dead_at"]) == (2, None, None)
    assert row["done_at"] is not None
    assert await status(stage, "products", made["id"]) == "FILED"


async def test_what_was_decided_by_hand_is_not_sent(stage: Stage) -> None:
    company = await stage.company()
    made, id_ = await filing(stage, company)
    await stage.customs.do("productReject", {"id": made["id"], "reason": "人工"})
    office = Office([YES])
    async with stage.unchanged(company, but=("deliveries",)):
        await deliver(desk(stage, office), id_)
    assert office.asked == []
    assert (await deliveries(stage, id_))["done_at"] is not None


async def submitted_asn(company: Company) -> str:
    asn = await scenes.asn(company, ((await scenes.filed(company))["id"], 1), until="PENDING_REVIEW")
    return str(asn["id"])


async def submitted_order(company: Company) -> str:
    product = (await scenes.filed(company))["id"]
    await scenes.stocked(company, (product, 1))
    return str((await scenes.order(company, (product, 1), until="SUBMITTED"))["id"])


async def filed_product(company: Company) -> str:
    made = await scenes.draft(company)
    await company.operator.do("productFile", {"id": made["id"]})
    return str(made["id"])


SUBJECTS = {"product": filed_product, "asn": submitted_asn, "order": submitted_order}


@pytest.mark.parametrize("answer", [YES, NO], ids=["yes", "no"])
@pytest.mark.parametrize("by_hand", ["Approve", "Reject"])
@pytest.mark.parametrize("subject", SUBJECTS)
async def test_what_is_decided_by_hand_while_the_office_thinks_stands(
    stage: Stage, subject: str, by_hand: str, answer: Any
) -> None:
    # CUS-2: decided once
    company = await stage.company()
    id_ = await SUBJECTS[subject](company)
    delivery = await newest(stage, company)
    more = {"reason": "人工"} if by_hand == "Reject" else {"filingNo": "F-1"} if subject == "product" else {}
    snapshots: list[Any] = []

    async def decide() -> None:
        await stage.customs.do(f"{subject}{by_hand}", {"id": id_, **more})
        snapshots.append(await stage.snapshot(company.id, but=("deliveries",)))

    office = Office([answer], decide)
    await deliver(desk(stage, office), delivery)
    assert len(office.asked) == 1
    assert await stage.snapshot(company.id, but=("deliveries",)) == snapshots[0]
    assert (await deliveries(stage, delivery))["done_at"] is not None


async def test_an_old_answer_does_not_decide_a_new_filing(stage: Stage) -> None:
    # CUS-2: rejected by hand and filed again while the office still thinks about the first filing
    company = await stage.company()
    made, id_ = await filing(stage, company)

    async def again() -> None:
        await stage.customs.do("productReject", {"id": made["id"], "reason": "人工"})
        await company.operator.do("productFile", {"id": made["id"]})

    await deliver(desk(stage, Office([YES], again)), id_)
    assert await status(stage, "products", made["id"]) == "FILING"
    rows = await stage.admin.fetch(
        "select status from customs_filings where merchant_id = $1 order by queued_at", company.id
    )
    assert [row["status"] for row in rows] == ["REJECTED", "QUEUED"]
    await deliver(desk(stage, Office([YES])), await newest(stage, company))
    assert await status(stage, "products", made["id"]) == "FILED"


@pytest.mark.parametrize("at_once", [False, True])
async def test_the_same_delivery_twice_decides_once(stage: Stage, at_once: bool) -> None:
    # rule 13: at least once; CUS-2: decided once
    company = await stage.company()
    made, id_ = await filing(stage, company)
    office = Office([YES])
    if at_once:
        await asyncio.gather(*(deliver(desk(stage, office), id_) for _ in range(2)))
    else:
        for _ in range(2):
            await deliver(desk(stage, office), id_)
        assert len(office.asked) == 1
    assert await status(stage, "products", made["id"]) == "FILED"
    decided = await stage.admin.fetchval(
        "select count(*) from operation_logs where merchant_id = $1 and action = 'product:approve'",
        company.id,
    )
    assert decided == 1


class Crash(BaseException):
    """What no handler catches."""


async def test_a_crash_between_sending_and_the_answer_is_tried_again(stage: Stage) -> None:
    # CUS-2: sending survives a crash between commit and call
    company = await stage.company()
    made, id_ = await filing(stage, company)
    office = Office([Crash(), YES])
    with pytest.raises(Crash):
        await deliver(desk(stage, office), id_)
    row = await deliveries(stage, id_)
    assert (row["attempts"], row["done_at"], row["dead_at"]) == (1, None, None)
    sent = await stage.admin.fetchrow(
        "select status, sent_at from customs_filings where merchant_id = $1", company.id
    )
    assert sent["status"] == "SENT"
    await deliver(desk(stage, office), id_)
    assert await status(stage, "products", made["id"]) == "FILED"
    assert office.asked[0] == office.asked[1]  # the same id and number: safe to repeat
    again = await stage.admin.fetchval(
        "select sent_at from customs_filings where merchant_id = $1", company.id
    )
    assert again == sent["sent_at"]


@pytest.mark.parametrize(
    ("suffix", "after"), [("", "FILED"), ("-SLOW", "FILED"), ("-REJECT", "REJECTED"), ("-LOST", "FILING")]
)
async def test_the_sandbox_decides_by_suffix(stage: Stage, suffix: str, after: str) -> None:
    # CUS-1
    company = await stage.company()
    made, id_ = await filing(stage, company, sku=scenes.number("SB") + suffix)
    began = dt.datetime.now(dt.UTC)
    await deliver(desk(stage, Sandbox(20)), id_)
    took = (dt.datetime.now(dt.UTC) - began).total_seconds()
    assert took >= (0.2 if suffix == "-SLOW" else 0.02)
    assert await status(stage, "products", made["id"]) == after
    row = await deliveries(stage, id_)
    assert (row["done_at"] is None) == (suffix == "-LOST")
    assert (row["last_error"] is None) == (suffix != "-LOST")


@pytest.mark.parametrize("subject", ["asn", "order"])
async def test_the_sandbox_decides_reviews_by_the_reference(stage: Stage, subject: str) -> None:
    company = await stage.company()
    id_ = await SUBJECTS[subject](company)
    table = f"{subject}s"
    await stage.admin.execute(
        "update customs_filings set number = number || '-REJECT' where merchant_id = $1 and decided_at is null",
        company.id,
    )
    await deliver(desk(stage, Sandbox(0)), await newest(stage, company))
    assert await status(stage, table, id_) == "DRAFT"
    row = await stage.admin.fetchrow(
        f"select rejection_reason from {table} where merchant_id = $1 and rejection_reason is not null",
        company.id,
    )
    assert "-REJECT" in row["rejection_reason"]
