"""The command line against a PostgreSQL of somebody else: over TCP, with passwords, as an owner without powers."""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from exgo_gql import cli, logs
from exgo_gql.auth import tokens
from exgo_gql.db.embedded import EmbeddedPostgres
from tests.conftest import FAST
from tests.e2e.serving import reachable_folder

PASSWORD = "t%40p s3cret"
"""As it stands in a URL; it has what a URL must escape."""


@dataclass(frozen=True)
class External:
    """A server that knows nothing of us, and somebody who owns a database in it."""

    port: int
    admin: str

    def url(self, user: str = "anybody", password: str = PASSWORD, database: str = "shop") -> str:
        return f"postgresql://{user}:{password.replace(' ', '%20')}@127.0.0.1:{self.port}/{database}"

    def execute(self, *statements: str, database: str = "postgres") -> Any:
        """Run statements as the server's own administrator, and give what the last one gives."""
        return self.ask(*statements, database=database)

    def ask(self, *statements: str, value: object = None, database: str = "shop") -> Any:
        """The same in the database of this test; ``value`` is the last statement's parameter."""

        async def run() -> Any:
            connection = await asyncpg.connect(self.admin.replace("/postgres?", f"/{database}?"))
            try:
                for statement in statements[:-1]:
                    await connection.execute(statement)
                return await connection.fetchval(statements[-1], *([] if value is None else [value]))
            finally:
                await connection.close()

        return asyncio.run(run())


@pytest.fixture(scope="module")
def external() -> Iterator[External]:
    """A server with a database, and an owner of it who may make roles and nothing else."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    with reachable_folder() as folder:
        server = EmbeddedPostgres(folder, {**FAST, "listen_addresses": "127.0.0.1", "port": str(port)})
        server.start()
        try:
            made = External(port, server.url())
            made.execute(
                "create role boss login createrole password 't@p s3cret'",
                "create database shop owner boss",
                "create role clerk login password 't@p s3cret'",
            )
            yield made
        finally:
            server.stop()


@dataclass
class Ended:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line on standard error, its password surely not in it."""
        assert self.out == ""
        assert re.fullmatch(r"exgo-gql: [^\n]+\n", self.err), self.err
        assert "s3cret" not in self.err
        return self.err.removeprefix("exgo-gql: ").removesuffix("\n")


Run = Callable[..., Ended]


@pytest.fixture
def exgo(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Run]:
    """Run the command line in this process, with some variables."""
    monkeypatch.setattr(logs, "configure", lambda _level: logging.getLogger())  # the other tests keep theirs
    monkeypatch.setenv("EXGO_DATA_DIR", str(tmp_path / "none"))
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def run(*arguments: str, **variables: str) -> Ended:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["exgo-gql", *arguments])
            for name, value in variables.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                cli.main()
        said = capfd.readouterr()
        return Ended(ended.value.code if isinstance(ended.value.code, int) else 0, said.out, said.err)

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def shop(external: External, exgo: Run) -> Run:
    """Run the command line on the external database, once it is migrated."""
    both = {"EXGO_DATABASE_URL": external.url(), "EXGO_DATABASE_OWNER_URL": external.url("boss")}

    def run(*arguments: str, **variables: str) -> Ended:
        return exgo(*arguments, **both | variables)

    assert run("migrate").status == 0
    return run


