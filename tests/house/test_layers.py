"""The contracts on imports hold, and each of them catches what it is there for."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_contracts_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("kg/claims/planted.py", "import kg.dataset", "Imports point down only"),
        ("kg/infer/planted.py", "import kg.identity", "Imports point down only"),
        ("ontology/planted.py", "import kg.errors", "Imports point down only"),
        ("kg/query/planted.py", "import server", "Imports point down only"),
        ("kg/extract/grammar/planted.py", "import kg.extract.roles", "Within the extractor too"),
        ("kg/query/planted.py", "from pyoxigraph import Store", "Only the store modules import the engine"),
        ("kg/query/planted.py", "import flask", "Only the server imports Flask"),
        ("kg/provenance/planted.py", "import rdflib", "kg.provenance is mathematics"),
        ("kg/provenance/planted.py", "import kg.claims.names", "kg.provenance is mathematics"),
    ],
)
def test_a_planted_import_is_caught(tmp_path: Path, module: str, line: str, contract: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("ontology", "kg", "server"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / module).write_text(f'"""Planted."""\n\n{line}\n', encoding="utf-8")
    result = lint(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    broken = [row for row in result.stdout.splitlines() if " BROKEN" in row]
    assert len(broken) == 1, result.stdout + result.stderr
    assert broken[0].startswith(contract)
