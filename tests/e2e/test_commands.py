"""The other commands: each works, and says in one sentence what the user can mend."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import Demonstration
from tests.e2e.serving import CHECKOUT, run, serving

VIEWER = "{ viewer { email role } }"


def test_a_token_from_the_command_line_is_a_bearer(demonstration: Demonstration) -> None:
    made = run(demonstration.folder, "token", "create", "owner@yueda.example", "--days", "1")
    assert (made.returncode, made.stdout[:5]) == (0, "exgo_")
    created = run(
        demonstration.folder,
        "user",
        "create",
        "night@exgo.example",
        "WAREHOUSE",
        "--password",
        "a long secret",
    )
    assert created.returncode == 0, created.stderr
    second = run(demonstration.folder, "token", "create", "night@exgo.example")
    with serving(demonstration.folder, EXGO_DEMO="1") as program:
        for token, role in ((made.stdout.strip(), "OWNER"), (second.stdout.strip(), "WAREHOUSE")):
            assert program.ask(VIEWER, token=token)["viewer"]["role"] == role
        assert program.http.get("/readyz").json() == {"status": "ok"}
        assert program.end() == 0


def test_what_cannot_be_done_is_a_sentence(demonstration: Demonstration) -> None:
    wrong = {
        ("token", "create", "nobody@exgo.example"): "no user has the e-mail nobody@exgo.example",
        ("user", "create", "owner@yueda.example", "SUPPORT", "--password", "x" * 12): "is taken",
        ("user", "create", "new@exgo.example", "OWNER", "--password", "x" * 12): "merchant",
    }
    for command, sentence in wrong.items():
        done = run(demonstration.folder, *command)
        assert done.returncode == 1
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr


def test_the_schema_is_the_reviewed_file(demonstration: Demonstration, tmp_path: Path) -> None:
    file = tmp_path / "schema.graphql"
    assert run(demonstration.folder, "schema", "--write", str(file)).returncode == 0
    assert file.read_bytes() == (CHECKOUT / "schema.graphql").read_bytes()


def test_dev_names_its_commands() -> None:
    for arguments, status, said in ((["nonsense"], 1, "no such command"), (["--help"], 0, "serve")):
        done = subprocess.run(
            (sys.executable, str(CHECKOUT / "dev.py"), *arguments),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status
        assert said in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
