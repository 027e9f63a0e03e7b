"""Stage 4: computed values in the place of what they need, and nothing else touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import pytest

from exgo_gql.loaders.planner.computed import Fill
from exgo_gql.loaders.planner.splice import splice


def size(items: list[Any]) -> int:
    return len(items)


def filling(of: Callable[..., Any]) -> Fill:
    """A filling that takes its needs as they come, and nothing of the request."""
    return lambda hole, _given: of(*hole[1:])


SUM = filling(lambda a, b: {"sum": a + b})


def test_a_page_without_computed_fields_is_left_as_it_is() -> None:
    page = b'{"text":["~0", 1]}'
    assert splice(page, (), {}) is page


def test_holes_are_filled_in_their_places() -> None:
    page = '{"品名":"a","x":["~0", 1, 2],"rows":[{"y":["~1", [1, [2, "]"]]]},{"y":["~1", []]}],"z":null}'
    answer = splice(page.encode(), (SUM, filling(size)), {})
    assert orjson.loads(answer) == {
        "品名": "a",
        "x": {"sum": 3},
        "rows": [{"y": 2}, {"y": 0}],
        "z": None,
    }


@pytest.mark.parametrize(
    "text",
    ['["~0", 1, 2]', '["~', '\\["~0"]', '"["~0", 1, 2]"', "~0", '\\"["~0", 1, 2]\\', "]", '["~0", "', "\\"],
)
def test_text_that_looks_like_a_hole_is_text(text: str) -> None:
    """What people write stands in JSON with its quotation marks escaped, outside of holes and inside."""
    shout = filling(lambda a: [a, "!"])
    page = b'{"before":%b,"x":["~0", %b],"list":["~0", %b, []],"after":%b}'
    written = orjson.dumps(text)
    both = filling(lambda a, b: [a, b])
    plain = page.replace(b'"list":["~0", %b, []],', b"") % ((written,) * 3)
    assert orjson.loads(splice(plain, (shout,), {})) == {"before": text, "x": [text, "!"], "after": text}
    nested = b'{"x":["~0", %b, {"k": [%b]}],"after":%b}' % ((written,) * 3)
    assert orjson.loads(splice(nested, (both,), {})) == {"x": [text, {"k": [text]}], "after": text}


def test_equal_needs_are_computed_once_a_page() -> None:
    asked = []
    once = filling(lambda a: asked.append(a) or a)
    page = b'[["~0", "DRAFT"],["~0", "DRAFT"],["~0", "FILED"],["~0", "DRAFT"]]'
    assert orjson.loads(splice(page, (once,), {})) == ["DRAFT", "DRAFT", "FILED", "DRAFT"]
    assert asked == ["DRAFT", "FILED"]
    splice(page, (once,), {})
    assert asked == ["DRAFT", "FILED"] * 2  # nothing is kept from one answer to the next (rule 5)


def test_the_request_gives_the_rest() -> None:
    def spell(hole: Sequence[Any], given: Mapping[str, Any]) -> str:
        return f"{hole[1]} {given['staff']}"

    assert splice(b'["~0", "41"]', (spell,), {"staff": True, "parts": 0}) == b'"41 True"'


def test_what_a_function_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        splice(b'["~0", 0]', (filling(lambda a: 1 / a),), {})
    with pytest.raises(TypeError):
        splice(b'["~0", 0, 1]', (filling(lambda a: a),), {})
    with pytest.raises(ValueError):
        splice(b'["~0", [1', (filling(lambda a: a),), {})
