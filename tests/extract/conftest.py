"""What the tests of the extractor share."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("spacy", reason="the extra [extract] is not installed")
pytest.importorskip("trafilatura", reason="the extra [extract] is not installed")


@pytest.fixture(scope="session")
def corpus(shared: Path) -> Path:
    return shared / "corpus"


@pytest.fixture(scope="session")
def printed() -> Callable[[Path], list[dict[str, Any]]]:
    """Claims of a file as they are printed, through JSON and back."""
    from kg.extract.pipeline import claims_json, extract_file  # noqa: PLC0415  needs the extra

    def run(path: Path) -> list[dict[str, Any]]:
        article, claims = extract_file(path)
        result: list[dict[str, Any]] = json.loads(json.dumps(claims_json(article, claims)))
        return result

    return run
