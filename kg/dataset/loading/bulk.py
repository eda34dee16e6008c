"""Loading much N-Quads of our own into a store at the engine's speed.

Its terms were checked when they were read, and are not checked again (a sixth of the work).
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from pyoxigraph import RdfFormat, Store, parse

LOAD_MEMORY = 1200 * 1024 * 1024
"""Bytes that a bulk load may take, about."""

BULK_CHARACTERS = 24 * 1024 * 1024
"""As much N-Quads goes through the engine's bulk loader at once where it is not said otherwise."""

_BYTES_A_CHARACTER = 8
_BYTES_BESIDE = 350 * 1024 * 1024
_LEAST_PIECE = 2 * 1024 * 1024

FEW_CHARACTERS = 256 * 1024
"""Less goes in as a transaction: it needs no files of its own."""

LOADERS = 2
"""Pieces that are loaded at the same time: the engine's loader uses one processor."""


def piece_size(memory: int) -> int:
    """The size of pieces, in characters, with which a bulk load takes about so many bytes.

    The larger they are the better: each is files of its own, which the engine merges again and again.
    """
    return max(_LEAST_PIECE, (memory - _BYTES_BESIDE) // (LOADERS * _BYTES_A_CHARACTER))


def gathered(pieces: Iterable[str], characters: int = BULK_CHARACTERS) -> Iterator[str]:
    """The same text in pieces of a size that suits the loader."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= characters:
            yield "".join(held)
            held, size = [], 0
    yield "".join(held)


def load_pieces(store: Store, pieces: Iterable[str]) -> None:
    """Bulk-load pieces of N-Quads, some at a time, while the next are made; blank nodes get new names."""

    def load(piece: str) -> None:
        if len(piece) > FEW_CHARACTERS:
            store.bulk_load(piece, RdfFormat.N_QUADS, lenient=True)
        elif piece:
            store.load(piece, RdfFormat.N_QUADS, lenient=True)

    _at_once(load, pieces)


def extend_pieces(store: Store, pieces: Iterable[str]) -> None:
    """The same; blank nodes keep their names."""

    def load(piece: str) -> None:
        store.bulk_extend(parse(piece, format=RdfFormat.N_QUADS, lenient=True))

    _at_once(load, pieces)


def _at_once(load: Callable[[str], None], pieces: Iterable[str]) -> None:
    loading: deque[Future[None]] = deque()
    with ThreadPoolExecutor(max_workers=LOADERS) as loaders:
        for piece in pieces:
            if len(loading) == LOADERS:
                loading.popleft().result()
            loading.append(loaders.submit(load, piece))
        for loaded in loading:
            loaded.result()
