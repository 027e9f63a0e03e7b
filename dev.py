#!/usr/bin/env python3
"""All set-up on a fresh machine: ``python3 dev.py serve`` and ``python3 dev.py test`` (standard library only).

    serve      the API with embedded PostgreSQL, migrations, demonstration data, GraphiQL and worker
    test       the tests; further arguments go to pytest
    check      format, lint, types, layers, SDL, migrations
    outside    what needs a browser or Node; names each tool that it did not find
    bench      how fast pages are, as ratios: --quick, --json FILE
    exgo ...   any command of exgo-gql, such as: exgo token create owner@yueda.example

The environment is made in ``.venv`` from a list of exact versions with hashes, wheels only. A set-up that was
cut off is mended by the next one; two at once wait for each other.
"""
# ruff: noqa: B904, E402, EM103, RUF005, UP010, UP032
# Any Python since 2.7 must be able to read this file, or an old one shows a SyntaxError instead of a sentence.

from __future__ import print_function

import sys

LEAST, MOST = (3, 11), (3, 13)


def refusal_of(version):
    """Why this Python will not do, or nothing."""
    if LEAST <= tuple(version[:2]) <= MOST:
        return None
    found = ".".join(str(part) for part in version[:3])
    return "Python 3.11 to 3.13 is needed, and this is {}: try python3.12 dev.py".format(found)


if refusal_of(sys.version_info):
    print("dev.py: " + refusal_of(sys.version_info), file=sys.stderr)
    sys.exit(1)

import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import signal
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / "bin" / "python"
MARK = VENV / "holds"
"""Which list is installed, whole. It is away for as long as anything changes: without it all is made anew."""
WHEELS = VENV / "wheels"
SECONDS_TO_END = 15


class Stop(Exception):  # noqa: N818  # a sentence, not a fault
    """What stands in the way."""


def main(arguments):
    """Run one command. Exits with its status."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    command, rest = arguments[0], arguments[1:]
    try:
        return COMMANDS.get(command, unknown)(rest)
    except Stop as stop:
        sentence, status = str(stop), 1
    except OSError as error:
        sentence, status = "cannot use {}: {}".format(error.filename or HERE, error.strerror or error), 1
    except KeyboardInterrupt:
        sentence, status = "interrupted", 130
    print("dev.py: {}.".format(sentence), file=sys.stderr)
    return status


def unknown(_rest):
    """Any other word."""
    raise Stop("there is no such command; choose one of {}".format(", ".join(COMMANDS)))


def prepare(name):
    """Make ``.venv`` hold the list of this name. Raises ``Stop`` or ``OSError``."""
    with alone() as lock:
        held = MARK.read_text() if MARK.exists() and PYTHON.exists() else None
        if held in (fingerprint(name), fingerprint("dev")):  # the second list holds the first
            return
        print("dev.py: setting up .venv (once) ...", file=sys.stderr, flush=True)
        if held != fingerprint("run"):
            make_venv(lock)
        install(name, lock)


@contextlib.contextmanager
def alone():
    """Keep other ``dev.py`` out, for as long as this process or one that it gave the lock to lives."""
    lock = os.open(str(HERE), os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("dev.py: waiting for another one that sets up .venv ...", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)


def fingerprint(name):
    """What makes an environment the one that is wanted: the list, the Python, and the place."""
    listed = (HERE / "requirements" / (name + ".txt")).read_text(encoding="utf-8")
    facts = (listed, sys.version_info[:2], sys.base_prefix, platform.machine(), str(HERE))
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def make_venv(lock):
    """Make an empty ``.venv`` with pip, in place of whatever there was. Raises ``Stop``."""
    try:
        import ensurepip  # noqa: F401  # Debian ships Python without it
        import venv
    except ImportError:
        raise Stop("this Python lacks venv or ensurepip; on Debian: apt install python3-venv")
    if os.pathsep in str(HERE):
        raise Stop("no environment can be made in {}: its path has a {}".format(HERE, os.pathsep))
    MARK.unlink(missing_ok=True)
    if VENV.exists():
        shutil.rmtree(str(VENV))
    venv.EnvBuilder(symlinks=True).create(str(VENV))
    if run(PYTHON, "-I", "-m", "ensurepip", "--upgrade", quiet=True, lock=lock) != 0:
        raise Stop("this Python cannot install pip; on Debian: apt install python3-venv")


def install(name, lock):
    """Install the list of this name: fetch all of it first, so that a lost network spoils nothing. Raises
    ``Stop``.
    """
    listed = HERE / "requirements" / (name + ".txt")
    pip = (PYTHON, "-I", "-m", "pip", "-q", "--disable-pip-version-check", "--no-input")
    strict = ("--require-hashes", "--only-binary", ":all:", "-r", listed)
    shutil.rmtree(str(WHEELS), ignore_errors=True)
    try:
        if run(*pip + ("download", "-d", WHEELS) + strict, lock=lock) != 0:
            raise Stop("the packages could not be fetched; the message above says why")
        MARK.unlink(missing_ok=True)
        found = ("--no-index", "--find-links", WHEELS)
        if run(*pip + ("install",) + found + strict, lock=lock, PIP_USER="0") != 0:
            raise Stop("the packages could not be installed; the message above says why")
    finally:
        shutil.rmtree(str(WHEELS), ignore_errors=True)
    MARK.write_text(fingerprint(name))


def run(*command, **options):
    """Run a program in the project's folder to its end, and give its status. It takes over a ``lock``, so that
    this outlives a killed ``dev.py`` as long as the program writes. ``quiet`` drops what it says; the rest are
    variables.
    """
    lock, quiet = options.pop("lock", None), options.pop("quiet", False)
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=str(HERE),
        env=environment(options),
        pass_fds=() if lock is None else (lock,),
        process_group=None if lock is None else 0,  # a group of its own, to end its children with it
        stdout=subprocess.DEVNULL if quiet else None,
        stderr=subprocess.DEVNULL if quiet else None,
    )
    try:
        return process.wait()
    except BaseException as error:
        if lock is not None:
            os.killpg(process.pid, signal.SIGKILL)
        elif not isinstance(error, KeyboardInterrupt):  # which the terminal sends to both
            process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_END)
        process.kill()
        process.wait()
        raise


def become(*command):
    """Become a program of the environment: signals reach it, and nothing stands between."""
    os.chdir(str(HERE))
    sys.stdout.flush()
    os.execve(str(PYTHON), [str(part) for part in (PYTHON,) + command], environment({}))


def environment(changes):
    """The variables of a program: ours, with the project's folder for imports."""
    made = dict(os.environ, PYTHONPATH=str(HERE), **changes)
    made.pop("PYTHONHOME", None)
    return made


