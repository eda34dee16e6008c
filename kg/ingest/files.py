"""Which files are taken in, and as what, by the endings of their names."""

from collections.abc import Iterable
from pathlib import Path

from kg.dataset.rdf_reader import FORMATS
from kg.ingest.packed import ending

ARTICLES = frozenset({".txt", ".md", ".markdown", ".html", ".htm", ".xhtml", ".xml", ".rss", ".atom"})
RECORDS = frozenset({".json", ".jsonl", ".csv", ".yaml", ".yml"})
RDF = frozenset(FORMATS)
MAPPINGS = frozenset({".tsv"})
KNOWN = ARTICLES | RECORDS | RDF | MAPPINGS


def find_files(paths: Iterable[Path]) -> tuple[list[Path], list[tuple[Path, str]]]:
    """Files to take in, folders searched through; and those that cannot be, each with the reason."""
    files: list[Path] = []
    refused: list[tuple[Path, str]] = []
    known = KNOWN
    for path in paths:
        if path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.is_file() and not _is_apart(p, path))
            files += (p for p in found if ending(p) in known)
            refused += ((p, _unknown(p)) for p in found if ending(p) not in known)
        elif not path.exists():
            refused.append((path, "there is no such file"))
        elif ending(path) not in known:
            refused.append((path, _unknown(path)))
        else:
            files.append(path)
    return files, refused


def _is_apart(file: Path, folder: Path) -> bool:
    """Whether a file below a folder is hidden, or part of a store."""
    inside = file.relative_to(folder)
    if any(part.startswith(".") for part in inside.parts):
        return True
    return any((folder / parent / "lodestone.json").exists() for parent in inside.parents)


def _unknown(path: Path) -> str:
    endings = " ".join(sorted(KNOWN))
    return f"what a {ending(path) or 'nameless'} file holds is not known: name it by one of {endings}"
