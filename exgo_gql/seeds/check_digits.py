"""Numbers with check characters, as the outside world makes them: credit codes of companies, barcodes."""

from __future__ import annotations

_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100-2015: no I, O, S, V, Z."""
_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(region: str, organisation: str) -> str:
    """The unified social credit code (统一社会信用代码) of a company: 91, region, organisation, check.

    ``region`` has six digits, ``organisation`` the first eight characters of the organisation code.
    """
    head = f"91{region}{organisation}{organisation_check(organisation)}"
    return head + credit_check(head)


def credit_check(head: str) -> str:
    """The 18th character of a credit code, from the 17 before it (GB 32100-2015)."""
    total = sum(_CREDIT.index(character) * pow(3, place, 31) for place, character in enumerate(head))
    return _CREDIT[-total % 31]


def organisation_check(head: str) -> str:
    """The ninth character of an organisation code, from the eight before it (GB 11714-1997)."""
    weighted = zip(head, _ORGANISATION_WEIGHTS, strict=True)
    rest = -sum(_ORGANISATION.index(character) * weight for character, weight in weighted) % 11
    return "X" if rest == 10 else str(rest)  # noqa: PLR2004  # the standard writes ten as X


def barcode(head: str) -> str:
    """An EAN-13 from its first twelve digits."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(head))
    return head + str(-total % 10)
