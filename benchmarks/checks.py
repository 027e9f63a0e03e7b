"""Before anything is measured: all variants answer the same."""

from __future__ import annotations

from typing import Any

from benchmarks.pages import Page, without_computed
from benchmarks.peers import Peer

COMPARED = 5
"""Different variables that are compared per page."""


class Different(Exception):  # noqa: N818  # a sentence for the one who measures
    """Two variants answer differently, so their times say nothing."""


def check(page: Page, planner: Peer, loaders: Peer, floor: Peer, postgraphile: Peer | None) -> int:
    """Compare answers; gives the bytes of the planner's. Raises ``Different``."""
    for place in range(min(COMPARED, len(page.variables))):
        whole = _data(page, planner, place)
        _same(page, "loaders", whole, _data(page, loaders, place))
        _same(page, "floor", without_computed(whole), without_computed(_data(page, floor, place)))
        if postgraphile is not None:
            _same(page, "PostGraphile", _lengths(whole), _lengths(_data(page, postgraphile, place)))
    return len(str(whole).encode())


def _data(page: Page, peer: Peer, place: int) -> Any:
    answer = peer.ask(peer.bodies(page)[place])
    if "errors" in answer:
        raise Different(f"{page.name}: {peer.name} answers {str(answer['errors'])[:500]}")
    return answer["data"]


def _same(page: Page, name: str, one: Any, other: Any) -> None:
    if one != other:
        raise Different(f"{page.name}: the planner and {name} differ: {_where(one, other)}")


def _where(one: Any, other: Any, path: str = "") -> str:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return next(
            (_where(one[name], other[name], f"{path}.{name}") for name in one if one[name] != other[name]),
            path,
        )
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return next((_where(a, b, f"{path}[{i}]") for i, (a, b) in pairs if a != b), path)
    return f"{path}: {str(one)[:200]} and {str(other)[:200]}"


def _lengths(data: Any) -> dict[str, list[int]]:
    """How long the lists of an answer are, by name: what two schemas have in common."""
    found: dict[str, list[int]] = {}

    def walk(name: str, part: Any) -> None:
        if isinstance(part, list) and part and isinstance(part[0], dict):
            found.setdefault(name, []).append(len(part))
            for item in part:
                walk(name, item)
        elif isinstance(part, dict):
            for below, value in part.items():
                walk(name if below == "nodes" else below, value)

    walk("", without_computed(data))
    found.pop("asn", None)  # one ASN of an order: PostGraphile has to call it a list
    return found
