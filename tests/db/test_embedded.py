"""The private PostgreSQL: made, shared between processes, crashed, abandoned; with real servers."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from exgo_gql.db.embedded import EmbeddedPostgres, EmbeddedPostgresError
from exgo_gql.db.embedded import binaries as binaries_module
from exgo_gql.db.embedded.account import server_account
from exgo_gql.db.embedded.locks import wait_until
from exgo_gql.db.embedded.postmaster import find_postmaster, shut_down

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AS_ROOT = os.geteuid() == 0
QUICK = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "20", "autovacuum": "off"}
SECONDS = 20.0
CHECKOUT = Path(__file__).parents[2]
USER_PROGRAM = """
import json, sys
from pathlib import Path
from exgo_gql.db.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), json.loads(sys.argv[2]))
sys.stdin.readline()
server.start()
print(json.dumps({"pid": server.pid, "url": server.url(), "is_new": server.is_new}), flush=True)
sys.stdin.readline()
print(json.dumps(server.stop()), flush=True)
"""


class Process:
    """Another process that uses the server: starts it when told, and stops it when told."""

    def __init__(self, root: Path) -> None:
        self._popen = subprocess.Popen(
            (sys.executable, "-c", USER_PROGRAM, root, json.dumps(QUICK)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        )

    def tell(self) -> None:
        assert self._popen.stdin is not None
        self._popen.stdin.write("\n")
        self._popen.stdin.flush()

    def answer(self) -> Any:
        assert self._popen.stdout is not None
        return json.loads(self._popen.stdout.readline())

    def start(self) -> Any:
        self.tell()
        return self.answer()

    def stop(self) -> Any:
        self.tell()
        return self.answer()

    def kill(self) -> None:
        self._popen.kill()
        self._popen.communicate()


@contextmanager
def reachable_directory() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="exgo-test-"))
    directory.chmod(0o711)
    yield directory
    shut_down_below(directory)
    shutil.rmtree(directory)


def shut_down_below(directory: Path) -> None:
    for pid_file in directory.rglob("postmaster.pid"):
        if left := find_postmaster(pid_file.parent):
            shut_down(left, pid_file.parent, time.monotonic() + SECONDS)


@pytest.fixture
def place() -> Iterator[Path]:
    """Make a directory that the server's account can reach; servers left in it are stopped."""
    with reachable_directory() as directory:
        yield directory


@pytest.fixture
def root(place: Path) -> Path:
    return place / "pg"


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """Make a cluster once, because initdb takes longer than most tests."""
    with reachable_directory() as directory:
        server = EmbeddedPostgres(directory / "pg", QUICK)
        server.start()
        assert server.stop()
        yield directory / "pg"


@pytest.fixture
def cluster(made: Path) -> Iterator[Path]:
    """Give the root of a cluster that is not running and has an empty log."""
    (made / "postgres.log").unlink()
    yield made
    shut_down_below(made)


@pytest.fixture
def process() -> Iterator[Callable[[Path], Process]]:
    """Give a maker of other processes that use the server below a root; they end with the test."""
    with ExitStack() as ended:

        def begin(root: Path) -> Process:
            begun = Process(root)
            ended.callback(begun.kill)
            return begun

        yield begin


