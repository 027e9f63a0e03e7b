"""The cache of documents: bounded by weight, and not emptied by keys that come once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exgo_gql.loaders.recent import Recent


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefghij"), st.one_of(st.none(), st.integers(min_value=0, max_value=12))
        ),
        max_size=200,
    )
)
def test_recent_keeps_within_its_weight_and_never_lies(steps: list[tuple[str, int | None]]) -> None:
    recent: Recent[int] = Recent(10)
    written: dict[str, int] = {}
    for key, weight in steps:
        if weight is None:
            assert recent.get(key) in (None, written.get(key))
        else:
            written[key] = weight
            recent.put(key, weight, weight)
        held = [key for key in "abcdefghij" if key in recent._probation or key in recent._protected]
        assert recent.weight == sum(written[key] for key in held) <= 10
        assert recent._protected_weight == sum(written[key] for key in recent._protected) <= 10
        assert len(recent) == len(held)


def test_recent_forgets_the_least_recently_used() -> None:
    recent: Recent[str] = Recent(3)
    for key in "abc":
        recent.put(key, key, 1)
    assert recent.get("a") == "a"
    recent.put("d", "d", 1)
    assert [recent.get(key) for key in "abcd"] == ["a", None, "c", "d"]
    recent.put("huge", "huge", 4)
    assert recent.get("huge") is None
    assert len(recent) == 3
