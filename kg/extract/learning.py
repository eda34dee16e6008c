"""Makes the weights of ``choosing`` from articles whose claims were made by hand.

    python -m kg.extract.learning FOLDER ... [--out FILE]

A folder holds ``NAME.txt`` with ``NAME.gold.json``. What the extractor finds there is paired with the claims
made by hand; a participant is right if it shares half of its words with the one of the same role there.
Needs scikit-learn. The shipped weights are learned from the sets ``dev``, ``held_out`` and ``second``
to ``tenth`` of tests/extract/articles; the others judged them.
"""

import argparse
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from kg.claims.claim import Mention, Quote, RoleName
from kg.extract.pipeline import SpacyExtractor
from kg.extract.reading.reader import read_article
from kg.extract.roles.choosing import PLAYS, WEIGHTS, Choosing, Features, Scene

STRENGTH = 1.5
"""Inverse of the regularization, by the figures on sets left out of learning."""
_LEAST = 0.05
_WORD = re.compile(r"\w+(?:[.,]\d+)*")
_OF_SHORTER, _OF_UNION = 0.5, 0.2


@dataclass(frozen=True)
class Seen:
    """A claim of the extractor: where it stands, who takes part by the rules, and who might."""

    type: str
    quote: Quote
    roles: dict[RoleName, Mention]
    candidates: Mapping[RoleName, Sequence[tuple[str, Features]]]


class Recording(Choosing):
    """Chooses nobody, and notes for each claim who might be chosen."""

    seen: list[Seen] = []  # noqa: RUF012 - one list for all articles: the learner empties it

    def completed(self, scene: Scene) -> dict[RoleName, Mention]:
        """The participants as they are."""
        players = {kinds: list(self.players(kinds, scene)) for kinds in set(PLAYS.values())}
        candidates = {
            role: [
                (player.mention.text, {**scene.about, **features, **self.history(role, player, scene)})
                for player, features in players[kinds]
            ]
            for role, kinds in PLAYS.items()
            if role not in scene.roles
        }
        self.seen.append(Seen(scene.event.type.value, scene.quote, scene.roles, candidates))
        self.note(scene.roles)
        return scene.roles


def paired(folder: Path) -> Iterator[tuple[Seen, dict[str, str]]]:
    """What the extractor finds in the articles of a folder, with the roles of the same claim by hand."""
    extractor = SpacyExtractor(choosing=Recording)
    for path in sorted(folder.glob("*.gold.json")):
        raw = path.read_text(encoding="utf-8")
        claims = json.loads(raw) if raw.lstrip().startswith("[") else list(map(json.loads, raw.splitlines()))
        Recording.seen.clear()
        extractor.extract(read_article(path.with_name(path.name.replace(".gold.json", ".txt"))))
        for seen in Recording.seen:
            fits = [
                (_overlap(seen.quote, c["quote"]), n) for n, c in enumerate(claims) if c["type"] == seen.type
            ]
            share, number = max(fits, default=(0.0, 0))
            if share > 0:
                yield seen, {role: mention["text"] for role, mention in claims[number]["roles"].items()}


def _overlap(ours: Quote, theirs: dict[str, Any]) -> float:
    """What two quotes share of their union; 0 where it is too little for them to state the same."""
    first, last = ours.start or 0, ours.end or 0
    shared = min(last, theirs["end"]) - max(first, theirs["start"])
    union = max(last, theirs["end"]) - min(first, theirs["start"])
    shorter = min(last - first, theirs["end"] - theirs["start"])
    return shared / union if shared >= _OF_SHORTER * shorter and shared >= _OF_UNION * union else 0.0


def is_same(words: str, others: str | None) -> bool:
    """Whether two wordings share half of their words."""
    one, other = (
        set(_WORD.findall((text or "").casefold())) - {"a", "an", "the"} for text in (words, others)
    )
    return bool(one and other) and 2 * len(one & other) >= len(one | other)


def learned(told: Sequence[tuple[Features, bool]]) -> dict[str, float]:
    """The weights that tell what is right."""
    table = DictVectorizer()
    model = LogisticRegression(C=STRENGTH, solver="liblinear", fit_intercept=False)
    rows = table.fit_transform([features for features, _ in told])
    rows.indices, rows.indptr = rows.indices.astype(np.int32), rows.indptr.astype(np.int32)
    model.fit(rows, [right for _, right in told])
    names = zip(table.get_feature_names_out(), model.coef_[0], strict=True)
    return {name: weight for name, one in names if abs(weight := round(float(one), 2)) >= _LEAST}


def weights(pairs: Sequence[tuple[Seen, dict[str, str]]]) -> Iterator[tuple[RoleName, str, float]]:
    """Lines of the table."""
    for role in PLAYS:
        told = [
            (features, is_same(words, gold.get(role)))
            for seen, gold in pairs
            for words, features in seen.candidates.get(role, ())
        ]
        types = {f"type {seen.type}" for seen, gold in pairs if role not in seen.roles and role in gold}
        found = learned(told)
        for feature, weight in sorted((dict.fromkeys(types, 0.0) | found).items()):
            if feature in types or not feature.startswith("type "):
                yield role, feature, weight


def main() -> None:
    """Learns and writes the weights."""
    known = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known.add_argument("folders", nargs="+", type=Path)
    known.add_argument("--out", type=Path, default=Path(__file__).parent / "roles" / WEIGHTS)
    args = known.parse_args()
    pairs = [pair for folder in args.folders for pair in paired(folder)]
    lines = [f"{role}\t{feature}\t{weight}\n" for role, feature, weight in weights(pairs)]
    args.out.write_text("".join(lines), encoding="utf-8")
    print(f"{len(pairs)} claims, {len(lines)} weights: {args.out}")


if __name__ == "__main__":
    main()