@pytest.fixture
def server(cluster: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(cluster, QUICK)
    made.start()
    yield made
    made.stop()


def ask(url: str, *statements: str) -> Any:
    async def run() -> object:
        connection = await asyncpg.connect(url)
        try:
            answers = [await connection.fetchval(statement) for statement in statements]
        finally:
            await connection.close()
        return answers[-1]

    return asyncio.run(run())


def happens(condition: Callable[[], bool]) -> bool:
    return wait_until(condition, time.monotonic() + SECONDS)


def runs(root: Path) -> bool:
    return find_postmaster(root / "data") is not None


def test_a_cluster_is_made_once_and_keeps_its_data(root: Path) -> None:
    server = EmbeddedPostgres(root, QUICK)
    server.start()
    assert server.is_new
    ask(server.url(), "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    assert server.stop()
    assert not runs(root)

    server.start()
    assert not server.is_new
    assert ask(server.url(), "SELECT n FROM kept") == 7
    assert server.stop()


def test_starting_and_stopping_twice_is_harmless(server: EmbeddedPostgres) -> None:
    pid = server.pid
    server.start()
    assert server.pid == pid
    assert server.stop()
    assert not server.stop()
    with pytest.raises(EmbeddedPostgresError, match="has not been started"):
        server.url()


def test_the_server_is_out_of_reach(server: EmbeddedPostgres, cluster: Path) -> None:
    assert ask(server.url(), "SHOW listen_addresses") == ""
    sockets = (cluster / "run").stat()
    assert sockets.st_mode & 0o777 == 0o700
    assert sockets.st_uid == (cluster / "data").stat().st_uid
    assert os.getsid(server.pid) != os.getsid(0), "our terminal's Ctrl-C must not reach it"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("SELECT current_user", "exgo_admin"),
        ("SHOW jit", "off"),
        ("SHOW TimeZone", "UTC"),
        ("SHOW data_checksums", "on"),
        ("SHOW server_encoding", "UTF8"),
        pytest.param("SHOW max_connections", QUICK["max_connections"], id="the caller's setting wins"),
    ],
)
def test_what_the_server_is_like(server: EmbeddedPostgres, question: str, answer: str) -> None:
    assert ask(server.url(), question) == answer


def test_chinese_text_is_text(server: EmbeddedPostgres) -> None:
    assert ask(server.url(), "SELECT '深圳保税仓库' LIKE '%保税_库'")
    assert ask(server.url(), "SELECT lower('ÉCRAN Ж 仓库')") == "écran ж 仓库"
    # What trigrams see depends on the C library's character type, which is another setting.
    assert ask(server.url(), "CREATE EXTENSION pg_trgm", "SELECT cardinality(show_trgm('保税仓库')) > 0")


def test_the_last_of_two_processes_stops_the_server(
    server: EmbeddedPostgres, cluster: Path, process: Callable[[Path], Process]
) -> None:
    other = process(cluster)
    joined = other.start()
    assert joined["pid"] == server.pid
    assert not joined["is_new"]

    assert server.stop() is False
    assert ask(joined["url"], "SELECT 1") == 1
    assert other.stop() is True
    assert not runs(cluster)


def test_processes_that_start_at_once_share_one_server(
    root: Path, process: Callable[[Path], Process]
) -> None:
    racers = [process(root) for _ in range(3)]
    for racer in racers:
        racer.tell()
    started = [racer.answer() for racer in racers]
    assert len({answer["pid"] for answer in started}) == 1
    assert sorted(answer["is_new"] for answer in started) == [False, False, True]
    assert [racer.stop() for racer in racers] == [False, False, True]


