"""Whose tokens hold: remembered for a second, and no longer (rule 2)."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
import pytest_asyncio

from exgo_gql.db.pools import Database, PoolSizes, Unavailable
from exgo_gql.services import viewers as module
from exgo_gql.services.viewers import Viewers
from tests.stage import Company, Person, Stage


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def viewers(clock: Clock) -> Viewers:
    return Viewers(clock=clock)


@pytest_asyncio.fixture
async def company(stage: Stage) -> Company:
    return await stage.company()


def asked(stage: Stage) -> int:
    return sum("session_viewer" in sql for sql in stage.fresh.statements)


async def who(viewers: Viewers, person: Person) -> UUID | None:
    viewer = await viewers.of(person.stage.fresh.database, person.token or "")
    return viewer.user_id if viewer else None


async def turns(number: int) -> None:
    """Let others go on: one turn until the look-up is asked for, two until it is sent."""
    for _ in range(number):
        await asyncio.sleep(0)


async def revoke(stage: Stage, person: Person) -> None:
    await stage.admin.execute("update sessions set ended_at = now() where user_id = $1", person.user_id)


async def test_a_viewer_is_looked_up_once_a_second(
    stage: Stage, company: Company, viewers: Viewers, clock: Clock
) -> None:
    before = asked(stage)
    for _ in range(5):
        assert await who(viewers, company.owner) == company.owner.user_id
    assert asked(stage) - before == 1
    clock.now += module.SECONDS
    assert await who(viewers, company.owner) == company.owner.user_id
    assert asked(stage) - before == 2


async def test_an_ended_session_stops_within_a_second(
    stage: Stage, company: Company, viewers: Viewers, clock: Clock
) -> None:
    assert await who(viewers, company.owner) is not None
    await revoke(stage, company.owner)
    clock.now += module.SECONDS - 0.01
    assert await who(viewers, company.owner) is not None
    clock.now += 0.01
    assert await who(viewers, company.owner) is None
    assert await who(viewers, company.operator) == company.operator.user_id


async def test_the_second_begins_before_the_database_is_asked(
    stage: Stage, company: Company, viewers: Viewers, clock: Clock
) -> None:
    asking = asyncio.create_task(who(viewers, company.owner))
    await turns(2)
    clock.now += module.SECONDS
    assert await asking is not None
    await revoke(stage, company.owner)
    assert await who(viewers, company.owner) is None


async def test_a_session_that_ends_here_is_forgotten_at_once(
    stage: Stage, company: Company, viewers: Viewers
) -> None:
    viewer = await viewers.of(stage.fresh.database, company.owner.token or "")
    assert viewer is not None
    assert await who(viewers, company.operator) is not None
    await revoke(stage, company.owner)
    viewers.forget(viewer.session_id)
    assert await who(viewers, company.owner) is None
    before = asked(stage)
    assert await who(viewers, company.operator) is not None
    assert asked(stage) == before


async def test_what_was_read_before_a_session_ended_is_not_kept(
    stage: Stage, company: Company, viewers: Viewers
) -> None:
    asking = asyncio.create_task(who(viewers, company.owner))
    await turns(1)
    assert viewers._asked
    viewers.forget(None)  # whose session it is nobody knows yet
    await asking
    await revoke(stage, company.owner)
    assert await who(viewers, company.owner) is None


async def test_who_is_refused_is_not_remembered(stage: Stage, company: Company, viewers: Viewers) -> None:
    await revoke(stage, company.owner)
    assert await who(viewers, company.owner) is None
    await stage.admin.execute("update sessions set ended_at = null where user_id = $1", company.owner.user_id)
    assert await who(viewers, company.owner) == company.owner.user_id


async def test_tokens_share_nothing(stage: Stage, company: Company, viewers: Viewers) -> None:
    other = await stage.company()
    people = [company.owner, company.operator, other.owner, stage.support, stage.customs] * 10
    found = await asyncio.gather(*(who(viewers, person) for person in people))
    assert found == [person.user_id for person in people]
    assert await asyncio.gather(*(who(viewers, person) for person in people)) == found


async def test_requests_at_once_ask_once(stage: Stage, company: Company, viewers: Viewers) -> None:
    before = asked(stage)
    waiting = [asyncio.create_task(who(viewers, company.owner)) for _ in range(20)]
    await turns(1)
    assert viewers._asked
    waiting[0].cancel()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert found[1:] == [company.owner.user_id] * 19
    assert asked(stage) - before == 1
    assert not viewers._asked


async def test_a_database_away_is_told_to_all_and_then_forgotten(
    stage: Stage, company: Company, viewers: Viewers
) -> None:
    away = await Database.open(stage.fresh.url, PoolSizes(merchant=(1, 1), staff=(1, 1), worker=(1, 1)))
    for readers in away._readers.values():
        readers._pool.terminate()
    token = company.owner.token or ""
    found = await asyncio.gather(*(viewers.of(away, token) for _ in range(3)), return_exceptions=True)
    assert {type(error) for error in found} == {Unavailable}
    assert await who(viewers, company.owner) == company.owner.user_id
    await away.close()


async def test_memory_is_bounded(stage: Stage, company: Company, clock: Clock) -> None:
    few = Viewers(clock=clock, most=2)
    for person in (company.owner, company.operator, company.viewer):
        assert await who(few, person) == person.user_id
    assert len(few._known) == 2
    before = asked(stage)
    assert await who(few, company.viewer) is not None
    assert asked(stage) == before
    assert await who(few, company.owner) is not None
    assert asked(stage) == before + 1
