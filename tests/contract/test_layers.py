"""The rooms: imports go down only, the domain is pure, the schema knows no service."""

from __future__ import annotations

from pathlib import Path

import pytest
from importlinter.application import use_cases
from importlinter.cli import lint_imports  # noqa: F401  # importing it configures import-linter

CONTRACTS = Path(__file__).parents[2] / "pyproject.toml"


def test_the_contracts_of_pyproject_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = use_cases.lint_imports(str(CONTRACTS), cache_dir=str(tmp_path), no_logo=True)
    assert kept, capsys.readouterr().out
