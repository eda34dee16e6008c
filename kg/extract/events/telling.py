"""What a sentence or clause tells of, by its words: for clauses that no frame of the lexicon knows.

A logistic regression for each type of claim over words, neighbours, and words with their heads in the
parse, weighted as in TF-IDF. Names and numbers stand for their kind. ``learning`` makes the weights.
"""

import gzip
import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from spacy.tokens import Token

from kg.claims.claim import ClaimType

WEIGHTS = "telling.json.gz"
_NAMES = frozenset({"ORG", "GPE", "PERSON", "NORP", "LOC", "FAC", "PRODUCT"})
_NUMBERS = frozenset({"DATE", "CARDINAL", "ORDINAL", "PERCENT", "MONEY", "QUANTITY", "TIME"})
_LEAST_KNOWN = 3
_MOST = 0.6
_FORMAL = frozenset({"det", "case"})


def features(words: Iterable[Token]) -> Counter[str]:
    """How often each word, each pair of neighbours, and each word below its head stands in a stretch."""
    tokens = [token for token in words if not (token.is_space or token.is_punct)]
    named = [_word(token) for token in tokens]
    found: list[str] = []
    for word in named:
        if not (found and found[-1] == word and word.startswith("<")):
            found.append(word)
    pairs = (f"{a} {b}" for a, b in pairwise(found))
    below = (
        f"{_word(token.head)} > {word}"
        for token, word in zip(tokens, named, strict=True)
        if token.dep_ not in _FORMAL
    )
    return Counter([*found, *pairs, *below])


def _word(token: Token) -> str:
    kind = token.ent_type_
    if kind in _NAMES or kind in _NUMBERS:
        return f"<{kind}>"
    return "<CARDINAL>" if token.pos_ == "NUM" else token.lemma_.lower()


@dataclass(frozen=True)
class Telling:
    """Learned weights."""

    types: tuple[ClaimType, ...]
    bias: tuple[float, ...]
    weights: dict[str, tuple[float, tuple[tuple[int, float], ...]]]
    """For each feature its inverse document frequency, and its weights by the number of a type."""

    @classmethod
    def parse(cls, text: str) -> "Telling":
        """Reads what ``to_json`` wrote. Raises ``ValueError`` or ``KeyError`` where it is something else."""
        data = json.loads(text)
        weights = {
            feature: (rarity, tuple(zip(numbers[::2], numbers[1::2], strict=True)))
            for feature, (rarity, *numbers) in data["weights"].items()
        }
        return cls(tuple(map(ClaimType, data["types"])), tuple(data["bias"]), weights)

    def to_json(self) -> str:
        """The weights, one feature a line."""
        lines = (
            json.dumps(feature, ensure_ascii=False)
            + ": "
            + json.dumps([rarity, *(number for pair in pairs for number in pair)])
            for feature, (rarity, pairs) in sorted(self.weights.items())
        )
        types = json.dumps([kind.value for kind in self.types])
        return (
            f'{{"types": {types},\n"bias": {json.dumps(self.bias)},\n"weights": {{\n'
            + ",\n".join(lines)
            + "\n}}\n"
        )

    def reads(self, counts: Counter[str]) -> bool:
        """Whether enough of a sentence's words are known to judge by them."""
        single = [f for f in counts if " " not in f and not f.startswith("<")]
        known = sum(f in self.weights for f in single)
        return known >= _LEAST_KNOWN and known >= _MOST * len(single)

    def likelihoods(self, counts: Counter[str]) -> list[float]:
        """How likely a stretch with these features tells of each of the types, in their order."""
        known = [(self.weights[f], n) for f, n in counts.items() if f in self.weights]
        values = [(1 + math.log(n)) * rarity for (rarity, _), n in known]
        norm = math.sqrt(sum(value * value for value in values)) or 1.0
        sums = list(self.bias)
        for ((_, pairs), _), value in zip(known, values, strict=True):
            for number, weight in pairs:
                sums[number] += weight * value / norm
        return [1 / (1 + math.exp(-total)) for total in sums]


@lru_cache(maxsize=1)
def telling() -> Telling:
    """The shipped weights."""
    return Telling.parse(gzip.decompress(files("kg.extract.events").joinpath(WEIGHTS).read_bytes()).decode())
