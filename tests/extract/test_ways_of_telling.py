"""How many ways of telling the lexicon knows: sentences of our own, each with the type of claim in it.

They were written before the rules were widened for them; a good tenth is not found still.
"""

from pathlib import Path

from kg.extract.pipeline import SpacyExtractor
from kg.extract.reader import read_article

SENTENCES = Path(__file__).parent / "cases" / "ways_of_telling.tsv"
HEAD = "Title: Rare earth export controls\nPublisher: Trade Wire\nDate: 2025-12-01\n\nThe magnets are small. "
LEAST = 0.85


def test_most_ways_of_telling_are_known(tmp_path: Path) -> None:
    rows = [line.split("\t") for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    articles = []
    for number, (_, sentence) in enumerate(rows):
        file = tmp_path / f"{number}.txt"
        file.write_text(f"{HEAD}{sentence}\n", encoding="utf-8")
        articles.append(read_article(file))
    found = [
        expected in {claim.type.value for claim in claims}
        for (expected, _), claims in zip(rows, SpacyExtractor().extract_all(articles), strict=True)
    ]
    print(f"\n{sum(found)} of {len(found)} sentences")
    assert sum(found) >= LEAST * len(found)
