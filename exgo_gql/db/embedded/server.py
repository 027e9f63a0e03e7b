"""Starting, sharing and stopping the private PostgreSQL."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from .account import server_account
from .binaries import find_binaries
from .cluster import SUPERUSER, Cluster
from .errors import EmbeddedPostgresError
from .locks import FileLock, exclusively
from .postmaster import Postmaster, find_postmaster
from .process import ServerProcess
from .watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .account import Account

_POLL_SECONDS = 0.01
_SECONDS_TO_GIVE_UP_A_START = 5.0


class EmbeddedPostgres:
    """A PostgreSQL server of our own in one directory, shared by all processes that name that directory.

    It listens at a Unix socket that only its account (and root) can reach, and trusts whoever comes that way.
    It stops with its last user: by `stop()`, or soon after that process has died.
    """

    def __init__(self, root: Path, settings: Mapping[str, str] | None = None) -> None:
        """Choose the directory; PostgreSQL's settings hold if it is this object that starts the server."""
        self.is_new = False
        """Whether the last `start()` made the cluster."""
        self._cluster = Cluster(root.expanduser().resolve())
        self._settings = dict(settings or {})
        self._use = FileLock(self._cluster.use_lock)
        self._watchdog: Watchdog | None = None
        self._process: ServerProcess | None = None
        self._postmaster: Postmaster | None = None

    def start(self, timeout: float = 60) -> None:
        """Start the server or join the one that runs; blocks until it takes connections.

        Calling it again is harmless, and starts a server that has crashed meanwhile.

        Args:
            timeout: seconds to wait, also for other processes that start or stop the server.

        Raises:
            EmbeddedPostgresError: the server cannot be had; this object does not use it then.

        """
        deadline = time.monotonic() + timeout
        self.is_new = False
        self._postmaster = None
        try:
            account = server_account(self._cluster.data)
            self._cluster.make_root(account)
            with exclusively(self._cluster.start_lock, deadline):
                try:
                    self._enlist()
                    self._postmaster = self._ready_postmaster(account, deadline)
                except BaseException:
                    self._resign(time.monotonic() + _SECONDS_TO_GIVE_UP_A_START)
                    raise
        except OSError as error:
            message = f"PostgreSQL in {self._cluster.root} cannot be started: {error}."
            raise EmbeddedPostgresError(message) from error
        finally:
            if self._postmaster is None:
                self._let_go()

    def stop(self, timeout: float = 30) -> bool:
        """Stop using the server, and stop it unless another process uses it; blocks.

        Args:
            timeout: seconds for an orderly shutdown; past it the server stops at once, and recovers when it
                next starts.

        Returns:
            True when the server is stopped; False when others use it, or this object did not.

        Raises:
            EmbeddedPostgresError: the server does not stop.

        """
        if not self._use.held:
            return False
        deadline = time.monotonic() + timeout
        try:
            with exclusively(self._cluster.start_lock, deadline):
                return self._resign(deadline)
        except TimeoutError:
            # Whoever has been starting or stopping it all this time sees to it.
            return False
        except OSError as error:
            message = f"PostgreSQL in {self._cluster.root} cannot be stopped: {error}."
            raise EmbeddedPostgresError(message) from error
        finally:
            self._let_go()

    @property
    def pid(self) -> int:
        """The process id of the server.

        Raises:
            EmbeddedPostgresError: not started.

        """
        return self._started().pid

    def url(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """Give the address of a database, as asyncpg and libpq read it.

        Raises:
            EmbeddedPostgresError: not started.

        """
        server = self._started()
        query = f"host={quote(str(server.socket_directory))}&port={server.port}"
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?{query}"

    def _started(self) -> Postmaster:
        if self._postmaster is None:
            message = f"PostgreSQL in {self._cluster.root} has not been started."
            raise EmbeddedPostgresError(message)
        return self._postmaster

    def _enlist(self) -> None:
        if not self._use.try_shared():
            message = f"PostgreSQL cannot be shared: a stranger has locked {self._cluster.use_lock}."
            raise EmbeddedPostgresError(message)
        if self._watchdog is None:
            log = self._cluster.open_log()
            try:
                self._watchdog = Watchdog(self._cluster, log)
            finally:
                os.close(log)

    def _ready_postmaster(self, account: Account, deadline: float) -> Postmaster:
        process: ServerProcess | None = None
        life = FileLock(self._cluster.life_lock)
        try:
            while True:
                postmaster = find_postmaster(self._cluster.data)
                if postmaster is not None and postmaster.ready:
                    return postmaster
                if process is not None and not process.is_running():
                    message = f"PostgreSQL did not start: {process.complaint()} (log: {self._cluster.log})."
                    raise EmbeddedPostgresError(message)
                if time.monotonic() >= deadline:
                    message = f"PostgreSQL was not ready in time (log: {self._cluster.log})."
                    raise EmbeddedPostgresError(message)
                # Without a postmaster the lock can still be taken: by a server that has yet to write its pid,
                # its starter being killed, or by sessions that outlive a killed one. Both are soon over.
                if postmaster is None and process is None and life.try_exclusive():
                    process = self._spawn(account, life)
                time.sleep(_POLL_SECONDS)
        finally:
            life.release()

    def _spawn(self, account: Account, life: FileLock) -> ServerProcess:
        binaries = find_binaries(account, self._cluster.root)
        if not self._cluster.exists_for(binaries):
            self._cluster.create(account, binaries, durable=self._settings.get("fsync") != "off")
            self.is_new = True
        if self._process is not None:
            self._process.end()
        self._process = ServerProcess(self._cluster, account, binaries, self._settings, life)
        return self._process

    def _resign(self, deadline: float) -> bool:
        stopped = self._cluster.shut_down_if_unused(self._use, deadline)
        if stopped and self._process is not None:
            self._process.end()
            self._process = None
        return stopped

    def _let_go(self) -> None:
        self._postmaster = None
        self._use.release()
        if self._watchdog is not None:
            self._watchdog.dismiss()
            self._watchdog = None
        if self._process is not None and self._process.is_running():
            self._process.leave()
        self._process = None
