"""The license grants of the seed article, all ten, against the claims made by hand."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg.claims.claim import Claim

TAIL = [["publisher", "toutiao.com"], ["publisher", "en.ckhq.net"]]
REUTERS = ["organization", "Reuters"]


def grants(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [claim for claim in claims if claim["type"] == "license_granted"]


def tokens(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold())) - {"a", "an", "the"}


def overlaps(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """The scorer's rule: half of the shorter quote, a fifth of both."""
    a, b = one["quote"], other["quote"]
    both = max(0, min(a["end"], b["end"]) - max(a["start"], b["start"]))
    shorter = min(a["end"] - a["start"], b["end"] - b["start"])
    return both >= 0.5 * shorter and both >= 0.2 * (max(a["end"], b["end"]) - min(a["start"], b["start"]))


def place(claim: dict[str, Any]) -> str | None:
    text: str | None = claim["roles"].get("place", {}).get("text")
    return text


@pytest.fixture(scope="module")
def seed(corpus: Path, printed: Callable[[Path], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return printed(corpus / "seed.txt")


@pytest.fixture(scope="module")
def pairs(corpus: Path, seed: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    gold = grants(json.loads((corpus / "seed.gold.json").read_text(encoding="utf-8")))
    found = []
    for wanted in gold:
        fitting = [c for c in grants(seed) if overlaps(wanted, c) and place(c) == place(wanted)]
        assert fitting, f"no claim for {wanted['quote']['exact']!r}"
        found.append((wanted, fitting[0]))
    return found


def test_all_ten_grants_and_no_other(
    seed: list[dict[str, Any]], pairs: list[tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    assert len(pairs) == 10
    assert len(grants(seed)) == 10


def test_voices_modality_polarity_number_and_date(
    pairs: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    for gold, claim in pairs:
        quote = gold["quote"]["exact"]
        chain = [[v["kind"], v["name"], v["count"]] for v in claim["attribution"]]
        assert chain == [[v["kind"], v["name"], v["count"]] for v in gold["attribution"]], quote
        assert (claim["modality"], claim["polarity"]) == (gold["modality"], gold["polarity"]), quote
        got, wanted = claim["quantity"], gold["quantity"]
        assert (got and (got["value"], got["qualifier"])) == (
            wanted and (wanted["value"], wanted["qualifier"])
        )
        assert (claim["when"] and claim["when"]["edtf"]) == (gold["when"] and gold["when"]["edtf"]), quote


def test_roles_agree(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    for gold, claim in pairs:
        for role, mention in gold["roles"].items():
            a, b = tokens(mention["text"]), tokens(claim["roles"][role]["text"])
            assert len(a & b) / len(a | b) >= 0.5, (gold["quote"]["exact"], role)


def test_the_company_in_baotou_holds_a_license_for_volkswagen(seed: list[dict[str, Any]]) -> None:
    [claim] = [c for c in grants(seed) if c["when"]]
    quote = claim["quote"]["exact"]
    assert quote.startswith("a company in Baotou, which produces magnets")
    assert quote.endswith("received an export license for Volkswagen in late April")
    roles = {role: mention["text"] for role, mention in claim["roles"].items()}
    company = "a company in Baotou, which produces magnets for electric and hybrid vehicle motors"
    assert roles == {
        "authority": "China",
        "producer": company,
        "licensee": company,
        "customer": "Volkswagen",
        "product": "magnets",
        "place": "Baotou",
    }
    assert claim["when"]["edtf"] == "2025-04-21/2025-04-30"
    nearest, *others = claim["attribution"]
    assert (nearest["kind"], nearest["count"], nearest["text"]) == ("anonymous_sources", 3, "Three sources")
    assert [[v["kind"], v["name"]] for v in others] == [REUTERS, *TAIL]
    assert claim["assessment"]["reliability"] == "B"
    assert "Reuters" in claim["assessment"]["reason"]


def test_unnamed_firms_are_kept_apart(seed: list[dict[str, Any]]) -> None:
    firms = [(place(c), c["roles"]["licensee"]["id"]) for c in grants(seed) if place(c)]
    assert sorted(town for town, _ in firms if town) == ["Anhui", "Baotou", "Baotou", "Beijing"]
    assert len({key for _, key in firms}) == 4


def test_every_claim_is_read_back_and_quoted_verbatim(corpus: Path, seed: list[dict[str, Any]]) -> None:
    text = (corpus / "seed.txt").read_bytes().decode("utf-8")
    for data in seed:
        claim = Claim.model_validate(data)
        assert claim.quote is not None
        assert text[claim.quote.start : claim.quote.end] == claim.quote.exact
        assert text[: claim.quote.start].endswith(claim.quote.prefix or "")
        assert claim.quote_verified
        assert claim.agent is not None
        assert claim.agent.name == "lodestone-spacy"
