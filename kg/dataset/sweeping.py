"""Garbage is not looked for while an answer is built, nor while much is loaded.

Rows, terms, lines and circuit nodes are many, and none of them is part of a cycle: they go when
nothing refers to them. The collector would go through all of them again and again (measured:
two fifths of the time of an answer with some thousand derivations).
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unswept() -> Iterator[None]:
    """Without the collector of cycles, which goes on afterwards if it was on before."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
