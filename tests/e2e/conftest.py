"""A folder where the demonstration has been served once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.serving import processes_of, reachable_folder, serving


@dataclass(frozen=True)
class Demonstration:
    """Where it is, and what its first start said."""

    folder: Path
    said: str
    left: list[str]


@pytest.fixture(scope="session")
def demonstration() -> Iterator[Demonstration]:
    """Served from nothing, and stopped in order. Its path is too long for a socket, which is put elsewhere."""
    with reachable_folder("a folder" * 10) as folder:
        with serving(folder, EXGO_DEMO="1") as program:
            said = program.said
            assert program.end() == 0
        yield Demonstration(folder, said, processes_of(folder))
