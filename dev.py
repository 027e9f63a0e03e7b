#!/usr/bin/env python3
"""All set-up on a fresh machine: ``python3 dev.py serve`` and ``python3 dev.py test`` (standard library only).

    serve      the API with embedded PostgreSQL, migrations, demonstration data, GraphiQL and worker
    test       the tests; further arguments go to pytest
    check      format, lint, types, layers, SDL, migrations
    outside    what needs a browser or Node; names each tool that it did not find
    exgo …     any command of exgo-gql, such as: exgo token create owner@yueda.example

The environment is made in ``.venv`` from a list of exact versions with hashes, wheels only.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / "bin" / "python"
LEAST, MOST = (3, 11), (3, 13)


def main(arguments):
    """Run one command. Exits with its status."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    command, rest = arguments[0], arguments[1:]
    if command not in COMMANDS:
        return fail(f"no such command: {command}. Choose one of: {', '.join(COMMANDS)}.")
    if not LEAST <= sys.version_info[:2] <= MOST:
        found = ".".join(map(str, sys.version_info[:3]))
        return fail(f"Python 3.11 to 3.13 is needed; this is {found}. Try python3.12 dev.py {command}")
    return COMMANDS[command](rest)


def fail(sentence):
    """Say what is wrong in one sentence."""
    print(f"dev.py: {sentence}", file=sys.stderr)
    return 1


def prepare(requirements):
    """Make or mend ``.venv`` so that it holds a list of requirements. Returns False after saying why not."""
    listed = HERE / "requirements" / f"{requirements}.txt"
    wanted = hashlib.sha256(listed.read_bytes() + sys.version.encode() + str(HERE).encode()).hexdigest()
    mark = VENV / f".has-{requirements}"
    larger = VENV / ".has-dev"
    if PYTHON.exists() and any(
        m.exists() and m.read_text() == text for m, text in marks(mark, wanted, larger)
    ):
        return True
    print(f"dev.py: setting up .venv for {requirements} (once) …", file=sys.stderr, flush=True)
    if not PYTHON.exists() or not matches(PYTHON):
        if not make_venv():
            return False
    install = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input"]
    strict = ["--require-hashes", "--only-binary", ":all:", "-r", listed]
    if subprocess.call([str(part) for part in (*install, *strict)]) != 0:
        fail("the packages could not be installed; the message above says why.")
        return False
    mark.write_text(wanted)
    return True


def marks(mark, wanted, larger):
    """The marks that tell a list is installed: its own, or that of the list that holds it."""
    listed = HERE / "requirements" / "dev.txt"
    whole = hashlib.sha256(listed.read_bytes() + sys.version.encode() + str(HERE).encode()).hexdigest()
    return (mark, wanted), (larger, whole)


def matches(python):
    """Whether an environment still runs, and is of the Python that asks."""
    asked = subprocess.run(
        [str(python), "-c", "import sys; print(sys.version)"], capture_output=True, text=True, check=False
    )
    return asked.returncode == 0 and asked.stdout.strip() == sys.version


def make_venv():
    """Make an empty ``.venv`` with pip."""
    try:
        import ensurepip  # noqa: F401  # Debian ships Python without it
        import venv
    except ImportError:
        fail("this Python lacks venv or ensurepip; on Debian: apt install python3-venv")
        return False
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        venv.EnvBuilder(with_pip=True, symlinks=True).create(VENV)
    except (OSError, subprocess.CalledProcessError) as error:
        fail(f"cannot make {VENV}: {error}")
        return False
    return True


def run(*command, **changes):
    """Run something of the environment in the project's folder; an interrupt is its own affair."""
    environment = {**os.environ, "PYTHONPATH": str(HERE), **changes}
    try:
        return subprocess.call([str(part) for part in command], cwd=HERE, env=environment)
    except KeyboardInterrupt:
        return 130


def replace(*command, **changes):
    """Become something of the environment: signals reach it, and nothing stands between."""
    os.chdir(HERE)
    os.environ.update({"PYTHONPATH": str(HERE), **changes})
    os.execv(str(command[0]), [str(part) for part in command])


def serve(rest):
    """The API, with demonstration data unless told otherwise."""
    if not prepare("run"):
        return 1
    os.environ.setdefault("EXGO_DEMO", "1")
    return replace(PYTHON, "-m", "exgo_gql", "serve", *rest)


def exgo(rest):
    """Any command of exgo-gql."""
    return replace(PYTHON, "-m", "exgo_gql", *rest) if prepare("run") else 1


def test(rest):
    """The tests that need nothing but Python."""
    return replace(PYTHON, "-m", "pytest", *rest) if prepare("dev") else 1


def check(rest):
    """Every check that reads instead of running."""
    if not prepare("dev"):
        return 1
    paths = ("exgo_gql", "tests", "dev.py")
    checks = {
        "format": ("-m", "ruff", "format", "--check", *paths),
        "lint": ("-m", "ruff", "check", *paths),
        "types": ("-m", "mypy"),
        "layers": ("-c", "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"),
        "sdl and migrations": (
            "-m",
            "pytest",
            "tests/contract/test_sdl.py",
            "tests/contract/test_migrations.py",
        ),
    }
    failed = [name for name, command in checks.items() if run(PYTHON, *command) != 0]
    if failed:
        return fail(f"failed: {', '.join(failed)}")
    print("check: all passed")
    return 0


TOOLS = {
    "chromium": (
        "a browser, for GraphiQL",
        "tests/outside/test_graphiql_browser.py",
        "tests/outside/test_flows_browser.py",
    ),
    "npm": ("Node, for the HTTP audits", "tests/outside/test_graphql_http_audits.py"),
}


def outside(rest):
    """The tests that need a tool of the machine."""
    if not prepare("dev"):
        return 1
    files, missing = [], []
    for tool, (what, *tests) in TOOLS.items():
        if shutil.which(tool):
            files += [name for name in tests if (HERE / name).exists()]
        else:
            missing.append(f"{tool} ({what})")
    for name in missing:
        print(f"dev.py: not found, so not tested with it: {name}", file=sys.stderr)
    if not files:
        return fail("none of the tools is here.")
    return run(PYTHON, "-m", "pytest", "-o", "addopts=-q --strict-markers", *files, *rest)


COMMANDS = {"serve": serve, "test": test, "check": check, "outside": outside, "exgo": exgo}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
