"""How many ways of telling the lexicon knows: sentences of our own, each with the type of claim in it.

The first two lists were written before the rules were widened for them, and were then looked at (of the
second, .54 were found at first). The third, of idiomatic ones, no rule was made for: it is what a reader
may expect of a sentence in a lively manner.
"""

from pathlib import Path

import pytest

from kg.extract.pipeline import SpacyExtractor
from kg.extract.reading.reader import read_article

CASES = Path(__file__).parent / "cases"
HEAD = "Title: Rare earth export controls\nPublisher: Trade Wire\nDate: 2025-12-01\n\nThe magnets are small. "
LEAST = {"ways_of_telling": 0.85, "more_ways_of_telling": 0.78, "idiomatic_ways_of_telling": 0.44}


@pytest.mark.parametrize("name", LEAST)
def test_most_ways_of_telling_are_known(name: str, tmp_path: Path) -> None:
    rows = [line.split("\t") for line in (CASES / f"{name}.tsv").read_text(encoding="utf-8").splitlines()]
    articles = []
    for number, (_, sentence) in enumerate(rows):
        file = tmp_path / f"{number}.txt"
        file.write_text(f"{HEAD}{sentence}\n", encoding="utf-8")
        articles.append(read_article(file))
    found = [
        expected in {claim.type.value for claim in claims}
        for (expected, _), claims in zip(rows, SpacyExtractor().extract_all(articles), strict=True)
    ]
    print(f"\n{sum(found)} of {len(found)} sentences of {name}")
    assert sum(found) >= LEAST[name] * len(found)
