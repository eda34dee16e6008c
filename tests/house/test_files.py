"""What the files of the project may hold: no machine's paths, no registry's host, docstrings."""

import ast
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("ontology", "kg", "server")
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:work|home|root|Users|opt|mnt|data)/[\w.]")


def project_files() -> list[Path]:
    """Every file that is, or could be, committed."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git, or no checkout: the list of the project's files is git's")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def machine_paths(text: str) -> list[str]:
    """Lines that name a place on somebody's machine."""
    return [line for line in text.splitlines() if MACHINE_PATH.search(line) or f"{ROOT.parent}/" in line]


def test_a_machine_path_is_seen() -> None:
    assert machine_paths("open('" + "/home" + "/ann/x')")
    assert machine_paths(f"{ROOT.parent}/elsewhere")
    assert not machine_paths("https://example.org/home/ann and ../shared/corpus and /sparql")


def test_no_file_names_a_place_on_a_machine() -> None:
    found = {}
    for path in project_files():
        try:
            lines = machine_paths(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue
        if lines:
            found[str(path.relative_to(ROOT))] = lines
    assert found == {}


def test_every_folder_of_modules_is_a_package_with_a_docstring() -> None:
    folders = {path.parent for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert len(folders) > len(PACKAGES)
    bare = [
        str(folder.relative_to(ROOT))
        for folder in sorted(folders)
        if not (folder / "__init__.py").is_file()
        or not ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    ]
    assert bare == []


def locked() -> dict[str, list[Requirement]]:
    """What the lock pins, by normalized name; a name may be pinned once per Python version."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins: dict[str, list[Requirement]] = {}
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", "")):
        if entry and not entry.startswith("#"):
            requirement, hashes = entry.split("--hash=", 1)
            assert re.match(r"sha256:[0-9a-f]{64}\b", hashes)
            pin = Requirement(requirement.strip())
            pins.setdefault(normal(pin.name), []).append(pin)
    return pins


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_lock_pins_by_hash_and_names_no_registry() -> None:
    assert len(locked()) > 20
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_the_lock_satisfies_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [Requirement(line) for line in (*project["dependencies"], *extras["extract"], *extras["dev"])]
    pins = locked()
    unmet = [
        str(requirement)
        for requirement in wanted
        if not any(
            all(requirement.specifier.contains(spec.version) for spec in pin.specifier)
            for pin in pins.get(normal(requirement.name), [])
        )
    ]
    assert unmet == [], "run make lock"
