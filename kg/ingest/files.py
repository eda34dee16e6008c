"""Which files are taken in, and as what, by the endings of their names."""

from collections.abc import Iterable
from pathlib import Path

from kg.dataset.loading.rdf_reader import FORMATS
from kg.ingest.packed import ending
from kg.ingest.shards import LIST, is_shards

ARTICLES = frozenset({".txt", ".md", ".markdown", ".html", ".htm", ".xhtml", ".xml", ".rss", ".atom"})
RECORDS = frozenset({".json", ".jsonl", ".csv", ".yaml", ".yml"})
RDF = frozenset(FORMATS)
MAPPINGS = frozenset({".tsv"})
KNOWN = ARTICLES | RECORDS | RDF | MAPPINGS


def find_files(paths: Iterable[Path]) -> tuple[list[Path], list[tuple[Path, str]]]:
    """Files to take in, folders searched through; and those that cannot be, each with the reason.

    A folder of shards (``kg.ingest.shards``) stands for itself.
    """
    files: list[Path] = []
    refused: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir() and is_shards(path):
            files.append(path)
        elif path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.is_file() and not _is_apart(p, path))
            files += (p for p in found if ending(p) in KNOWN)
            refused += ((p, _unknown(p)) for p in found if ending(p) not in KNOWN)
        elif not path.exists():
            refused.append((path, "there is no such file"))
        elif ending(path) not in KNOWN:
            refused.append((path, _unknown(path)))
        else:
            files.append(path)
    return files, refused


def _is_apart(file: Path, folder: Path) -> bool:
    """Whether a file below a folder is hidden, or part of a store or of shards."""
    inside = file.relative_to(folder)
    if any(part.startswith(".") for part in inside.parts):
        return True
    marks = ("lodestone.json", LIST)
    return any((folder / parent / mark).exists() for parent in inside.parents for mark in marks)


def _unknown(path: Path) -> str:
    endings = " ".join(sorted(KNOWN))
    return f"what a {ending(path) or 'nameless'} file holds is not known: name it by one of {endings}"
