"""Generated documents: the template of a skeleton answers as each of its texts does, or not at all."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from exgo_gql.extensions.documents import Documents
from exgo_gql.extensions.refusals import RequestRefused
from tests.extensions.things import LIMITS, SCHEMA, agrees

INT = st.one_of(st.integers(0, 9), st.sampled_from([100, 2**31 - 1, -(2**31)])).map(str)
BAD_INT = st.sampled_from(["-1", "101", "2147483648", "1e1", "00", "9" * 30, '"1"'])
TEXT = st.one_of(
    st.text(st.sampled_from('ab1 #"\\/{}$.\n\t文é\x01'), max_size=6).map(json.dumps),
    st.sampled_from(['"12.50"', '""', '"\\u00e9\\/"', '"#"', '"\t"', '"文"']),
)
BAD_TEXT = st.sampled_from(
    ['"\\u0000"', '"\\ud800"', '"\\q"', '"', '"\n"', '"\\u{41}"', "1", "null", "$v", '"""x"""']
)
AMOUNT = st.sampled_from(['"1"', '"12.50"', '"-0.5"', '"007"'])
GOOD = {
    "int": st.one_of(INT, st.just("-0")),
    "page": st.integers(0, 20).map(str),
    "float": st.sampled_from(["0.5", "-0.0", "1e3", "1E-3", "-12.25e+1"]),
    "id": TEXT,
    "text": TEXT,
    "amount": AMOUNT,
}
BAD = {
    "int": BAD_INT,
    "page": BAD_INT,
    "float": st.sampled_from(["1e999", '"1"', ".5", "1."]),
    "id": st.one_of(BAD_TEXT, st.sampled_from(["1.5", "9" * 30])),
    "text": BAD_TEXT,
    "amount": st.one_of(TEXT, st.just("1")),
}
FILTERS = st.recursive(
    st.sampled_from(
        [
            *(
                "text: @text@",
                "amount: @amount@",
                "ids: [@id@, @id@]",
                "ids: @id@",
                "size: @int@",
                "sort: OLD",
            ),
            *("grid: [[@int@], null, @int@]", "text: null", "text: $t", "ids: [@id@, $v]"),
        ]
    ),
    lambda inner: st.one_of(
        inner.map("and: [{{{0}}}, {{size: @int@}}]".format), inner.map("and: {{{0}}}".format)
    ),
    max_leaves=3,
)
ARGUMENTS = st.one_of(
    st.sampled_from(
        ["(int: @int@)", "(float: @float@)", "(id: @id@)", "(text: @text@)", "(amount: @amount@)"]
    ),
    st.sampled_from(
        [
            "",
            "(key: {id: @id@})",
            "(key:{sku:@text@})",
            "(id: @int@)",
            "(float: @int@)",
            "(id: $v)",
            '(int:@int@,text:"k1")',
        ]
    ),
    FILTERS.map("(filter: {{{0}}})".format),
)
SPACE = st.sampled_from([" ", ",", "\n", ' # "1 {\n', "\t", "\r\n"])
DIRECTIVE = st.sampled_from(["", "", " @include(if: true)", " @skip(if: false)"])
FIELD = st.tuples(
    st.sampled_from(["", "things(first: @page@) {", "... on Thing {", "... @include(if: true) {"]),
    ARGUMENTS,
    DIRECTIVE,
    SPACE,
)
ROOT = st.sampled_from(
    [
        *("thing(id: @id@)", "things(first: @page@)", "things(ids: [@id@ @id@])", "things(ids: @id@)"),
        *("things(first: @page@, last: @page@)", "page(first: @page@, filter: {text: @text@})"),
    ]
)


@st.composite
def shapes(draw: st.DrawFn) -> str:
    """A query with places for literals."""
    body = ""
    for root in range(draw(st.integers(1, 2))):
        fields = ""
        for index, (around, arguments, directive, space) in enumerate(
            draw(st.lists(FIELD, min_size=1, max_size=3))
        ):
            alias = f"x{index}: " if around.startswith("things") else ""
            said = f"a{index}: said{arguments}{directive}{space}"
            fields += f"{alias}{around} {said} }} " if around else said
        head = draw(ROOT)
        fields = f"nodes {{ {fields} }} totalCount" if head.startswith("page") else fields
        body += f"r{root}: {head} {{ {fields} }}{draw(SPACE)}"
    declared = ["$t: String = @text@"] if "$t" in body else []
    declared += [draw(st.sampled_from(["$v: ID!", "$v: ID! = @id@"]))] if "$v" in body else []
    heads = (
        f"query Q({', '.join(declared)}) " if declared else draw(st.sampled_from(["", "query ", "query Q "]))
    )
    return heads + "{ " + body + "}"


@st.composite
def families(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Texts of one shape: valid ones, and such with one literal that may be none."""
    shape = draw(shapes())
    places = len(re.findall("@([a-z]+)@", shape))

    def text(bad: int | None) -> str:
        at = iter(range(places))
        return re.sub("@([a-z]+)@", lambda kind: draw((BAD if next(at) == bad else GOOD)[kind[1]]), shape)

    return [text(None) for _ in range(3)], [text(draw(st.integers(0, max(places - 1, 0)))) for _ in range(2)]


def taught(texts: list[str]) -> Documents:
    documents = Documents(SCHEMA, LIMITS)
    for text in texts:
        try:
            documents.prepare(text)
        except RequestRefused:
            continue
    return documents


VARIABLES = st.sampled_from([{"v": "7"}, {"v": "x", "literal0": 8}, {"v": 9, "t": None}, {}, {"v": None}])


@settings(max_examples=150, deadline=None)
@given(families(), VARIABLES)
async def test_a_template_answers_as_the_text(
    texts: tuple[list[str], list[str]], variables: dict[str, Any]
) -> None:
    good, bad = texts
    documents = taught(good)
    for text in (*good, *bad):
        await agrees(documents, text, variables)


@settings(max_examples=150, deadline=None)
@given(
    families(),
    st.lists(
        st.tuples(
            st.integers(0, 400),
            st.integers(0, 1),
            st.sampled_from([*'"\\#{}()[]:$-1.e_a \n\r,\0\ud800文', "", '""', "null", "...", '\\"']),
        ),
        min_size=1,
        max_size=2,
    ),
)
async def test_a_damaged_text_is_answered_as_such(
    texts: tuple[list[str], list[str]], damages: list[tuple[int, int, str]]
) -> None:
    (first, second, text), _ = texts
    for place, length, put in damages:
        at = place % len(text)
        text = text[:at] + put + text[at + length :]
    await agrees(taught([first, second]), text, {"v": "7"})
