"""Named entities by spaCy's own weights: what its transition system finds, in a third of its time.

The recognizer reads a text word by word; what it makes of a word outside of an entity depends on that
word alone (and on whether the next begins a sentence), so all words are judged at once, and only those
within an entity one after the other. Which moves are valid: ``spacy/pipeline/_parser_internals/ner.pyx``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import IS_SPACE, SENT_START  # type: ignore[import-not-found]  # compiled, without types
from spacy.language import Language
from spacy.pipeline import EntityRecognizer
from spacy.tokens import Doc, Span

NAME = "lodestone_entities"
_NEVER = np.float32(-np.inf)
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Entities:
    """Stands for an entity recognizer: greedy, one move a word."""

    words: Any
    """The network that gives each word its vector."""
    lower: Vectors
    """Weights of a word's vector as the next one, as the first of an entity, as the one before."""
    absent: Vectors
    """What stands for the second and third where no entity is open."""
    bias: Vectors
    upper: Vectors
    upper_bias: Vectors
    labels: tuple[str, ...]
    begins: NDArray[np.intp]
    inside: NDArray[np.intp]
    last: NDArray[np.intp]
    units: NDArray[np.intp]
    opening: dict[int, tuple[int, bool]]
    """For each move that opens an entity the number of its label, and whether the entity goes on."""

    @classmethod
    def of(cls, recognizer: Any) -> "Entities":
        """Takes the weights of a recognizer. Raises ``ValueError`` if it is made otherwise than is known."""
        model = recognizer.model
        lower, upper = model.get_ref("lower"), model.get_ref("upper")
        moves: list[str] = list(recognizer.move_names)
        labels = tuple(sorted({m[2:] for m in moves if len(m) > len("B-")}))
        pieces = lower.get_dim("nP")
        if lower.get_dim("nF") != len(("next", "first", "before")) or recognizer.cfg["beam_width"] != 1:
            raise ValueError("the model's entity recognizer is of another kind")
        at = {move: number for number, move in enumerate(moves)}
        places = {k: np.array([at[f"{k}-{label}"] for label in labels]) for k in "BILU"}
        width = lower.get_dim("nO") * pieces
        absent = lower.get_param("pad").reshape(-1, width)
        return cls(
            model.get_ref("tok2vec"),
            lower.get_param("W").reshape(-1, width, lower.get_dim("nI")),
            absent[1] + absent[2],
            lower.get_param("b").reshape(width),
            upper.get_param("W"),
            upper.get_param("b"),
            labels,
            places["B"],
            places["I"],
            places["L"],
            places["U"],
            {
                int(m): (n, goes_on)
                for k, goes_on in (("B", True), ("U", False))
                for n, m in enumerate(places[k])
            },
        )

    def __call__(self, doc: Doc) -> Doc:
        """The text with its entities."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """The texts with their entities, so many at a time."""
        remaining = iter(stream)
        while docs := list(islice(remaining, batch_size)):
            begin, vectors = 0, self.words.predict(docs)
            for doc, found in zip(docs, self._found(docs, vectors), strict=True):
                spans = [Span(doc, a - begin, b - begin, label=label) for a, b, label in found]
                doc.set_ents(spans, default="outside")
                begin += len(doc)
                yield doc

    def _found(self, docs: list[Doc], vectors: Vectors) -> Iterator[list[tuple[int, int, str]]]:
        """The entities of each text: where they begin and end among the words of all, and their labels."""
        following, first, before = (vectors @ weights.T for weights in self.lower)
        starts, spaces = _starts_and_spaces(docs)
        ends = np.append(starts[1:], True)[: len(starts)]
        outside = self._scores(following + self.absent)
        outside[:, self.inside] = outside[:, self.last] = _NEVER
        outside[np.ix_(ends | spaces, self.begins)] = _NEVER
        outside[np.ix_(spaces, self.units)] = _NEVER
        moves = outside.argmax(axis=1).tolist() if len(starts) else []
        here = stop = 0
        for doc in docs:
            found: list[tuple[int, int, str]] = []
            stop += len(doc)
            while here < stop:
                number, goes_on = self.opening.get(moves[here], (-1, False))
                here += 1
                if number < 0:
                    continue
                begin = here - 1
                if goes_on:
                    pair = [self.inside[number], self.last[number]]
                    while not ends[here]:
                        go, end = self._scores(following[here] + first[begin] + before[here - 1])[pair]
                        if end > go:
                            break
                        here += 1
                    here += 1
                found.append((begin, here, self.labels[number]))
            yield found

    def _scores(self, seen: Vectors) -> Vectors:
        hidden = self.upper.shape[1]
        pieces = (seen + self.bias).reshape(*seen.shape[:-1], hidden, len(self.bias) // hidden)
        scores: Vectors = pieces.max(axis=-1) @ self.upper.T + self.upper_bias
        return scores


def _starts_and_spaces(docs: list[Doc]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of each word of the texts whether it begins a sentence (or text), and whether it is a space."""
    rows = [doc.to_array([SENT_START, IS_SPACE]) for doc in docs if len(doc)]
    for row in rows:
        row[0, 0] = 1
    table = np.concatenate(rows) if rows else np.zeros((0, 2))
    return table[:, 0] == 1, table[:, 1] == 1


@Language.factory(NAME)
def entities(nlp: Language, name: str) -> Entities:  # noqa: ARG001
    """The model's entity recognizer, read faster."""
    recognizer = nlp.get_pipe("ner")
    if not isinstance(recognizer, EntityRecognizer):
        raise TypeError("the model's entity recognizer is of another kind")
    return Entities.of(recognizer)
