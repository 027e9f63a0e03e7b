"""Documentation that is made, or can be checked, is right."""

from __future__ import annotations

import re
from pathlib import Path

from exgo_gql.domain.diagrams import page
from exgo_gql.settings import Settings

ROOT = Path(__file__).parents[2]


def test_the_page_of_states_is_the_tables() -> None:
    assert (ROOT / "docs" / "states.md").read_text(encoding="utf-8") == page()


def test_the_readme_lists_every_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"`EXGO_(\w+)`", readme))
    assert {name.upper() for name in Settings.model_fields} <= listed


def test_links_of_the_documentation_lead_somewhere() -> None:
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
