"""``serve`` as a newcomer meets it: a process, a port, accounts that log in, and nothing left in the end."""

from __future__ import annotations

import contextlib
import re
import signal
import socket

from tests.e2e.conftest import Demonstration
from tests.e2e.serving import SECONDS, Program, Serving, processes_of, reachable_folder, run, serving, until
from tests.scenes import product_input

ACCOUNT = re.compile(r"^  (\S+@\S+) +(\S+) +(\w+) · \S+$", re.MULTILINE)
CREATE = """mutation ($input: ProductCreateInput!) {
  productCreate(input: $input) { product { id status } errors { code path } }
}"""
FILE = "mutation ($id: ID!) { productFile(input: {id: $id}) { product { status } errors { code } } }"
STATUS = "query ($id: ID!) { product(id: $id) { status sku } }"
CATEGORY = "HOME-TABLE-PLAST"


def decided(program: Serving, token: str, sku: str) -> str:
    """The id of a product that is entered and filed, once the worker has carried customs' answer back."""
    given = product_input(sku=sku, categoryCode=CATEGORY)
    made = program.ask(CREATE, {"input": given}, token)["productCreate"]
    assert made["errors"] == []
    id_: str = made["product"]["id"]
    filed = program.ask(FILE, {"id": id_}, token)["productFile"]
    assert filed == {"product": {"status": "FILING"}, "errors": []}
    until(lambda: status(program, token, id_) == "FILED", "the worker's answer")
    return id_


def status(program: Serving, token: str, id_: str) -> str:
    """Where a product stands."""
    answer: str = program.ask(STATUS, {"id": id_}, token)["product"]["status"]
    return answer


def test_the_first_start_says_who_can_log_in_and_leaves_nothing(demonstration: Demonstration) -> None:
    roles = {role for _, _, role in ACCOUNT.findall(demonstration.said)}
    assert roles == {
        "owner", "operator", "viewer", "support", "customs", "warehouse", "finance", "admin",
    }  # fmt: skip
    assert demonstration.left == []


def test_a_day_of_work_and_a_killed_server(demonstration: Demonstration) -> None:
    accounts = ACCOUNT.findall(demonstration.said)
    with serving(demonstration.folder, EXGO_DEMO="1", EXGO_SANDBOX_DELAY_MS="1") as program:
        assert ACCOUNT.findall(program.said) == accounts
        assert "database:filling" not in program.events()
        page = program.http.get("/graphql", headers={"accept": "text/html"}).text
        for email, password, role in accounts:
            viewer = program.ask("{ viewer { role } }", token=program.log_in(email, password))["viewer"]
            assert viewer == {"role": role.upper()}
            assert email in page
        token = program.log_in(*accounts[0][:2])
        count = "{ products(first: 1) { totalCount } }"
        before = program.ask(count, token=token)["products"]["totalCount"]
        id_ = decided(program, token, "E2E-1")
        assert program.end(signal.SIGKILL) == -signal.SIGKILL
    # Its database stops by itself, and starts whole.
    until(lambda: not processes_of(demonstration.folder), "no process left after kill -9")
    with serving(demonstration.folder, EXGO_DEMO="1") as program:
        assert status(program, token, id_) == "FILED"
        assert program.ask(count, token=token)["products"]["totalCount"] == before + 1
        assert program.end(signal.SIGINT) == 0
    assert processes_of(demonstration.folder) == []


def test_without_demonstration_and_with_a_worker_of_its_own(demonstration: Demonstration) -> None:
    email, password, _ = ACCOUNT.findall(demonstration.said)[0]
    worker = Program(demonstration.folder, ["worker"], {"EXGO_SANDBOX_DELAY_MS": "1"})
    try:
        with serving(demonstration.folder, "--no-demo", "--no-worker", EXGO_DEMO="1") as program:
            assert "Demonstration" not in program.said
            page = program.http.get("/graphql", headers={"accept": "text/html"}).text
            assert "exgo-config" in page
            assert email not in page
            decided(program, program.log_in(email, password), "E2E-2")
            made = run(demonstration.folder, "token", "create", email, "--days", "1")
            assert (made.returncode, made.stderr) == (0, "")
            viewer = program.ask("{ viewer { email } }", token=made.stdout.strip())
            assert viewer == {"viewer": {"email": email}}
            headers_have_a_limit(program)
            a_request_at_hand_is_answered_before_the_end(program)
    finally:
        assert worker.end() == 0
    assert processes_of(demonstration.folder) == []


def connected(program: Serving) -> socket.socket:
    """A connection without a client that knows HTTP."""
    url = program.http.base_url
    return socket.create_connection((url.host, url.port or 0), SECONDS)


def headers_have_a_limit(program: Serving) -> None:
    with connected(program) as endless:
        endless.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-large: ")
        until(lambda: program.http.get("/healthz").status_code == 200, "others served meanwhile")
        with contextlib.suppress(ConnectionError):  # it may be refused before all is sent
            endless.sendall(b"x" * 40_000)
        assert endless.recv(100).startswith(b"HTTP/1.1 431")
    assert "server" not in program.http.get("/healthz").headers


def a_request_at_hand_is_answered_before_the_end(program: Serving) -> None:
    body = b'{"query": "{ __typename }"}'
    with connected(program) as slow:
        head = f"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
        slow.sendall(f"{head}\r\n\r\n".encode())
        program.http.get("/healthz")  # by now it has come
        program.process.terminate()
        until(lambda: "Shutting down" in program.events(), "the beginning of the end")
        slow.sendall(body)
        received = b"".join(iter(lambda: slow.recv(4096), b""))
    assert received.startswith(b"HTTP/1.1 200")
    assert b'{"data":{"__typename":"Query"}' in received
    assert program.end() == 0


def test_cut_short_while_it_fills_the_database() -> None:
    with reachable_folder() as folder:
        program = Serving(folder, ["serve", "--port", "0"], {"EXGO_DEMO": "1"})
        until(lambda: "database:filling" in program.events(), "filling")
        assert program.end() == 128 + signal.SIGTERM
        assert program.said == ""
        assert processes_of(folder) == []
        # What was half filled is not taken for a database.
        ended = run(folder, "token", "create", "owner@yueda.example")
        assert ended.returncode == 1
        assert re.fullmatch(r"exgo-gql: there is no database exgo at .*\n", ended.stderr)
        assert ended.stdout == ""
