"""Which of many names share rare letter sequences with one: an inverted index of trigrams, in arrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LETTERS = 37  # a-z, 0-9, and the edge of a name
_CODES = np.zeros(256, dtype=np.int32)
_CODES[ord("a") : ord("z") + 1] = np.arange(1, 27)
_CODES[ord("0") : ord("9") + 1] = np.arange(27, 37)
_EDGE = "_"
MOST_POSTINGS = 40_000
"""Entries read for one name; the rarest trigrams come first."""


def _grams(keys: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Trigrams of all keys, and the row of the key of each."""
    text = "".join(f"{_EDGE}{key}{_EDGE}" for key in keys)
    letters = _CODES[np.frombuffer(text.encode("ascii"), dtype=np.uint8)]
    lengths = np.fromiter((len(key) + 2 for key in keys), dtype=np.int64, count=len(keys))
    rows = np.repeat(np.arange(len(keys), dtype=np.int32), lengths)
    if len(letters) < 3:
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)
    codes = (letters[:-2] * _LETTERS + letters[1:-1]) * _LETTERS + letters[2:]
    inside = rows[:-2] == rows[2:]
    return codes[inside], rows[:-2][inside]


class Ngrams:
    """Keys (ASCII letters and digits) by their trigrams. Some 10 bytes a trigram of memory."""

    def __init__(self, keys: Sequence[str]) -> None:
        codes, rows = _grams(keys)
        pairs = np.unique(codes.astype(np.int64) << 32 | rows)
        codes = (pairs >> 32).astype(np.int32)
        self._rows = (pairs & 0xFFFFFFFF).astype(np.int32)
        counts = np.bincount(codes, minlength=_LETTERS**3)
        self._starts = np.concatenate(([0], np.cumsum(counts)))
        self._count = len(keys)
        with np.errstate(divide="ignore"):
            weight = np.log1p(self._count / np.maximum(counts, 1)).astype(np.float32)
        self._weights = weight**2
        total = np.bincount(self._rows, weights=self._weights[codes], minlength=self._count)
        self._norms = np.sqrt(np.maximum(total, 1e-9)).astype(np.float32)

    def nearest(self, key: str, most: int) -> NDArray[np.int32]:
        """Rows of at most so many keys that share most with this one, by cosine, the best first."""
        if not self._count:
            return np.empty(0, dtype=np.int32)
        codes = np.unique(_grams([key])[0])
        sizes = self._starts[codes + 1] - self._starts[codes]
        order = np.argsort(sizes, kind="stable")
        codes, sizes = codes[order], sizes[order]
        kept = (np.cumsum(sizes) <= MOST_POSTINGS) & (sizes > 0)
        if not kept.any() and sizes.any():
            kept = np.cumsum(sizes > 0) == 1
        codes, sizes = codes[kept], sizes[kept]
        if not len(codes):
            return np.empty(0, dtype=np.int32)
        rows = np.concatenate([self._rows[self._starts[c] : self._starts[c + 1]] for c in codes])
        shared = np.bincount(rows, weights=np.repeat(self._weights[codes], sizes), minlength=self._count)
        found = np.flatnonzero(shared)
        scores = shared[found] / self._norms[found]
        if len(found) > most:
            best = np.argpartition(-scores, most - 1)[:most]
            found, scores = found[best], scores[best]
        ordered: NDArray[np.int32] = found[np.lexsort((found, -scores))].astype(np.int32)
        return ordered