def test_a_killed_server_starts_again_with_its_data(server: EmbeddedPostgres, cluster: Path) -> None:
    killed = server.pid
    ask(server.url(), "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    os.kill(killed, signal.SIGKILL)
    assert happens(lambda: not runs(cluster))
    server.start()
    assert server.pid != killed
    assert not server.is_new
    assert ask(server.url(), "SELECT n FROM kept") == 7


def test_sessions_that_outlive_a_killed_server_are_waited_for(
    server: EmbeddedPostgres, cluster: Path
) -> None:
    busy = "DO $$ BEGIN WHILE clock_timestamp() < now() + interval '1 s' LOOP NULL; END LOOP; END $$"

    async def run() -> None:
        connection = await asyncpg.connect(server.url())
        session = asyncio.ensure_future(connection.execute(busy))
        observer = await asyncpg.connect(server.url())
        while not await observer.fetchval("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'DO %'"):
            pass
        os.kill(server.pid, signal.SIGKILL)
        assert await asyncio.to_thread(happens, lambda: not runs(cluster))
        await asyncio.to_thread(server.start)
        await session
        connection.terminate()
        observer.terminate()

    asyncio.run(run())
    assert "shared memory" not in (cluster / "postgres.log").read_text(), (
        "started while the session was writing"
    )
    assert ask(server.url(), "SELECT 1") == 1


def test_a_stale_pid_that_a_stranger_has_now_does_not_matter(server: EmbeddedPostgres, cluster: Path) -> None:
    data = cluster / "data"
    pid_file, socket_lock = data / "postmaster.pid", cluster / "run" / ".s.PGSQL.5432.lock"
    os.kill(server.pid, signal.SIGKILL)
    assert happens(lambda: not runs(cluster))
    server.stop()
    # Of the server's own account, or PostgreSQL would see by itself that it is none of its kind.
    with Path(os.devnull).open("wb") as devnull:
        stranger = server_account(data).spawn(("sleep", "60"), devnull.fileno(), devnull.fileno())
    try:
        for stale in (pid_file, socket_lock):
            _, *rest = stale.read_text().splitlines(keepends=True)
            stale.write_text(f"{stranger.pid}\n{''.join(rest)}")
        server.start()
        assert ask(server.url(), "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_the_server_goes_when_its_only_user_is_killed(
    cluster: Path, process: Callable[[Path], Process]
) -> None:
    user = process(cluster)
    user.start()
    user.kill()
    assert happens(lambda: not runs(cluster))


def test_the_server_stays_when_one_of_two_users_is_killed(
    cluster: Path, process: Callable[[Path], Process]
) -> None:
    first, second = process(cluster), process(cluster)
    first.start()
    url = second.start()["url"]
    first.kill()
    log = cluster / "postgres.log"
    assert happens(lambda: "in use by others" in log.read_text())
    assert ask(url, "SELECT 1") == 1

    second.kill()
    assert happens(lambda: not runs(cluster))


@pytest.mark.parametrize("name", ["long-" * 30, "仓库 & 'quoted', 50%+#?@:"], ids=["long", "odd"])
def test_any_path_will_do(place: Path, name: str) -> None:
    server = EmbeddedPostgres(place / name, QUICK)
    server.start()
    sockets = Path(parse_qs(urlsplit(server.url()).query)["host"][0])
    assert sockets.is_dir()
    assert ask(server.url(), "SELECT 1") == 1
    assert server.stop()
    assert sockets.is_relative_to(place) or not sockets.exists()


def test_a_directory_that_the_account_cannot_reach(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "pg", QUICK)
    if AS_ROOT:
        with pytest.raises(EmbeddedPostgresError, match=r"cannot reach .*closed/pg.*/var/lib/exgo-gql"):
            server.start()
    else:
        server.start()
        assert server.stop()


def test_programs_that_the_account_cannot_reach_are_copied(
    place: Path, cluster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = binaries_module._wheel_package()
    assert package is not None
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    for part in package.parent.glob(f"{package.name}*"):
        (closed / part.name).symlink_to(part)
    monkeypatch.delenv("EXGO_PG_BINDIR", raising=False)
    monkeypatch.setattr(binaries_module, "_wheel_package", lambda: closed / package.name)

    server = EmbeddedPostgres(cluster, QUICK)
    server.start()
    assert ask(server.url(), "SELECT 1") == 1
    assert server.stop()
    assert bool(list(cluster.glob("binaries-*"))) == AS_ROOT


def test_a_cluster_of_another_major_version(cluster: Path) -> None:
    version = cluster / "data" / "PG_VERSION"
    version.write_text("17\n")
    try:
        with pytest.raises(EmbeddedPostgresError, match=r"made by PostgreSQL 17, which version 18 .* cannot"):
            EmbeddedPostgres(cluster, QUICK).start()
    finally:
        version.write_text("18\n")


def test_a_bad_setting_is_named(cluster: Path) -> None:
    server = EmbeddedPostgres(cluster, {**QUICK, "no_such_thing": "1"})
    with pytest.raises(EmbeddedPostgresError, match=r'did not start: unrecognized .* "no_such_thing"'):
        server.start()
    assert not runs(cluster)


def test_programs_named_by_the_operator_are_not_replaced(
    place: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXGO_PG_BINDIR", str(place))
    with pytest.raises(EmbeddedPostgresError, match=r"EXGO_PG_BINDIR is .* PostgreSQL 18 or newer"):
        EmbeddedPostgres(root, QUICK).start()
