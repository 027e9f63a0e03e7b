"""The `postgres` process that we start ourselves, and what its log says about it."""

from __future__ import annotations

import os
import re
import threading
from typing import TYPE_CHECKING

from .postmaster import disown_stale_pid
from .sockets import make_socket_directory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .account import Account
    from .binaries import Binaries
    from .cluster import Cluster
    from .locks import FileLock

_SMALL_SERVER = {
    "listen_addresses": "",
    "port": "5432",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_FATAL = re.compile("FATAL:|PANIC:")


class ServerProcess:
    """A server started on a cluster; the caller holds the start lock."""

    def __init__(
        self,
        cluster: Cluster,
        account: Account,
        binaries: Binaries,
        settings: Mapping[str, str],
        life: FileLock,
    ) -> None:
        """Start it, and leave it the life lock, which the caller holds alone; it is not ready yet.

        Raises:
            OSError: it cannot be started.

        """
        disown_stale_pid(cluster.data, account)
        sockets = make_socket_directory(cluster.root, account)
        options = {**_SMALL_SERVER, "unix_socket_directories": str(sockets), **settings}
        command: list[str | Path] = [binaries.directory / "postgres", "-D", cluster.data]
        for name, value in options.items():
            command += ("-c", f"{name}={value}")
        self._log = cluster.log
        log = cluster.open_log()
        try:
            self._log_start = os.fstat(log).st_size
            with life.bequeathed() as descriptor:
                self._process = account.spawn(command, log, descriptor)
        finally:
            os.close(log)

    def is_running(self) -> bool:
        """Whether it has not ended; collects it when it has."""
        return self._process.poll() is None

    def complaint(self) -> str:
        """Say why it ended, in its own words."""
        with self._log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode("utf-8", "replace").split("\n")
        fatal = [line for line in lines if _FATAL.search(line)]
        said = [line for line in lines if line.strip()]
        return _FATAL.split((fatal or said or ["it left no message"])[-1])[-1].strip()

    def end(self) -> None:
        """Collect it after a shutdown; one that hung before it could be found is killed."""
        self._process.kill()
        self._process.wait()

    def leave(self) -> None:
        """Let it outlive its starter's use of it."""
        # Somebody must still collect it one day: PostgreSQL takes a zombie's pid for a running server's.
        threading.Thread(target=self._process.wait, name="collect postgres", daemon=True).start()
