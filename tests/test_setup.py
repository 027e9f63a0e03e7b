"""``dev.py``: what it says when it cannot, and that a set-up which was cut off is mended."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest

CHECKOUT = Path(__file__).parents[1]
DEV = CHECKOUT / "dev.py"
SECONDS = 60.0
PLACES = ("/usr/bin", "/usr/local/bin", "~/.pyenv/versions/*/bin")
OLD = (*("python2.7", "python2"), *(f"python3.{minor}" for minor in range(6, 11)))
NEWER_SYNTAX = (
    *(ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.Nonlocal, ast.Starred),
    *(ast.AsyncFunctionDef, ast.AsyncWith, ast.AsyncFor, ast.Await, ast.YieldFrom, ast.TryStar),
)
"""What Python 2.7 cannot read (a starred argument of a call it can)."""


def loaded() -> ModuleType:
    """``dev.py`` as a module."""
    spec = importlib.util.spec_from_file_location("dev", DEV)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def interpreters() -> list[Path]:
    """Every Python of this machine that is too old."""
    found = []
    for place in PLACES:
        folder = Path(place).expanduser()
        for name in OLD:
            found += Path(folder.anchor).glob(str((folder / name).relative_to(folder.anchor)))
    return found


def sentence(ended: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error."""
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert re.fullmatch(r"dev\.py: [^\n]+\n", ended.stderr), ended.stderr
    return ended.stderr.removeprefix("dev.py: ").removesuffix("\n")


# -- which Python ---------------------------------------------------------------------------------------------


def test_an_old_python_can_read_it() -> None:
    tree = ast.parse(DEV.read_bytes().decode("ascii"))
    nodes = list(ast.walk(tree))
    last = {id(call.args[-1]) for call in nodes if isinstance(call, ast.Call) and call.args}
    newer = [node for node in nodes if isinstance(node, NEWER_SYNTAX) and id(node) not in last]
    newer += [node for node in nodes if isinstance(node, ast.Raise) and node.cause]
    newer += [node for node in nodes if isinstance(node, ast.Dict) and None in node.keys]
    newer += [node for node in nodes if isinstance(node, ast.arg) and node.annotation]
    newer += [
        node for node in nodes if isinstance(node, ast.arguments) and node.kwonlyargs + node.posonlyargs
    ]
    assert not newer, [ast.unparse(node) for node in newer]


def test_old_pythons_get_a_sentence() -> None:
    for python in interpreters():
        ended = subprocess.run((python, DEV, "serve"), capture_output=True, text=True, check=False)
        assert re.fullmatch(r"Python 3\.11 to 3\.13 is needed, and this is [\d.]+: try .+", sentence(ended))


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_versions_that_will_do(version: tuple[int, int]) -> None:
    assert loaded().refusal_of((*version, 0, "final", 0)) is None


@pytest.mark.parametrize("version", [(2, 7), (3, 9), (3, 10), (3, 14), (4, 0)])
def test_versions_that_will_not(version: tuple[int, int]) -> None:
    refused = loaded().refusal_of((*version, 7, "final", 0))
    assert f"this is {version[0]}.{version[1]}.7:" in refused


# -- the lists ------------------------------------------------------------------------------------------------


