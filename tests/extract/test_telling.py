"""Sentences that no frame fits: their type by their words, and what such claims are worth."""

from collections import Counter
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.claims.claim import ClaimType
from kg.claims.confidence import Credibility
from kg.extract.events import loosely
from kg.extract.events.learning import examples, learn, scored
from kg.extract.events.telling import Telling, features, telling
from kg.extract.grammar.model import parser
from kg.extract.pipeline import SpacyExtractor
from kg.extract.reading.reader import read_article

SENTENCES = Path(loosely.__file__).parent / "sentences"
HEAD = (
    "Title: Rare earth export controls\nPublisher: Trade Wire\nDate: 2025-12-01\n\nThe magnets are small.\n"
)


def test_the_words_of_a_sentence_tell_its_type() -> None:
    told = _likelihoods("The phone at its headquarters rang out.")
    assert max(told, key=told.__getitem__) is ClaimType.NO_COMMENT
    assert told[ClaimType.NO_COMMENT] > loosely.LEAST
    assert max(_likelihoods("Magnets turn electricity into motion.").values()) < loosely.LEAST


def _likelihoods(text: str) -> dict[ClaimType, float]:
    return dict(zip(telling().types, telling().likelihoods(features(parser()(text))), strict=True))


def test_the_clauses_of_a_sentence_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "clauses.txt"
    path.write_text(
        HEAD + "Kobalt AG has sent 200 workers home, and the phone at its headquarters rang out.\n",
        encoding="utf-8",
    )
    (claim,) = SpacyExtractor().extract(read_article(path))
    assert claim.type is ClaimType.PRODUCTION_HALT
    assert claim.quote is not None
    assert claim.quote.exact == "Kobalt AG has sent 200 workers home"


def test_what_is_told_by_words_alone_is_rated_doubtful_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "told.txt"
    path.write_text(
        HEAD + "The Democratic Republic of Congo shut its doors to cobalt exports in May.\n",
        encoding="utf-8",
    )
    (claim,) = SpacyExtractor().extract(read_article(path))
    assert claim.type is ClaimType.RESTRICTION_IMPOSED
    assert claim.assessment is not None
    assert claim.assessment.credibility >= Credibility.DOUBTFUL
    assert "by its words alone" in (claim.assessment.reason or "")


def test_weights_that_are_learned_are_those_that_are_read_back() -> None:
    told = list(examples(SENTENCES / "officials.tsv"))
    model = learn(told)
    assert Telling.parse(model.to_json()) == model
    telling_, taken, right = scored(model, told, 0.5)
    assert right > 0.9 * taken > 0.7 * telling_


def test_every_labelled_sentence_has_known_types() -> None:
    seen: Counter[str] = Counter()
    for table, number in zip(sorted(SENTENCES.glob("*.tsv")), count(1), strict=False):
        for line in table.read_text(encoding="utf-8").splitlines():
            types, sentence = line.split("\t")
            assert set(types.split("|")) <= {kind.value for kind in ClaimType} | {"none"}, sentence
            seen[f"{number}:{sentence}"] += 1
    assert len(seen) > 4000
    assert seen.most_common(1)[0][1] == 1


@given(st.dictionaries(st.text(max_size=8), st.integers(1, 9), max_size=9))
def test_any_features_have_a_likelihood_for_each_type(counts: dict[str, int]) -> None:
    likely = telling().likelihoods(Counter(counts))
    assert len(likely) == len(telling().types)
    assert all(0 <= value <= 1 for value in likely)


@pytest.mark.parametrize("text", ["", "{}", '{"types": ["nothing"], "bias": [], "weights": {}}'])
def test_what_holds_no_weights_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        Telling.parse(text)
