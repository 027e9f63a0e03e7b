"""``Accept``: which media type an answer has, as GraphQL over HTTP and RFC 9110 want it."""

from __future__ import annotations

import pytest

from exgo_gql.web.graphql.negotiation import Medium, negotiate

NEW = "application/graphql-response+json"
OLD = "application/json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "medium"),
    [
        ("", Medium.JSON),
        ("*/*", Medium.JSON),
        ("application/*", Medium.JSON),
        (OLD, Medium.JSON),
        (NEW, Medium.RESPONSE),
        (f"{NEW}, {OLD}", Medium.RESPONSE),
        (f"{OLD}, {NEW}", Medium.RESPONSE),
        (f"{NEW}, {OLD};q=0.9", Medium.RESPONSE),
        (f"{NEW};q=0.8, {OLD};q=0.9", Medium.JSON),
        (f"{OLD}, */*", Medium.JSON),
        (f"{NEW}, */*", Medium.RESPONSE),
        (f"{NEW};q=0.5, */*;q=0.6", Medium.JSON),
        (f"{NEW};q=0, */*", Medium.JSON),
        (f"{OLD};q=0, */*", Medium.RESPONSE),
        (f"{OLD};charset=utf-8;q=0.7", Medium.JSON),
        ("APPLICATION/JSON", Medium.JSON),
        ("application/json, text/plain, */*", Medium.JSON),
        (f"{NEW}, application/graphql+json, {OLD}, text/event-stream, multipart/mixed", Medium.RESPONSE),
        ("text/plain", None),
        ("image/*", None),
        (f"{OLD};q=0", None),
        ("*/*;q=0", None),
        (f"{OLD};q=2", None),
        (f"{OLD};q=nan", None),
        (f"{OLD};q=1.0001", None),
        ("json", None),
        (";q=1", None),
    ],
)
def test_what_programs_accept(accept: str, medium: Medium | None) -> None:
    for page in (True, False):
        assert negotiate([accept], page=page) is medium
        assert negotiate(accept.split(", "), page=page) is medium


def test_no_accept_at_all() -> None:
    assert negotiate([], page=True) is Medium.JSON


@pytest.mark.parametrize(
    ("accept", "with_page", "without"),
    [
        (BROWSER, Medium.PAGE, Medium.JSON),
        ("text/html", Medium.PAGE, None),
        ("text/*", Medium.PAGE, None),
        ("text/html;q=0.9, application/json;q=0.8", Medium.PAGE, Medium.JSON),
        ("text/html, application/json", Medium.JSON, Medium.JSON),
        ("text/html;q=0, */*", Medium.JSON, Medium.JSON),
    ],
)
def test_what_browsers_accept(accept: str, with_page: Medium | None, without: Medium | None) -> None:
    assert negotiate([accept], page=True) is with_page
    assert negotiate([accept], page=False) is without
