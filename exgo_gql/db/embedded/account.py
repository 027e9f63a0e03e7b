"""The account that PostgreSQL runs under: ours, unless we are root, which PostgreSQL refuses."""

from __future__ import annotations

import os
import pwd
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import EmbeddedPostgresError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs PostgreSQL's programs; `demoted` when that is not who we are."""

    name: str
    uid: int
    gid: int
    demoted: bool

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a program to its end and keep what it wrote.

        Raises:
            OSError: the program does not exist, or this account may not run it.

        """
        return subprocess.run(  # noqa: S603 - a list of arguments, no shell
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            cwd="/",
            env=_environment(),
            start_new_session=True,
            user=self.uid if self.demoted else None,
            group=self.gid if self.demoted else None,
            extra_groups=[] if self.demoted else None,
        )

    def spawn(self, command: Sequence[str | Path], output: int, inherited: int) -> subprocess.Popen[bytes]:
        """Start a program that stays, out of reach of our terminal's Ctrl-C.

        Args:
            command: the program and its arguments.
            output: the descriptor that it writes to.
            inherited: a descriptor that it keeps, under the same number.

        Raises:
            OSError: the program does not exist, or this account may not run it.

        """
        return subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(inherited,),
            cwd="/",
            env=_environment(),
            start_new_session=True,
            user=self.uid if self.demoted else None,
            group=self.gid if self.demoted else None,
            extra_groups=[] if self.demoted else None,
        )

    def own(self, path: Path) -> None:
        """Hand a file or directory that we made over to this account."""
        if self.demoted:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, directory: Path) -> bool:
        """Whether every directory on the way lets this account through."""
        return not self.demoted or self.run("/bin/sh", "-c", 'cd "$0"', directory).returncode == 0


def server_account(data: Path) -> Account:
    """Choose the account for the cluster in this data directory, which need not exist yet.

    Raises:
        EmbeddedPostgresError: we are root and the system has no other account to use.

    """
    uid = os.geteuid()
    if uid != 0:
        return Account(_name_of(uid), uid, os.getegid(), demoted=False)
    with suppress(FileNotFoundError):
        # PostgreSQL serves only a directory of its own account, whichever accounts have come since.
        owner = data.stat()
        if owner.st_uid != 0:
            return Account(_name_of(owner.st_uid), owner.st_uid, owner.st_gid, demoted=True)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            if entry.pw_uid != 0:
                return Account(name, entry.pw_uid, entry.pw_gid, demoted=True)
    message = "PostgreSQL refuses to run as root, and there is no account 'postgres' or 'nobody' for it."
    raise EmbeddedPostgresError(message)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _environment() -> dict[str, str]:
    # PG* variables of the user's shell would change the server; we recognise its messages in English only.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**inherited, "LC_ALL": "C", "TZ": "UTC"}
