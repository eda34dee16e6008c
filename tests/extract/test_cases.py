"""Articles written for this project, with claims made by hand before the rules were tuned."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases"
ARTICLES = sorted(p for p in CASES.iterdir() if p.suffix in (".txt", ".md"))

Printed = Callable[[Path], list[dict[str, Any]]]


def summary(claim: dict[str, Any]) -> dict[str, Any]:
    amount = claim["quantity"]
    return {
        "type": claim["type"],
        "quote": claim["quote"]["exact"],
        "roles": {
            role: re.sub(r"^(?:the|The) ", "", mention["text"]) for role, mention in claim["roles"].items()
        },
        "quantity": [amount["value"], amount["qualifier"]] if amount else None,
        "edtf": claim["when"]["edtf"] if claim["when"] else None,
        "voices": [[v["kind"], v["name"], v["count"]] for v in claim["attribution"]],
        "modality": claim["modality"],
        "polarity": claim["polarity"],
    }


@pytest.mark.parametrize("article", ARTICLES, ids=lambda p: p.stem)
def test_claims_are_those_made_by_hand(article: Path, printed: Printed) -> None:
    expected = json.loads((CASES / f"{article.stem}.expected.json").read_text(encoding="utf-8"))
    assert [summary(claim) for claim in printed(article)] == expected


def test_there_are_cases() -> None:
    assert len(ARTICLES) >= 3
