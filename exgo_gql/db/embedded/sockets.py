"""The directory of the server's socket: below the root where a socket's short path allows it."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .account import Account

# 104 bytes are what macOS has for the path of a socket (Linux: 108), of which `/.s.PGSQL.65535` takes 15.
_LONGEST = 88
# Characters that separate directories in PostgreSQL's settings, or hosts in an address.
_SEPARATORS = frozenset(',"\n')
_ELSEWHERE = Path("/tmp")  # noqa: S108 - for mkdtemp(); TMPDIR can be too long, or closed to the server's account
_PREFIX = "exgo-pg-"


def make_socket_directory(root: Path, account: Account) -> Path:
    """Make an empty directory that is open to this account only; no server may run.

    Raises:
        OSError: it cannot be made.

    """
    directory = root / "run"
    if len(os.fsencode(directory)) > _LONGEST or _SEPARATORS.intersection(str(directory)):
        # A new name each time: a name that can be guessed, another user could take before us.
        directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_ELSEWHERE))
    directory.mkdir(mode=0o700, exist_ok=True)
    directory.chmod(0o700)
    account.own(directory)
    # A killed server's socket has a lock with its pid, which can be a stranger's by now.
    for leftover in directory.glob(".s.PGSQL.*"):
        leftover.unlink()
    return directory


def remove_socket_directory(directory: Path) -> None:
    """Remove the directory after its server, unless it is the one below the root."""
    if directory.name.startswith(_PREFIX):
        # Refused, and rightly, when something else is in it.
        with suppress(OSError):
            directory.rmdir()
