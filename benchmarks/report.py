"""What a run says: a table for people, JSON for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from typing import Any

_COLUMNS = (
    ("page", 8),
    ("planner/floor", 14),
    ("loaders/floor", 14),
    ("planner/PostGraphile a core", 28),
    ("p50 planner/floor", 18),
    ("statements", 11),
    ("requests/s", 11),
    ("CPU ms", 7),
)


def machine() -> dict[str, Any]:
    """What it ran on: ratios travel, times do not."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def table(pages: Mapping[str, Mapping[str, Any]]) -> str:
    """The figures of the pages, a line each."""
    lines = ["  ".join(f"{name:>{width}}" for name, width in _COLUMNS)]
    for name, page in pages.items():
        per_core = page["planner_vs_postgraphile_per_core"]
        cells = (
            name,
            f"{page['planner_vs_floor']:.2f}",
            f"{page['loaders_vs_floor']:.3f}",
            "–" if per_core is None else f"{per_core:.1f}",
            f"{page['planner_vs_floor_p50']:.2f}",
            str(page["statements"]) + ("" if page["execution"] == "planned" else " loaded"),
            f"{page['requests_per_second']['planner']:.0f}",
            f"{page['server_cpu_ms']['planner']:.2f}",
        )
        lines.append("  ".join(f"{cell:>{width}}" for cell, (_, width) in zip(cells, _COLUMNS, strict=True)))
    return "\n".join(lines)


_BESIDE = {
    "rows_5_to_80": "server CPU from 5 to 80 rows a list: {:.2f} ×",
    "rows_5_to_80_computed": "the same with computed fields in each row: {:.2f} ×",
    "literals_vs_variables": "documents that differ in literals, against one with variables: {:.2f} ×",
    "literals_texts": "different texts sent: {:.0f}",
    "literals_memory_mib": "memory that they left: {:.1f} MiB",
    "loaders_vs_strawberry": "the loaders against plain Strawberry: {:.2f} ×",
    "loaders_statements": "statements of the loaders' page: {:.0f}",
}


def beside(figures: Mapping[str, Any]) -> str:
    """The other figures, a line each."""
    return "\n".join(said.format(figures[name]) for name, said in _BESIDE.items() if name in figures)
