"""Both ways on one database: one application with the planner, one without, and what they answer differently."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import GraphQLSchema
from structlog.testing import capture_logs

from exgo_gql.app import schema
from exgo_gql.auth import tokens
from tests.planner.documents import Question
from tests.stage import Fresh, Person, Stage

OWN = ("execution", "statements", "explain")
"""What of ``extensions`` tells the ways apart, and is meant to."""


@dataclass(frozen=True)
class Difference:
    """One question that was answered in two ways."""

    question: Question
    role: str
    planned: str
    loaded: str

    def __str__(self) -> str:
        return (
            f"as {self.role}\n{self.question.document}\noperation: {self.question.operation}\n"
            f"variables: {json.dumps(self.question.variables, ensure_ascii=False)}\n"
            f"planned: {self.planned}\nloaded:  {self.loaded}\n"
        )


@dataclass
class Found:
    """What came of asking."""

    differences: list[Difference] = field(default_factory=list)
    ways: Counter[str] = field(default_factory=Counter)
    """How many were ``planned``, ``loaded``, ``refused`` before anything ran."""
    faulty: list[Difference] = field(default_factory=list)
    """Equal answers that say INTERNAL, or are no 200: nobody should get them."""
    failed: list[str] = field(default_factory=list)
    """Statements that PostgreSQL refused: the loaders hid it."""
    bytes: int = 0

    @property
    def asked(self) -> int:
        return self.ways.total()

    @property
    def share(self) -> float:
        """How much of what ran was planned."""
        return self.ways["planned"] / max(1, self.ways["planned"] + self.ways["loaded"])


@dataclass(frozen=True)
class Pair:
    """Two applications, alike but for the planner."""

    planned: Stage
    loaded: Stage

    @property
    def schema(self) -> GraphQLSchema:
        return schema()._schema

    async def ask(self, person: Person, question: Question, found: Found) -> Difference | None:
        """Put a question both ways, note what came of it, and return it if it is nothing good."""
        with capture_logs() as entries:
            one, way = await _answer(self.planned, person, question)
            two, other = await _answer(self.loaded, person, question)
        assert other != "planned"
        found.ways[way] += 1
        found.bytes += len(one)
        difference = Difference(question, str(person.role), one, two)
        found.failed += [
            f"{entry['exc_info']!r}: {question}" for entry in entries if entry["event"] == "planner:failed"
        ]
        if one != two:
            found.differences.append(difference)
        elif '"INTERNAL"' in one or not one.startswith("200 "):
            found.faulty.append(difference)
        else:
            return None
        return difference

    async def differences(self, asked: Iterable[tuple[Person, Question]]) -> Found:
        """Put all these questions both ways."""
        found = Found()
        for person, question in asked:
            await self.ask(person, question, found)
        return found

    async def person(self, email: str) -> Person:
        """Somebody of the demonstration, logged in."""
        admin = self.planned.admin
        row = await admin.fetchrow("select id, merchant_id, role from users where email = $1", email)
        assert row is not None
        token = tokens.make()
        await admin.execute(
            """insert into sessions (merchant_id, user_id, token_hash, kind, expires_at)
               values ($1, $2, $3, 'TOKEN', now() + interval '1 day')""",
            row["merchant_id"],
            row["id"],
            tokens.digest(token),
        )
        return Person(self.planned, row["role"], token, row["id"], row["merchant_id"])


async def _answer(stage: Stage, person: Person, question: Question) -> tuple[str, str]:
    """The answer as text, without what tells the ways apart, and the way that it took."""
    headers = {"accept-language": question.language, "content-type": "application/json"}
    if person.token:
        headers["authorization"] = f"Bearer {person.token}"
    body = {
        "query": question.document,
        "variables": question.variables,
        "operationName": question.operation,
        "extensions": {"execution": True},
    }
    try:
        response = await stage.http.post("/graphql", content=json.dumps(body), headers=headers)
    except asyncio.CancelledError as error:
        if (task := asyncio.current_task()) is not None and task.cancelling():
            raise
        return f"raised {error!r}", "raised"  # nobody cancelled it: it escaped from the application
    answer = json.loads(response.content, object_pairs_hook=_unique)
    told = answer.get("extensions", {})
    way = told.get("execution", "loaded") if "data" in answer else "refused"
    for name in OWN:
        told.pop(name, None)
    for error in answer.get("errors", ()):
        # Of rows that fail alike, whichever fails first is told: loaders run at once.
        if "path" in error:
            error["path"] = ["*" if isinstance(step, int) else step for step in error["path"]]
    return f"{response.status_code} {json.dumps(answer, ensure_ascii=False)}", way


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a key that stands in it twice would otherwise go unseen."""
    made = dict(pairs)
    assert len(made) == len(pairs), [name for name, _ in pairs]
    return made


@asynccontextmanager
async def open_pair(fresh: Fresh, **settings: Any) -> AsyncIterator[Pair]:
    """Both applications on one database."""
    async with (
        Stage.open(fresh, planner=True, **settings) as planned,
        Stage.open(fresh, planner=False, **settings) as loaded,
    ):
        yield Pair(planned, loaded)


def elsewhere(person: Person, stage: Stage) -> Person:
    """The same person before another application."""
    return replace(person, stage=stage)
