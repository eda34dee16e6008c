"""Triples of WatDiv's shape, any number."""
from collections.abc import Iterator
def triples_like_watdiv(count: int) -> Iterator[str]:
    yield from ()