def pins(name: str) -> dict[str, str]:
    """Each package of a list with its version and hashes."""
    text = (CHECKOUT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.split(
        r"^(?=[A-Za-z])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE
    )
    return {entry.split("==")[0]: entry for entry in entries if entry.strip()}


def test_lists_name_exact_versions_with_hashes_and_no_host() -> None:
    for name in ("run", "dev"):
        for package, entry in pins(name).items():
            assert re.match(r"[\w.-]+==[\w.]+ ", entry), package
            assert "--hash=sha256:" in entry, package
            assert "://" not in entry, package


def test_what_serves_is_what_was_tested() -> None:
    run, dev = pins("run"), pins("dev")
    assert {package: dev[package] for package in run} == run
    assert set(dev) > set(run)


# -- an environment -------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that needs no package, in a folder whose name has a space and more."""
    folder = tmp_path / "a folder, 目录"
    (folder / "requirements").mkdir(parents=True)
    (folder / "exgo_gql").mkdir()
    shutil.copy(DEV, folder)
    for name in ("run", "dev"):
        (folder / "requirements" / f"{name}.txt").write_text("# nothing\n")
    (folder / "exgo_gql" / "__main__.py").write_text("import sys; print(sys.prefix, sys.argv[1:])")
    return folder


def begun(project: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """``dev.py`` as a process, in a group of its own."""
    return subprocess.Popen(
        (sys.executable, project / "dev.py", *arguments),
        cwd="/",
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """What it came to."""
    out, error = process.communicate(timeout=SECONDS)
    return subprocess.CompletedProcess(process.args, process.returncode, out, error)


def dev(project: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """``dev.py`` to its end."""
    return ended(begun(project, *arguments, **variables))


def until(condition: Callable[[], bool], what: str) -> None:
    """Ask until it is so."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


def names(process: psutil.Process, project: Path) -> bool:
    """Whether a process has to do with this folder."""
    return any(str(project) in argument for argument in process.info["cmdline"] or ())


def test_cut_off_mended_shared_and_kept(project: Path) -> None:
    python, mark = project / ".venv" / "bin" / "python", project / ".venv" / "holds"
    # Killed with all its children, when there is a Python but no pip.
    killed = begun(project, "exgo")
    until(python.exists, "a Python")
    os.killpg(killed.pid, signal.SIGKILL)
    assert ended(killed).returncode == -signal.SIGKILL
    assert not mark.exists()
    # Two at once: one mends it, the other waits for that and uses it.
    both = [ended(process) for process in (begun(project, "exgo", "a b"), begun(project, "exgo", "a b"))]
    expected = f"{python.parents[1]} ['a b']\n"
    assert [(each.returncode, each.stdout) for each in both] == [(0, expected)] * 2
    assert sum("setting up" in each.stderr for each in both) == 1
    # From now on it is there.
    again = dev(project, "exgo")
    assert (again.returncode, again.stderr) == (0, "")
    # What cannot be fetched spoils nothing.
    unknown = "nothing-of-this-name==1 --hash=sha256:" + "0" * 64
    (project / "requirements" / "dev.txt").write_text(unknown)
    failed = dev(project, "test", PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    assert failed.returncode == 1
    assert failed.stderr.endswith("dev.py: the packages could not be fetched; the message above says why.\n")
    assert "Traceback" not in failed.stderr
    assert dev(project, "exgo").stderr == ""


def test_terminated_it_takes_its_children_with_it(project: Path) -> None:
    process = begun(project, "exgo")
    until(lambda: len(psutil.Process(process.pid).children(recursive=True)) > 1, "pip is being installed")
    process.terminate()
    assert ended(process).returncode == 128 + signal.SIGTERM
    until(
        lambda: not [each for each in psutil.process_iter(["cmdline"]) if names(each, project)], "all ended"
    )
    assert not (project / ".venv" / "holds").exists()


def test_python_without_ensurepip(project: Path, tmp_path: Path) -> None:
    (tmp_path / "ensurepip.py").write_text("raise ImportError")
    refused = dev(project, "serve", PYTHONPATH=str(tmp_path))
    assert refused.stderr.splitlines()[-1] == (
        "dev.py: this Python lacks venv or ensurepip; on Debian: apt install python3-venv."
    )
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)


def unusable(project: Path) -> Path:
    (project / ".venv").write_text("a file where the folder should be")
    return project


def in_a_path_of_two(project: Path) -> Path:
    return project.rename(project.with_name("two:paths"))


def without_lists(project: Path) -> Path:
    shutil.rmtree(project / "requirements")
    return project


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (unusable, "cannot use {}/.venv/holds: Not a directory."),
        (in_a_path_of_two, "no environment can be made in {}: its path has a :."),
        (without_lists, "cannot use {}/requirements/run.txt: No such file or directory."),
    ],
)
def test_folders_that_will_not_do(project: Path, spoilt: Any, said: str) -> None:
    place = spoilt(project)
    refused = dev(place, "serve")
    assert refused.returncode == 1
    *before, last = refused.stderr.splitlines()
    assert before in ([], ["dev.py: setting up .venv (once) ..."])
    assert last == f"dev.py: {said.format(place)}"


def test_words_that_are_no_commands(project: Path) -> None:
    assert sentence(dev(project, "sreve")) == (
        "there is no such command; choose one of serve, test, check, outside, bench, exgo."
    )
    for arguments in ((), ("--help",)):
        helped = dev(project, *arguments)
        assert helped.returncode == 0
        assert "python3 dev.py serve" in helped.stdout
    assert not (project / ".venv").exists()
