"""Makes the weights of ``telling`` from labelled sentences and from articles whose claims were made by hand.

    python -m kg.extract.events.learning SENTENCES.tsv|FOLDER ... [--out FILE] [--held FOLDER ...]

A line of a table is ``TYPE|TYPE<TAB>SENTENCE``, with ``none`` for a sentence that claims nothing. A
folder holds ``NAME.txt`` with ``NAME.gold.json``; a sentence there tells of the types whose quotes lie in it,
and so does each of its clauses. The articles are cut into lines and clauses as the extractor cuts them.
``--held`` are folders that are not learned from: how well the types of their sentences are told is
printed. Needs scikit-learn. The shipped weights are learned from ``sentences/*.tsv`` here and, in
tests/extract/articles, dev, held_out, second, third, fourth, fifth, seventh
and ninth.
"""

import argparse
import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from spacy.tokens import Span

from kg.claims.claim import ClaimType
from kg.extract.events.telling import WEIGHTS, Telling, features
from kg.extract.grammar.model import parser
from kg.extract.grammar.segments import Segment, segments
from kg.extract.reading.pieces import pieces, readable
from kg.extract.reading.reader import read_article

Example = tuple[Counter[str], frozenset[ClaimType]]
_WITHIN = 1 << 30
STRENGTH = 30.0
"""Inverse of the regularization, by the figures on sets held out."""


def examples(path: Path) -> Iterator[Example]:
    """The sentences of a table, or the sentences and clauses of a folder's articles."""
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
    for start, stop in pieces(article.text, article.body):
        doc = parser()(readable(article.text[start:stop]))
        for sentence in doc.sents:
            begin, end = start + sentence.start_char, start + sentence.end_char
            inside = [c for c in claims if 2 * _shared(c, begin, end) >= len(c["quote"]["exact"])]
            yield features(sentence), _types(inside)
            yield from _clauses(sentence, start, claims)


def _clauses(sentence: Span, start: int, claims: list[dict[str, Any]]) -> Iterator[Example]:
    """The clauses of a sentence, where it has several, each with the types of the claims that it tells."""
    clauses = segments(sentence)
    told: dict[int, list[dict[str, Any]]] = {clause.head.i: [] for clause in clauses}
    for claim in claims:
        fits = [(_fit(clause, start, claim), -n, clause.head.i) for n, clause in enumerate(clauses)]
        best = max(fits)
        if best[0] > 0:
            told[best[2]].append(claim)
    if len(clauses) > 1:
        for clause in clauses:
            yield features(clause.tokens), _types(told[clause.head.i])


def _fit(clause: Segment, start: int, claim: dict[str, Any]) -> int:
    """How many code points of a clause's words a quote covers; the first one mostly covered wins."""
    first: int = claim["quote"]["start"] - start
    last: int = claim["quote"]["end"] - start
    words = [t for t in clause.tokens if not t.is_punct]
    shared = sum(len(t) for t in words if first <= t.idx and t.idx + len(t) <= last)
    within = first <= clause.head.idx < last and 2 * shared >= sum(map(len, words))
    return _WITHIN if within else shared


def _shared(claim: dict[str, Any], begin: int, end: int) -> int:
    first, last = int(claim["quote"]["start"]), int(claim["quote"]["end"])
    return min(end, last) - max(begin, first)


def _types(claims: Iterable[dict[str, Any]]) -> frozenset[ClaimType]:
    return frozenset(ClaimType(claim["type"]) for claim in claims) - {ClaimType.OTHER}


def learn(told: Sequence[Example]) -> Telling:
    """The weights that tell the examples' types."""
    types = sorted({kind for _, kinds in told for kind in kinds})
    vectorizer = TfidfVectorizer(analyzer=Counter.elements, min_df=2, sublinear_tf=True)
    table = vectorizer.fit_transform([found for found, _ in told])
    truth = [[kind in kinds for kind in types] for _, kinds in told]
    model = OneVsRestClassifier(LogisticRegression(C=STRENGTH, solver="liblinear")).fit(table, truth)
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
    """How many types are told, how many are taken to be from a probability on, how many of these rightly."""
    telling = taken = right = 0
    for found, kinds in told:
        likely = zip(model.types, model.likelihoods(found), strict=True)
        taken_for = {kind for kind, value in likely if value >= least}
        telling += len(kinds)
        taken += len(taken_for)
        right += len(taken_for & kinds)
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
        for least in (0.2, 0.3, 0.4, 0.5):
            telling, taken, right = scored(model, held, least)
            print(f"{path.name}: of {telling} that tell, {taken} taken at {least}, {right} rightly")
    args.out.write_bytes(gzip.compress(model.to_json().encode(), mtime=0))
    print(f"{len(told)} sentences, {len(model.weights)} features: {args.out}")


if __name__ == "__main__":
    main()
