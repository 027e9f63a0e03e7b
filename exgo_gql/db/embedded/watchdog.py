"""A small process beside ours that stops the server when ours has died without doing so."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from pathlib import Path

from .cluster import Cluster
from .locks import FileLock, exclusively, wait_until

# A process that dies closes its pipe a moment before its locks.
_SECONDS_UNTIL_LOCKS_ARE_FREE = 2.0
_SECONDS_FOR_SHUTDOWN = 60.0
# The folder is loaded as a package of its own, without `exgo_gql.db` above it: the watchdog needs the
# standard library only, and lives as long as its owner, with little memory.
_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from embedded.watchdog import watch; watch(sys.argv[2])"


class Watchdog:
    """Watches the process that makes it; each user of a server has one, so the last to die is noticed."""

    def __init__(self, cluster: Cluster, log: int) -> None:
        folder = Path(__file__).parent
        self._process = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
            (sys.executable, "-I", "-S", "-c", _PROGRAM, folder.parent, cluster.root),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """End it; the server stays as it is."""
        self._process.kill()
        self._process.communicate()


def watch(root: str) -> None:
    """Wait for the process at the other end of stdin to die, then stop the server if nobody else uses it."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    cluster = Cluster(Path(root))
    use = FileLock(cluster.use_lock)

    def stopped() -> bool:
        with exclusively(cluster.start_lock, math.inf):
            return cluster.shut_down_if_unused(use, time.monotonic() + _SECONDS_FOR_SHUTDOWN)

    alone = wait_until(stopped, time.monotonic() + _SECONDS_UNTIL_LOCKS_ARE_FREE)
    outcome = "stopped" if alone else "in use by others"
    sys.stderr.write(f"watchdog {os.getpid()}: the process it watched is gone, the server is {outcome}\n")
