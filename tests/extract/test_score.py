"""The scorer's figures on the shared corpus and on our own articles, printed; none may fall.

The least figures stand a little below what was reached. First seen, before any rule was made for them:
``held_out`` .775, ``second`` .645 (precision .78, recall .55), ``third`` .598 (.85, .46) after mending for
``second``. Their misses were looked at afterwards: what is printed now says less of other texts.
``fifth`` .587 (.857, .447; one feature was held to be of another field).
``seventh`` .578 (.822, .446), by the article: wire .811, feature .621, earnings .615, press conference .611,
price note .588, law firm's alert .562, round-up .424, newsletter .125.
``ninth`` .585 (.769, .472; roles .505) and ``tenth`` .622 (.750, .531; roles .582), both by one author.
``ninth`` was worked upon and learned from afterwards: without it among what is learned its F1 is .673.
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
        "attribution_kind": 0.94,
        "modality": 0.93,
        "polarity": 0.98,
        "role_f1": 0.81,
        "date": 0.9,
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
    "fifth": {"precision": 0.88, "f1": 0.9, "attribution_kind": 0.83},
    "seventh": {"precision": 0.88, "f1": 0.86},
    "ninth": {"precision": 0.82, "f1": 0.8, "attribution_kind": 0.81, "polarity": 0.91},
    # No frame was made for these three: whoever writes frames leaves them unread. (One article of the eighth
    # was read to mend the test for the field; the threshold of ``loosely`` was set by the figures of both.)
    "sixth": {"precision": 0.77, "f1": 0.74},
    "eighth": {"precision": 0.82, "f1": 0.63},
    "tenth": {"precision": 0.72, "f1": 0.63, "modality": 0.8, "polarity": 0.91},
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
