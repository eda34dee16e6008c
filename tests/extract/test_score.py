"""The scorer's figures on the shared corpus and on our own articles, printed; none may fall.

The least figures stand a little below what was reached. First seen, before any rule was made for them:
``held_out`` .775, ``second`` .645 (precision .78, recall .55), ``third`` .598 (.85, .46) after mending for
``second``. Their misses were looked at afterwards: what is printed now says less of other texts.
``fifth`` .587 (.857, .447; one feature was held to be of another field).
``seventh`` .578 (.822, .446), by the article: wire .811, feature .621, earnings .615, press conference .611,
price note .588, law firm's alert .562, round-up .424, newsletter .125.
``ninth`` .585 (.769, .472; roles .505) and ``tenth`` .622 (.750, .531; roles .582), both by one author.
``ninth`` was worked upon and learned from afterwards: without it among what is learned its F1 is .673.
``eleventh`` .777 (.853, .713; roles .601, attribution .878, modality .878, polarity .950, dates .831), by an
author of its own (with the code of the day before: .774, roles .591, attribution .803, modality .839).
``twelfth`` .679 (.812, .584; roles .570, attribution .898, modality .972, polarity 1.0, dates .811), by an
author of its own (with the code of the day before: .675); by the article: statement .757, wire .750,
daily .732, brief .700, feature .686, market note .667, notice .585, weekly .571.
``thirteenth`` .698 (.766, .642; roles .587, attribution .847, modality .964, polarity .964, dates .731), by
an author of its own who knew no rule; with participants chosen among all that was spoken of, roles .596.
``fourth``, two plain articles by an author who knew the rules: 1.0 at once.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ARTICLES = Path(__file__).parent / "articles"
LEAST = {
    "corpus": {
        "precision": 0.88,
        "f1": 0.86,
        "attribution_kind": 0.96,
        "modality": 0.96,
        "polarity": 0.98,
        "role_f1": 0.85,
        "date": 0.94,
    },
    "dev": {
        "precision": 0.92,
        "f1": 0.88,
        "attribution_kind": 0.91,
        "modality": 0.92,
        "polarity": 0.97,
        "role_f1": 0.75,
        "date": 0.86,
    },
    "held_out": {"precision": 0.89, "f1": 0.88, "attribution_kind": 0.86, "polarity": 0.95},
    "second": {"precision": 0.82, "f1": 0.85, "attribution_kind": 0.9, "polarity": 0.93},
    "third": {"precision": 0.85, "f1": 0.78},
    "fourth": {"precision": 0.9, "f1": 0.9, "attribution_kind": 0.85},
    "fifth": {"precision": 0.88, "f1": 0.9, "attribution_kind": 0.93, "role_f1": 0.6},
    "seventh": {"precision": 0.88, "f1": 0.88, "attribution_kind": 0.86, "role_f1": 0.6},
    "ninth": {"precision": 0.82, "f1": 0.8, "attribution_kind": 0.81, "polarity": 0.91},
    # No sentence of these two is learned from, and no frame was made for them; their misses of roles,
    # attribution and dates have been looked at, and the threshold of ``loosely`` was set by their figures.
    "sixth": {"precision": 0.79, "f1": 0.76, "attribution_kind": 0.87, "modality": 0.9, "role_f1": 0.6},
    "eighth": {"precision": 0.82, "f1": 0.63, "attribution_kind": 0.86},
    # The misses of these two were looked at after their first figures were noted; no word is learned.
    "tenth": {
        "precision": 0.72,
        "f1": 0.64,
        "attribution_kind": 0.83,
        "modality": 0.86,
        "polarity": 0.91,
        "role_f1": 0.57,
        "date": 0.77,
    },
    "eleventh": {
        "precision": 0.84,
        "f1": 0.77,
        "attribution_kind": 0.91,
        "modality": 0.89,
        "polarity": 0.94,
        "role_f1": 0.58,
        "date": 0.81,
    },
    # Nobody who works on the extractor reads these two.
    "twelfth": {
        "precision": 0.79,
        "f1": 0.66,
        "attribution_kind": 0.88,
        "modality": 0.95,
        "polarity": 0.98,
        "role_f1": 0.58,
        "date": 0.79,
    },
    "thirteenth": {
        "precision": 0.75,
        "f1": 0.68,
        "attribution_kind": 0.83,
        "modality": 0.94,
        "polarity": 0.94,
        "role_f1": 0.58,
        "date": 0.71,
    },
}
Printed = Callable[[Path], list[dict[str, Any]]]


@pytest.mark.parametrize("name", sorted(LEAST))
def test_figures_do_not_fall(
    name: str,
    corpus: Path,
    shared: Path,
    printed: Printed,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    folder = corpus if name == "corpus" else ARTICLES / name
    for article in sorted(folder.glob("*.txt")):
        (tmp_path / f"{article.stem}.json").write_text(json.dumps(printed(article)), encoding="utf-8")
    scorer = shared / "tools" / "score_extraction.py"
    done = subprocess.run(
        [sys.executable, scorer, "--gold", folder, "--predicted", tmp_path],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    table, _, totals = done.stdout.rstrip().rpartition("\n")
    record_property("figures", f"{name}\n{table}\n{totals}")
    figures = json.loads(totals)
    assert figures["counts"]["quotes_not_found"] == figures["counts"]["offset_errors"] == 0
    low = {k: (figures[k], least) for k, least in LEAST[name].items() if figures[k] < least}
    assert low == {}


@pytest.mark.parametrize("article", sorted((ARTICLES / "distractors").glob("*.txt")), ids=lambda p: p.stem)
def test_an_article_about_something_else_claims_nothing(article: Path, printed: Printed) -> None:
    assert printed(article) == []
