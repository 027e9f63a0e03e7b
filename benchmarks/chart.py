"""A bar chart as SVG, written out by hand: four groups of bars need no library. Readable in light and dark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .small { font-size: 11px; fill: #57606a }
  .axis { stroke: #d0d7de }
  .floor { fill: #8c959f } .planner { fill: #0969da } .postgraphile { fill: #bf8700 } .loaders { fill: #cf222e }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 } .axis { stroke: #3d444d }
    .floor { fill: #6e7681 } .planner { fill: #4493f8 } .postgraphile { fill: #d29922 } .loaders { fill: #f85149 }
  }
"""
_NAMES = {
    "floor": "one statement, no GraphQL",
    "planner": "planner",
    "postgraphile": "PostGraphile 5",
    "loaders": "batch loaders",
}
_LEFT, _WIDE, _BAR, _GAP, _TOP = 70, 560, 16, 22, 64


def chart(pages: Mapping[str, Mapping[str, Any]]) -> str:
    """Requests per second of each page, as a share of the floor's."""
    parts, y = [], _TOP
    for name, page in pages.items():
        rates, shares = page["requests_per_second"], page["vs_floor"]
        variants = [variant for variant in _NAMES if variant in rates]
        middle = y + len(variants) * _BAR / 2 + 4
        parts.append(f'<text x="{_LEFT - 10}" y="{middle:g}" text-anchor="end">{name}</text>')
        for variant in variants:
            share = shares[variant]
            wide = max(1.0, share * _WIDE)
            parts.append(
                f'<rect class="{variant}" x="{_LEFT}" y="{y}" width="{wide:.1f}" height="{_BAR - 3}"/>'
                f'<text class="small" x="{_LEFT + wide + 6:.1f}" y="{y + 10}">'
                f"{share:.2f} · {rates[variant]:.0f}/s</text>"
            )
            y += _BAR
        y += _GAP
    legend, x = [], _LEFT
    for variant, said in _NAMES.items():
        legend.append(f'<rect class="{variant}" x="{x}" y="32" width="11" height="11"/>')
        legend.append(f'<text class="small" x="{x + 16}" y="42">{said}</text>')
        x += 40 + 7 * len(said)
    wide, high = _LEFT + _WIDE + 110, y
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img">',
            "<title>Requests per second by page</title>",
            f"<style>{_STYLE}</style>",
            f'<text x="{_LEFT}" y="18">Requests per second with 32 connections, as a share of the floor</text>',
            *legend,
            f'<path class="axis" d="M{_LEFT} {_TOP - 6}V{high - _GAP + 4}"/>',
            *parts,
            "</svg>\n",
        )
    )
