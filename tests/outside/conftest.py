"""The real server with its demonstration, for every page that is opened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.serving import reachable_folder, serving


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """Where GraphiQL is."""
    with (
        reachable_folder() as folder,
        serving(folder, EXGO_DEMO="1", EXGO_SANDBOX_DELAY_MS="100") as program,
    ):
        yield str(program.http.base_url.join("/graphql"))