def serve(rest):
    """The API, with demonstration data unless told otherwise."""
    prepare("run")
    os.environ.setdefault("EXGO_DEMO", "1")
    become("-m", "exgo_gql", "serve", *rest)


def exgo(rest):
    """Any command of exgo-gql."""
    prepare("run")
    become("-m", "exgo_gql", *rest)


def test(rest):
    """The tests that need nothing but Python."""
    prepare("dev")
    become("-m", "pytest", *rest)


def check(_rest):
    """Every check that reads instead of running."""
    prepare("dev")
    paths = ("exgo_gql", "tests", "benchmarks", "dev.py")
    checks = (
        ("format", ("-m", "ruff", "format", "--check") + paths),
        ("lint", ("-m", "ruff", "check") + paths),
        ("types", ("-m", "mypy")),
        ("layers", ("-c", LAYERS)),
        ("SDL and migrations", ("-m", "pytest") + CONTRACTS),
    )
    failed = [name for name, command in checks if run(PYTHON, *command) != 0]
    if failed:
        raise Stop("failed: {}".format(", ".join(failed)))
    print("check: all passed")
    return 0


LAYERS = "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"
CONTRACTS = ("tests/contract/test_sdl.py", "tests/contract/test_migrations.py")

TOOLS = {
    "chromium": (
        "a browser, for GraphiQL",
        "tests/outside/test_graphiql_browser.py",
        "tests/outside/test_flows_browser.py",
        "tests/outside/test_report_browser.py",
    ),
    "npm": ("Node, for the HTTP audits", "tests/outside/test_graphql_http_audits.py"),
}


def outside(rest):
    """The tests that need a tool of the machine."""
    prepare("dev")
    files = []
    for tool, facts in TOOLS.items():
        if shutil.which(tool):
            files += [name for name in facts[1:] if (HERE / name).exists()]
        else:
            print("dev.py: not found, so not tested with it: {} ({})".format(tool, facts[0]), file=sys.stderr)
    if not files:
        raise Stop("none of these tools is here")
    return run(PYTHON, "-m", "pytest", "-o", "addopts=-q --strict-markers", *files + rest)


def bench(rest):
    """How fast pages are: planner, loaders, the database's limit, PostGraphile."""
    prepare("dev")
    become("-m", "benchmarks", *rest)


COMMANDS = {
    "serve": serve,
    "test": test,
    "check": check,
    "outside": outside,
    "bench": bench,
    "exgo": exgo,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
