"""What all tests share: the shared folder, the law on skips, how hard hypothesis looks."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

from tests.nightly import NIGHTLY

pytest_plugins = ["pytester"]

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
ROOT = Path(__file__).parent.parent

# No test depends on how fast the machine is, so there is no deadline and no check for slowness.
STEADY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", STEADY, max_examples=60, derandomize=True)
settings.register_profile("nightly", STEADY, max_examples=1000, print_blob=True)
settings.load_profile("nightly" if NIGHTLY else "default")


IN_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of the user's own there
PLENTY = 4 * 2**30


def pytest_configure() -> None:
    """Have temporary folders lie in memory where there is plenty: on a disk each commit waits for it."""
    if "PYTEST_DEBUG_TEMPROOT" not in os.environ and _free_memory() > PLENTY:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(IN_MEMORY)


def _free_memory() -> int:
    """Bytes that files in memory may take; 0 where there can be none."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        available = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
        return min(available, shutil.disk_usage(IN_MEMORY).free) if os.access(IN_MEMORY, os.W_OK) else 0
    except (OSError, StopIteration):
        return 0


@pytest.fixture(scope="session")
def shared() -> Path:
    """The corpora and conformance suites: ``$LODESTONE_SHARED``, or ``shared`` beside the checkout."""
    folder = Path(os.environ.get("LODESTONE_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip("no folder shared beside the checkout (LODESTONE_SHARED names another place)")
    return folder


def _all_are_required() -> bool:
    return os.environ.get("LODESTONE_REQUIRE_ALL") == "1"


def _reason(longrepr: object) -> str:
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)


def _not_skipped(report: Report) -> Report:
    """A skip counts as a failure where all tests are required (an expected failure is no skip)."""
    if _all_are_required() and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        reason = _reason(report.longrepr)
        report.longrepr = f"skipped, but LODESTONE_REQUIRE_ALL=1 asks for every test: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _not_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _not_skipped((yield))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the tables that tests put down as ``figures``, also of those that passed."""
    passed = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    tables = [words for report in passed for name, words in report.user_properties if name == "figures"]
    if tables:
        terminalreporter.section("figures")
        for words in sorted(tables):
            terminalreporter.write_line(words)
