"""A skip is allowed on a user's machine and a failure where every test is required."""

from pathlib import Path

import pytest

CONFTEST = Path(__file__).parent.parent / "conftest.py"

SKIPPING = """
import pytest

def test_runs():
    assert True

def test_skips():
    pytest.skip("no such tool here")

@pytest.mark.skip(reason="marked")
def test_is_marked():
    assert True

@pytest.mark.xfail(reason="known", strict=True)
def test_is_expected_to_fail():
    assert False
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("LODESTONE_REQUIRE_ALL", raising=False)
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    return pytester


def test_a_skip_stays_a_skip(suite: pytest.Pytester) -> None:
    suite.makepyfile(SKIPPING)
    suite.runpytest_subprocess().assert_outcomes(passed=1, skipped=2, xfailed=1)


def test_a_skip_fails_with_its_reason_where_all_is_required(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LODESTONE_REQUIRE_ALL", "1")
    suite.makepyfile(SKIPPING)
    result = suite.runpytest_subprocess()
    outcomes = result.parseoutcomes()
    assert outcomes.get("passed") == 1
    assert outcomes.get("xfailed") == 1
    assert outcomes.get("failed", 0) + outcomes.get("errors", 0) == 2
    result.stdout.fnmatch_lines_random(
        ["*asks for every test*no such tool here*", "*asks for every test*marked*"]
    )


def test_a_module_that_skips_itself_fails_where_all_is_required(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite.makepyfile('import pytest\npytest.importorskip("no_such_module_anywhere")\n')
    assert "errors" not in suite.runpytest_subprocess().parseoutcomes()
    monkeypatch.setenv("LODESTONE_REQUIRE_ALL", "1")
    result = suite.runpytest_subprocess()
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*asks for every test*no_such_module_anywhere*"])


def test_shared_is_skipped_where_it_is_absent(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LODESTONE_SHARED", str(suite.path / "nowhere"))
    suite.makepyfile("def test_reads(shared):\n    assert shared.is_dir()\n")
    result = suite.runpytest_subprocess("-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*no folder shared beside the checkout*"])
