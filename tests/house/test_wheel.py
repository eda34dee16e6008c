"""The wheel holds the packages, whole: modules and data files, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("ontology", "kg", "server")
SCRIPTS = ROOT / "server" / "frontend"
"""What the bundle is made of: the wheel has the bundle."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    [path] = folder.glob("lodestone_kg-*.whl")
    return zipfile.ZipFile(path)


def test_it_holds_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    sources = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and SCRIPTS not in path.parents
    }
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == sources


@pytest.mark.parametrize(
    "data_file",
    [
        "ontology/claims.ttl",
        "kg/claims/claim.schema.json",
        "kg/example/brief.txt",
        "kg/extract/lexicon/frames.yaml",
    ],
)
def test_it_holds_the_data_files(wheel: zipfile.ZipFile, data_file: str) -> None:
    assert wheel.read(data_file) == (ROOT / data_file).read_bytes()


def test_it_brings_the_command_and_the_license(wheel: zipfile.ZipFile) -> None:
    [entry_points] = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "lodestone = kg.cli:main" in wheel.read(entry_points).decode()
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())
