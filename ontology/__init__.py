"""The ontology: Turtle files, one concern each, and their terms as constants.

Nothing here imports the rest of the project.
"""

from importlib.resources import files

MODULES = ("claims", "trade", "confidence", "alignment")
"""Turtle files that together are the ontology, in reading order."""


def turtle(name: str) -> str:
    """The text of one Turtle file: a name in ``MODULES``, or ``shapes``."""
    return files(__package__).joinpath(f"{name}.ttl").read_text(encoding="utf-8")
