"""The program that fills a store for ``kg.dataset.loading.beside``: it needs the engine, and nothing of ours.

It says ``ready`` when it has the store open. Then come pieces of N-Quads, each after a line with its
length in bytes, and 0 at the end.
"""

import sys

from pyoxigraph import RdfFormat, Store, parse


def main(folder: str) -> None:
    """Fill the store in a folder from standard input. Raises ``ValueError`` if whoever asked is gone."""
    store = Store(folder)
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    while length := int(sys.stdin.buffer.readline()):
        store.bulk_extend(parse(sys.stdin.buffer.read(length), format=RdfFormat.N_QUADS, lenient=True))
    store.optimize()


if __name__ == "__main__":
    main(sys.argv[1])
