"""Clauses that stand side by side are each told; who says so is heard in any words for persons."""

import pytest

from kg.claims.claim import Claim
from kg.claims.source import SourceKind
from kg.extract.pipeline import SpacyExtractor
from kg.extract.reading.reader import article_of_text

HEADER = "Title: Export licenses\nPublisher: Trade Wire\nDate: 2025-12-01\n\nChina controls rare earths. "
EXTRACTOR = SpacyExtractor()


def extract(body: str) -> list[Claim]:
    return EXTRACTOR.extract(article_of_text(HEADER + body))


def test_what_three_clauses_count_is_three_claims() -> None:
    body = "Of 31 applications, 19 have been approved, eight are still undecided and four were refused."
    kinds = {claim.type.value for claim in extract(body)}
    assert {"license_granted", "license_pending", "license_denied"} <= kinds


@pytest.mark.parametrize(
    "body",
    [
        "In case Acme Metals receives an export license, it will ship magnets.",
        "Provided an export license is granted, the magnets can leave.",
        "As soon as Acme Metals receives an export license, it will ship magnets.",
    ],
)
def test_a_condition_grants_nothing(body: str) -> None:
    assert "license_granted" not in {claim.type.value for claim in extract(body)}


def test_a_denial_after_a_semicolon_leaves_what_was_learned() -> None:
    [claim] = [
        c
        for c in extract("We learned that a license was cancelled in May; the mill has not confirmed a date.")
        if c.type.value == "license_revoked"
    ]
    assert claim.polarity.value == "positive"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (
            "Acme Metals got its export license on May 3, says a freight agent in Ningbo.",
            SourceKind.ANONYMOUS,
        ),
        (
            "Spot gallium has doubled since May, according to price reporting agency Metalis.",
            SourceKind.ORGANIZATION,
        ),
        ("China granted Acme Metals an export license, according to its website.", SourceKind.DOCUMENT),
        ("A cooperative in Kolwezi says that it was refused an export license.", SourceKind.ORGANIZATION),
        ("The mill notified us that it had been granted an export license.", SourceKind.ORGANIZATION),
    ],
)
def test_who_says_so_is_heard(body: str, kind: SourceKind) -> None:
    told = [c for c in extract(body) if c.type.value.startswith(("license", "price"))]
    assert [c.attribution[0].kind for c in told] == [kind]
