"""The program that fills a store for ``kg.dataset.loading.beside``: it needs the engine, and nothing of ours.

It says ``ready`` when it has the store open. Then come pieces of N-Quads, each after a line with its
length in bytes, and 0 at the end. The input stays open until all is done: its end says that whoever
asked is gone.
"""

import os
import sys
import threading

from pyoxigraph import RdfFormat, Store, parse


def main(folder: str) -> None:
    """Fill the store in a folder from standard input. Raises ``ValueError`` if whoever asked is gone."""
    store = Store(folder)
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    while length := int(sys.stdin.buffer.readline()):
        store.bulk_extend(parse(sys.stdin.buffer.read(length), format=RdfFormat.N_QUADS, lenient=True))
    threading.Thread(target=_end_with_input, daemon=True).start()
    store.optimize()


def _end_with_input() -> None:
    """Putting a large store in order takes minutes, which nobody may be left to wait for."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
