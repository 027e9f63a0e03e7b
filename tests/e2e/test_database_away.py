"""The database dies and hangs under load: nobody gets anything but an answer or 503, and all is soon well again."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic

import httpx
import psutil

from tests.e2e.conftest import Demonstration
from tests.e2e.serving import LOG_IN, SECONDS, Serving, serving, until
from tests.e2e.test_serve import ACCOUNT, CATEGORY, CREATE, decided
from tests.scenes import product_input

READ = """{
  products(first: 5) { nodes { sku orders(first: 2) { totalCount } log(first: 2) { nodes { action } } } }
  orders(first: 3) { nodes { orderNo lines { qty product { sku } } } }
}"""


@dataclass
class Caller:
    """Somebody who asks the same thing again and again, and never waits long."""

    send: Callable[[httpx.Client], httpx.Response]
    statuses: list[int] = field(default_factory=list)
    refusals: list[httpx.Response] = field(default_factory=list)
    refused_at: dt.datetime | None = None

    def ask(self, url: httpx.URL, stopped: threading.Event) -> None:
        with httpx.Client(base_url=url, timeout=SECONDS) as client:
            while not stopped.wait(0.01):
                answer = self.send(client)
                self.statuses.append(answer.status_code)
                if answer.status_code != 200 or "UNAVAILABLE" in answer.text:
                    self.refusals.append(answer)
                    self.refused_at = dt.datetime.now(dt.UTC)


def callers(token: str, account: tuple[str, str]) -> dict[str, Caller]:
    """One for each way to the database, and one for each question about health."""
    bearer = {"authorization": f"Bearer {token}"}
    credentials = {"input": dict(zip(("email", "password"), account, strict=True))}

    def write(client: httpx.Client) -> httpx.Response:
        return client.post(
            "/graphql", headers=bearer, json={"query": CREATE, "variables": {"input": product()}}
        )

    return {
        "read": Caller(lambda client: client.post("/graphql", headers=bearer, json={"query": READ})),
        "write": Caller(write),
        "log in": Caller(
            lambda client: client.post("/graphql", json={"query": LOG_IN, "variables": credentials})
        ),
        "readyz": Caller(lambda client: client.get("/readyz")),
        "healthz": Caller(lambda client: client.get("/healthz")),
    }


def product() -> dict[str, object]:
    """One that nobody has entered yet, on any day."""
    return product_input(sku=f"AWAY-{os.getpid()}-{monotonic()}", categoryCode=CATEGORY)


@contextlib.contextmanager
def asking(program: Serving, people: dict[str, Caller]) -> Iterator[None]:
    """All of them at once until the end of the block."""
    stopped = threading.Event()
    threads = [
        threading.Thread(target=caller.ask, args=(program.http.base_url, stopped))
        for caller in people.values()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def test_killed_it_is_started_again_and_nobody_sees_a_fault(demonstration: Demonstration) -> None:
    account = ACCOUNT.findall(demonstration.said)[0][:2]
    with serving(demonstration.folder, EXGO_SANDBOX_DELAY_MS="1") as program:
        token = program.log_in(*account)
        people = callers(token, account)
        asked = [caller for name, caller in people.items() if name != "healthz"]
        with asking(program, people):
            until(lambda: all(caller.statuses for caller in people.values()), "everybody was answered")
            os.kill(program.postgres, signal.SIGKILL)
            until(lambda: all(caller.refusals for caller in asked), "everybody was refused")
            until(lambda: "postgres:started" in program.events(), "the database was started again")
            until(lambda: all(caller.statuses[-1] == 200 for caller in asked), "everybody was answered again")
        assert set(people["healthz"].statuses) == {200}
        started = next(entry for entry in program.logged if entry["event"] == "postgres:started")
        for caller in asked:
            assert set(caller.statuses) == {200, 503}
            assert caller.refused_at - dt.datetime.fromisoformat(started["timestamp"]) < dt.timedelta(
                seconds=5
            )
            for refused in caller.refusals:
                assert refused.status_code == 503
                assert int(refused.headers["retry-after"]) > 0
                assert {error["extensions"]["code"] for error in refused.json().get("errors", ())} in (
                    {"UNAVAILABLE"},
                    set(),
                )
        for name in ("read", "write", "log in"):
            assert all(refused.json()["errors"] for refused in people[name].refusals)
        for refused in people["readyz"].refusals:
            assert refused.json() == {
                "status": "unavailable",
                "reason": "The database is not available; try again in a moment.",
            }
        decided(program, token, f"AWAY-{os.getpid()}")
        hanging(program)
        assert program.end() == 0


def hanging(program: Serving) -> None:
    """A server that takes connections and says nothing."""
    postmaster = psutil.Process(program.postgres)
    family = [postmaster, *postmaster.children()]
    for process in family:
        process.suspend()
    try:
        answer = program.http.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "unavailable", "reason": "The database does not answer."}
        assert program.http.get("/healthz").status_code == 200
    finally:
        for process in family:
            process.resume()
    until(lambda: program.http.get("/readyz").status_code == 200, "ready")
