"""The CSV files of ``seeds/data``: they travel with the package."""

from __future__ import annotations

import csv
from importlib.resources import files


def read(name: str) -> list[dict[str, str]]:
    """The rows of one file, by the names in its first line."""
    text = (files("exgo_gql.seeds") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
