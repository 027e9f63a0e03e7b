"""The documented rules of the customs sandbox (CUS-1)."""

from __future__ import annotations

import pytest

from exgo_gql.domain.customs import sandbox_decision
from exgo_gql.domain.fields import REASON
from exgo_gql.domain.products import FILING_NO

ID = "01a20984-355d-73d1-abbc-cec3a952f9f4"


@pytest.mark.parametrize("number", ["SKU-1", "SKU-1-SLOW", "A-REJECT-1", "REJECT", "LOST", "A-reject"])
def test_anything_else_is_approved_under_a_number(number: str) -> None:
    decision = sandbox_decision(ID, number)
    assert decision is not None
    assert (decision.approved, decision.filing_no, decision.reason) == (True, "SB-CEC3A952F9F4", None)
    assert FILING_NO.check(decision.filing_no) is None


def test_the_suffix_reject_is_refused_with_a_reason() -> None:
    decision = sandbox_decision(ID, "SKU-1-REJECT")
    assert decision is not None
    assert (decision.approved, decision.filing_no) == (False, None)
    assert decision.reason is not None
    assert "-REJECT" in decision.reason
    assert REASON.check(decision.reason) is None


def test_the_suffix_lost_is_never_answered() -> None:
    assert sandbox_decision(ID, "SKU-1-LOST") is None
