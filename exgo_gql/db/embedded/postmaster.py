"""The running server of a data directory, as its file `postmaster.pid` and the process table show it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import EmbeddedPostgresError
from .locks import wait_until

if TYPE_CHECKING:
    from .account import Account

_PID_FILE = "postmaster.pid"
_PID_OF_NOBODY = 2**31 - 2
_SECONDS_FOR_IMMEDIATE_SHUTDOWN = 15


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A live server; `port` and `socket_directory` mean something once it is `ready` for connections."""

    pid: int
    port: int
    socket_directory: Path
    ready: bool


def find_postmaster(data: Path) -> Postmaster | None:
    """Find the live server of this data directory.

    Raises:
        OSError: the directory is not ours to read.

    """
    try:
        fields = os.fsdecode((data / _PID_FILE).read_bytes()).split("\n")
    except FileNotFoundError:
        return None
    # A server that is starting adds lines as it learns them: what is missing still is to come.
    pid, _, _, port, socket_directory, _, _, status, *_ = [*fields, *[""] * 8]
    if not pid.isdigit() or not _serves(int(pid), data):
        return None
    return Postmaster(int(pid), int(port or 0), Path(socket_directory), ready=status.strip() == "ready")


def disown_stale_pid(data: Path, account: Account) -> None:
    """Put an impossible pid into the `postmaster.pid` of a dead server; the caller knows that it is dead.

    PostgreSQL asks only whether some process has that pid, and does not start when a stranger has been given
    it meanwhile, or when nobody collected the dead server. The file itself stays: by its line on shared
    memory PostgreSQL notices sessions of the dead server that still write, beside which a second server would
    ruin the data.
    """
    pid_file = data / _PID_FILE
    try:
        _, *rest = pid_file.read_bytes().splitlines(keepends=True)
    except (FileNotFoundError, ValueError):
        return
    replacement = data.with_name(f"{_PID_FILE}.new")
    replacement.unlink(missing_ok=True)
    with os.fdopen(os.open(replacement, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.writelines([b"%d\n" % _PID_OF_NOBODY, *rest])
    account.own(replacement)
    replacement.replace(pid_file)


def shut_down(postmaster: Postmaster, data: Path, deadline: float) -> None:
    """Stop this server of this data directory: sessions are cut off, their transactions rolled back.

    Past the deadline (of `time.monotonic()`) it stops without a checkpoint and recovers when it next starts.

    Raises:
        EmbeddedPostgresError: it does not stop at all.

    """

    def is_gone() -> bool:
        return not _serves(postmaster.pid, data)

    _send(postmaster.pid, signal.SIGINT)
    if not wait_until(is_gone, deadline):
        _send(postmaster.pid, signal.SIGQUIT)
        if not wait_until(is_gone, time.monotonic() + _SECONDS_FOR_IMMEDIATE_SHUTDOWN):
            message = f"PostgreSQL in {data} (process {postmaster.pid}) does not stop."
            raise EmbeddedPostgresError(message)


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _serves(pid: int, data: Path) -> bool:
    # The pid alone proves nothing: it may be a zombie's (whose command line is empty) or a stranger's by now.
    if Path("/proc/self/cmdline").exists():  # Linux
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        # Resolved, because an administrator may have started it by another spelling of the path.
        named = (os.path.realpath(argument) for argument in command[1:] if argument.startswith(b"/"))
        return command[0].endswith(b"postgres") and os.fsencode(data) in named
    listing = subprocess.run(  # noqa: S603 - a list of arguments, no shell
        ("/bin/ps", "-ww", "-o", "command=", "-p", str(pid)), capture_output=True, check=False
    )
    return b"postgres" in listing.stdout and os.fsencode(data) in listing.stdout