def test_before_and_after_migrations(external: External, exgo: Run) -> None:
    runtime, owner = external.url(), external.url("boss")
    serve = ("serve", "--port", "0")
    refused = exgo(*serve, EXGO_DATABASE_URL=runtime)
    assert refused.status == 1
    assert refused.sentence == (
        f"the database at 127.0.0.1:{external.port} does not let exgo_worker in "
        '(password authentication failed for user "exgo_worker"): '
        "`exgo-gql migrate` makes the roles, with the password in EXGO_DATABASE_URL"
    )
    assert "set EXGO_DATABASE_OWNER_URL" in exgo("migrate", EXGO_DATABASE_URL=runtime).sentence
    powerless = exgo("migrate", EXGO_DATABASE_URL=runtime, EXGO_DATABASE_OWNER_URL=external.url("clerk"))
    assert powerless.sentence == (
        "the user of EXGO_DATABASE_OWNER_URL may not do this: permission denied to create role "
        "DETAIL: Only roles with the CREATEROLE attribute may create roles."
    )
    for _ in range(2):  # the second finds its work done
        assert exgo("migrate", EXGO_DATABASE_URL=runtime, EXGO_DATABASE_OWNER_URL=owner) == Ended(0, "", "")
    external.execute("create database empty owner boss")
    empty = exgo(*serve, EXGO_DATABASE_URL=external.url(database="empty"))
    assert empty.sentence == "the database is empty: run `exgo-gql migrate`"
    wrong = exgo(*serve, EXGO_DATABASE_URL=external.url(password="s3cret"))
    assert "does not let exgo_worker in" in wrong.sentence
    assert (
        "there is no database nowhere"
        in exgo("worker", EXGO_DATABASE_URL=external.url(database="nowhere")).sentence
    )


def test_users(external: External, shop: Run) -> None:
    create = ("user", "create")
    made = shop(*create, "Ann@house.example", "admin", "--name", "安", "--password", "correct horse")
    assert made == Ended(0, "created Ann@house.example\n", "")
    assert external.ask("select role || name from users where email = 'ann@house.example'") == "ADMIN安"
    assert shop(*create, "bob@house.example", "SUPPORT", EXGO_USER_PASSWORD="correct horse").status == 0
    merchant = external.ask(
        "insert into currencies (code, name_zh, name_en, places) values ('USD', '美元', 'US dollar', 2)",
        "insert into merchants (company_name, currency_code, status, credit_code) "
        "values ('企业', 'USD', 'ACTIVE', '91330206MA2AFX17X0') returning credit_code",
    )
    owner = shop(*create, "cy@shop.example", "owner", "--merchant", merchant, "--password", "correct horse")
    assert owner.status == 0
    before = external.ask("select count(*) from users")
    for arguments, sentence in {
        ("ann@HOUSE.example", "admin"): "the e-mail ann@HOUSE.example is taken",
        ("nobody", "admin"): "'nobody' is no e-mail address",
        ("a b@x.example", "admin"): "'a b@x.example' is no e-mail address",
        (f"{'a' * 250}@x.example", "admin"): f"'{'a' * 80}' is no e-mail address",
        ("d@x.example", "owner"): "the role OWNER needs",
        ("d@x.example", "owner", "--merchant", "9133"): "no merchant has the credit code 9133",
        ("d@x.example", "admin", "--merchant", merchant): "the role ADMIN has no merchant",
        ("d@x.example", "admin", "--name", "a\nb"): "a name has 100 printable characters at most",
        ("d@x.example", "admin", "--password", "short"): "a password has 10 to 256 characters",
        ("d@x.example", "admin", "--password", "x" * 257): "a password has 10 to 256 characters",
    }.items():
        refused = shop(*create, *arguments, EXGO_USER_PASSWORD="correct horse")
        assert refused.status in {1, 2}
        assert refused.sentence.startswith(sentence)
    assert shop(*create, "d@x.example", "admin").sentence.startswith(
        "give the password in EXGO_USER_PASSWORD"
    )
    unknown = shop(*create, "d@x.example", "emperor", EXGO_USER_PASSWORD="correct horse")
    assert unknown.status == 2
    assert "'emperor' is not one of" in unknown.err
    assert external.ask("select count(*) from users") == before


def test_tokens(external: External, shop: Run) -> None:
    assert shop("user", "create", "tok@house.example", "support", "--password", "correct horse").status == 0
    made = shop("token", "create", "TOK@house.example", "--days", "2")
    assert (made.status, made.err) == (0, "")
    token = made.out.removesuffix("\n")
    assert (
        external.ask("select email from session_viewer($1)", value=tokens.digest(token))
        == "tok@house.example"
    )
    held = "select extract(epoch from expires_at - now()) / 86400 from sessions where token_hash = $1"
    assert 1.9 < external.ask(held, value=tokens.digest(token)) <= 2
    assert shop("token", "create", "not@there.example").sentence == "no user has the e-mail not@there.example"
    assert shop("token", "create", "tok@house.example", "--days", "0").status == 2
    assert shop("token", "create", "tok@house.example", "--days", "366").status == 2


