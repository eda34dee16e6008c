from pathlib import Path

import pytest

from kg.extract.batch import FEW, extract_files
from kg.extract.pipeline import SpacyExtractor, extract_file

ARTICLES = sorted((Path(__file__).parent / "articles").glob("*/*.txt"))
GERMAN = (
    "Titel\n\nDie Ausfuhr von Magneten aus China stockt weiter, sagen Händler. Mehrere "
    "Hersteller warten seit Wochen auf eine Genehmigung des Handelsministeriums, und die Lager "
    "der Autobauer leeren sich zusehends. "
)


@pytest.mark.parametrize("processes", [1, 2])
def test_files_together_claim_what_each_claims_alone_in_order(tmp_path: Path, processes: int) -> None:
    paths = [*ARTICLES, tmp_path / "german.txt", *ARTICLES[:1]]
    paths[-2].write_text(GERMAN, encoding="utf-8")
    assert len(paths) > FEW
    done = list(extract_files(paths, processes=processes))
    assert [d.path for d in done] == paths
    problem = done[-2].problem
    assert problem is not None
    assert "another language (de)" in str(problem)
    for path, found in zip(ARTICLES, done, strict=False):
        [(article, claims)] = found.articles
        assert (article, claims) == extract_file(path)


def test_another_extractor_reads_one_by_one() -> None:
    [done] = extract_files(ARTICLES[:1], extractor=SpacyExtractor(version="test"))
    [(_, claims)] = done.articles
    assert claims
    assert {claim.agent.version for claim in claims if claim.agent} == {"test"}
