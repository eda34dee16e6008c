"""Extractors by name: those shipped, and those that other packages bring.

Another package offers one under the entry-point group ``lodestone.extractors``: a callable without
arguments that gives an ``Extractor``.
"""

from collections.abc import Callable
from importlib.metadata import entry_points

from kg.errors import LodestoneError
from kg.extract.chat.llm import chat_from_environment
from kg.extract.pipeline import Extractor, SpacyExtractor

GROUP = "lodestone.extractors"
SHIPPED: dict[str, Callable[[], Extractor]] = {"spacy": SpacyExtractor, "llm": chat_from_environment}


def extractor(name: str) -> Extractor:
    """The extractor of that name. Raises ``LodestoneError`` if there is none, or it is not set up."""
    if name in SHIPPED:
        return SHIPPED[name]()
    installed = {point.name: point for point in entry_points(group=GROUP)}
    if name not in installed:
        known = ", ".join(sorted({*SHIPPED, *installed}))
        raise LodestoneError(f"there is no extractor {name!r} (known: {known})")
    made: Extractor = installed[name].load()()
    return made
