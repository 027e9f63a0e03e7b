"""The directory of a cluster: its data, its log, its locks, and how it is made."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import EmbeddedPostgresError
from .locks import FileLock, wait_until
from .postmaster import find_postmaster, shut_down
from .sockets import remove_socket_directory

if TYPE_CHECKING:
    from .account import Account
    from .binaries import Binaries

_SYSTEM_WIDE = Path("/var/lib/exgo-gql")
SUPERUSER = "exgo_admin"

_MOST_LOG_BYTES = 16 * 2**20
# Trigrams and text search ask the C library what a letter is, not the builtin provider; under "C" no Chinese
# character is one. C.UTF-8 is missing on macOS and old systems, the last resort is everywhere.
_CHARACTER_TYPES = ("C.UTF-8", "en_US.UTF-8", "zh_CN.UTF-8", "C")


@dataclass(frozen=True, slots=True)
class Cluster:
    """The paths below one root directory."""

    root: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What the server and the watchdogs write."""
        return self.root / "postgres.log"

    @property
    def start_lock(self) -> Path:
        """Held alone while a server is started or stopped."""
        return self.root / "start.lock"

    @property
    def use_lock(self) -> Path:
        """Shared by every process that uses the server."""
        return self.root / "use.lock"

    @property
    def life_lock(self) -> Path:
        """Held by every process of a server, from before it writes its pid until its last session ends."""
        return self.root / "life.lock"

    def make_root(self, account: Account) -> None:
        """Make the root directory, reachable for the account.

        Raises:
            EmbeddedPostgresError: the account is not let through by a directory above.
            OSError: the directory cannot be made.

        """
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if account.demoted:
            self.root.chmod(stat.S_IMODE(self.root.stat().st_mode) | 0o111)
        if not account.can_enter(self.root):
            message = (
                f"PostgreSQL refuses to run as root and runs as '{account.name}', which cannot reach "
                f"{self.root}: choose a data directory that it can, such as {_SYSTEM_WIDE}."
            )
            raise EmbeddedPostgresError(message)

    def open_log(self) -> int:
        """Open the log to append to it, and give its descriptor; a log that has grown large begins anew.

        Raises:
            OSError: it cannot be opened.

        """
        with suppress(FileNotFoundError):
            if self.log.stat().st_size > _MOST_LOG_BYTES:
                self.log.replace(self.log.with_suffix(".log.old"))
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def exists_for(self, binaries: Binaries) -> bool:
        """Whether there is a cluster, of the version that these programs read.

        Raises:
            EmbeddedPostgresError: there is one of another version.

        """
        try:
            maker = (self.data / "PG_VERSION").read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            return False
        if maker != str(binaries.major):
            message = (
                f"The cluster in {self.data} was made by PostgreSQL {maker}, which version {binaries.major} "
                f"in {binaries.directory} cannot read: dump it with {maker} and restore it elsewhere."
            )
            raise EmbeddedPostgresError(message)
        return True

    def create(self, account: Account, binaries: Binaries, *, durable: bool) -> None:
        """Run initdb; unless `durable`, a power failure soon afterwards may lose the cluster.

        Raises:
            EmbeddedPostgresError: initdb refuses.
            OSError: something else is in the place of the data directory.

        """
        for abandoned in self.root.glob("data.new-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        # Made under a name of its own, so that a killed initdb leaves no half-made cluster, and one that
        # outlived its starter does not write into ours.
        unfinished = Path(tempfile.mkdtemp(prefix="data.new-", dir=self.root))
        account.own(unfinished)
        for character_type in _CHARACTER_TYPES:
            made = account.run(
                binaries.directory / "initdb",
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--lc-collate=C",
                f"--lc-ctype={character_type}",
                "--data-checksums",
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--no-instructions",
                *([] if durable else ["--no-sync"]),
            )
            if made.returncode == 0 or "invalid locale" not in made.stderr:
                break
        if made.returncode != 0:
            reason = next(iter(made.stderr.strip().splitlines()), f"exit code {made.returncode}")
            message = f"initdb could not make a cluster in {self.data}: {reason}"
            raise EmbeddedPostgresError(message)
        unfinished.replace(self.data)
        if durable:
            _flush_directory(self.root)

    def shut_down_if_unused(self, use: FileLock, deadline: float) -> bool:
        """Give the use lock up, and stop the server if nobody else has it; the caller holds the start lock.

        Returns:
            Whether it is stopped. Its last session has ended too, unless that took past the deadline (of
            `time.monotonic()`).

        Raises:
            EmbeddedPostgresError: the server does not stop.

        """
        if not use.try_exclusive():
            return False
        life = FileLock(self.life_lock)

        def is_over() -> bool:
            # Looked for each time: a server whose starter was killed may have yet to write its pid.
            if postmaster := find_postmaster(self.data):
                shut_down(postmaster, self.data, deadline)
                remove_socket_directory(postmaster.socket_directory)
            return life.try_exclusive()

        try:
            wait_until(is_over, deadline)
        finally:
            # Before the start lock: who starts next needs both.
            life.release()
            use.release()
        return True


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