def test_data_for_benchmarks(external: External, shop: Run) -> None:
    made = shop("seed", "--scale", "--share", "0.0005")
    assert (made.status, made.err) == (0, "")
    assert external.ask("select count(*) from products") >= 100
    again = shop("seed", "--scale", "--share", "0.0005")
    assert again.status == 0
    assert "nothing to do" in again.out
    assert shop("seed", "--scale", "--share", "0").status == 2


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"EXGO_DATABASE_URL": "s3cret"}, "EXGO_DATABASE_URL: this is no URL such as postgresql://"),
        ({"EXGO_DATABASE_URL": "mysql://u:s3cret@h/d"}, "EXGO_DATABASE_URL: this is no URL such as"),
        (
            {"EXGO_DATABASE_URL": "postgresql://u:s3cret@h:port/d"},
            "EXGO_DATABASE_URL: this is no URL such as",
        ),
        ({"EXGO_DATABASE_OWNER_URL": "postgresql://u:s3cret@h/d"}, "EXGO_DATABASE_OWNER_URL needs"),
        ({"EXGO_PORT": "http"}, "EXGO_PORT: Input should be a valid integer"),
        ({"EXGO_PORT": "65536"}, "EXGO_PORT: Input should be less than or equal to 65535"),
        ({"EXGO_LOG_LEVEL": "loud"}, "EXGO_LOG_LEVEL: Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ({"EXGO_DEMO": "perhaps", "EXGO_READ_POOL": "0"}, "EXGO_DEMO: Input should be a valid boolean"),
    ],
)
def test_settings_that_are_none(exgo: Run, variables: dict[str, str], sentence: str) -> None:
    ended = exgo("serve", **variables)
    assert ended.status == 2
    assert ended.sentence.startswith(sentence)


def test_ports_and_hosts(exgo: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = exgo("serve", "--port", str(port))
    assert ended.status == 1
    assert ended.sentence == (
        f"cannot listen on 127.0.0.1 port {port}: Address already in use. "
        "Choose others with EXGO_HOST and EXGO_PORT."
    )
    assert exgo("serve", "--port", "70000").status == 2
    assert exgo("serve", "--host", "192.0.2.1").sentence.startswith("cannot listen on 192.0.2.1 port 8000: ")


def test_a_database_that_is_not_there(exgo: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    away = exgo("worker", EXGO_DATABASE_URL=f"postgresql://u:s3cret@127.0.0.1:{port}/d")
    assert away.status == 1
    assert away.sentence.startswith(f"the database at 127.0.0.1:{port} does not answer: ")
    socketless = exgo("worker", EXGO_DATABASE_URL=f"postgresql:///d?host={tmp_path}")
    assert socketless.sentence.startswith(f"the database at {tmp_path} does not answer: ")
    (tmp_path / "file").touch()
    unusable = exgo("migrate", EXGO_DATA_DIR=str(tmp_path / "file" / "pg"))
    assert unusable.status == 1
    assert unusable.sentence.startswith(f"PostgreSQL in {tmp_path}/file/pg cannot be started: ")


def test_the_sdl(exgo: Run, tmp_path: Path) -> None:
    printed = exgo("schema")
    assert "type Query" in printed.out
    assert exgo("schema", "--write", str(tmp_path / "it.graphql")) == Ended(0, "", "")
    assert (tmp_path / "it.graphql").read_text(encoding="utf-8") == printed.out
    refused = exgo("schema", "--write", str(tmp_path / "no" / "it.graphql"))
    assert (refused.status, refused.sentence) == (
        1,
        f"cannot write {tmp_path}/no/it.graphql: No such file or directory",
    )
    assert exgo("schema", "--write", str(tmp_path)).status == 2
