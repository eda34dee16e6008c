"""Makes the weights of ``telling`` from labelled sentences and from articles whose claims were made by hand.

    python -m kg.extract.events.learning SENTENCES.tsv|FOLDER ... [--out FILE] [--held FOLDER ...]

A line of a table is ``TYPE|TYPE<TAB>SENTENCE``, with ``none`` for a sentence that claims nothing. A
folder holds ``NAME.txt`` with ``NAME.gold.json``; a sentence there tells of the types whose quotes lie in it.
``--held`` are folders that are not learned from: how well the types of their sentences are told is
printed. Needs scikit-learn. The shipped weights are learned from ``sentences/*.tsv`` here and, in
tests/extract/articles, dev, held_out, second, third, fourth, fifth and seventh.
"""

import argparse
import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from kg.claims.claim import ClaimType
from kg.extract.events.telling import WEIGHTS, Telling, features
from kg.extract.grammar.model import parser
from kg.extract.reading.reader import read_article

Example = tuple[Counter[str], frozenset[ClaimType]]
STRENGTH = 30.0
"""Inverse of the regularization, by the figures on sets held out."""


def examples(path: Path) -> Iterator[Example]:
    """The sentences of a table, or of a folder's articles."""
    if path.is_dir():
        for gold in sorted(path.glob("*.gold.json")):
            yield from _article(gold)
        return
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    for (types, _), doc in zip(rows, parser().pipe(text for _, text in rows), strict=True):
        yield features(doc[:]), frozenset(ClaimType(kind) for kind in types.split("|") if kind != "none")


def _article(gold: Path) -> Iterator[Example]:
    article = read_article(
        next(p for p in gold.parent.glob(gold.name.removesuffix("gold.json") + "*") if p != gold)
    )
    raw = gold.read_text(encoding="utf-8")
    claims = json.loads(raw) if raw.lstrip().startswith("[") else list(map(json.loads, raw.splitlines()))
    start = article.body
    for line in article.text[start:].splitlines(keepends=True):
        for sentence in parser()(line.strip() and line).sents:
            begin, end = start + sentence.start_char, start + sentence.end_char
            types = {
                ClaimType(claim["type"])
                for claim in claims
                if 2 * (min(end, claim["quote"]["end"]) - max(begin, claim["quote"]["start"]))
                >= claim["quote"]["end"] - claim["quote"]["start"]
            }
            if sentence.text.strip():
                yield features(sentence), frozenset(types - {ClaimType.OTHER})
        start += len(line)


def learn(told: Sequence[Example]) -> Telling:
    """The weights that tell the examples' types."""
    types = sorted({kind for _, kinds in told for kind in kinds})
    vectorizer = TfidfVectorizer(analyzer=Counter.elements, min_df=2, sublinear_tf=True)
    table = vectorizer.fit_transform([found for found, _ in told])
    truth = [[kind in kinds for kind in types] for _, kinds in told]
    model = OneVsRestClassifier(LogisticRegression(C=STRENGTH, max_iter=1000)).fit(table, truth)
    weights = {
        feature: (
            round(float(vectorizer.idf_[column]), 3),
            tuple(
                (number, weight)
                for number, one in enumerate(model.estimators_)
                if (weight := round(float(one.coef_[0, column]), 2))
            ),
        )
        for feature, column in vectorizer.vocabulary_.items()
    }
    return Telling(tuple(types), tuple(round(float(m.intercept_[0]), 3) for m in model.estimators_), weights)


def scored(model: Telling, told: Iterable[Example], least: float) -> tuple[int, int, int]:
    """How many sentences tell of something, how many are taken to from a probability on, how many rightly."""
    telling = taken = right = 0
    for found, kinds in told:
        kind, likely = model.likeliest(found)
        telling += bool(kinds)
        taken += likely >= least
        right += likely >= least and kind in kinds
    return telling, taken, right


def main() -> None:
    """Learns, prints how well what was held out is told, and writes the weights."""
    known = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known.add_argument("examples", nargs="+", type=Path)
    known.add_argument("--held", nargs="*", type=Path, default=[])
    known.add_argument("--out", type=Path, default=Path(__file__).with_name(WEIGHTS))
    args = known.parse_args()
    told = [example for path in args.examples for example in examples(path)]
    random.Random(0).shuffle(told)  # noqa: S311 - an order, no secret
    model = learn(told)
    for path in args.held:
        held = list(examples(path))
        for least in (0.3, 0.4, 0.5, 0.6, 0.7):
            telling, taken, right = scored(model, held, least)
            print(f"{path.name}: of {telling} that tell, {taken} taken at {least}, {right} rightly")
    args.out.write_bytes(gzip.compress(model.to_json().encode(), mtime=0))
    print(f"{len(told)} sentences, {len(model.weights)} features: {args.out}")


if __name__ == "__main__":
    main()
