"""The plugin on an app's suite: tests with untracked calls fail and name the line, all others pass."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.provider_server import ProviderServer
from unit.producers.conftest import answer
from unit.producers.guard.run import HERE, Run, line_of, run_suite

ADVICE = "Wrap the client with track_openai or track_gemini"
SUITE = "suite_guarded.py"
NAMED = [line.rpartition("# line of ")[2] for line in (HERE / SUITE).read_text().splitlines() if "  # line of " in line]


pytestmark = pytest.mark.xdist_group("guard_plugin")  # what the module makes once serves all of its tests


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ProviderServer(answer) as server:
        yield server.url


@pytest.fixture(scope="module")
def guarded(url: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_suite(SUITE, tmp_path_factory.mktemp("guarded"), "--tollbook-guard", PROVIDER_URL=url)


def test_tests_with_untracked_calls_fail_and_no_others(guarded: Run) -> None:
    names = guarded.troubles
    assert len(names) > 20, guarded.output
    assert [name for name, text in names.items() if name.startswith("test_passes") and text] == []
    untold = [name for name, text in names.items() if name.startswith("test_fails") and ADVICE not in text]
    assert sorted(untold) == ["test_fails_on_its_own_too", "test_fails_without_a_reason"]
    assert guarded.exit_code == 1


@pytest.mark.parametrize("name", NAMED)
def test_the_line_is_named(guarded: Run, name: str) -> None:
    assert line_of(SUITE, name) in guarded.troubles[name]


def test_a_call_straight_in_a_pool_is_told_without_a_line(guarded: Run) -> None:
    assert "started straight into an SDK" in guarded.troubles["test_fails_straight_in_a_pool"]


def test_a_tests_own_failure_is_still_there(guarded: Run) -> None:
    assert "its own failure" in guarded.troubles["test_fails_on_its_own_too"]
    its_part = guarded.output.partition("_ test_fails_on_its_own_too _")[2].partition("generated xml")[0]
    assert line_of(SUITE, "test_fails_in_a_helper") in its_part


def test_a_marker_without_a_reason_is_refused(guarded: Run) -> None:
    assert "untracked_llm needs a reason" in guarded.troubles["test_fails_without_a_reason"]


def test_off_unless_asked(url: str, tmp_path: Path) -> None:
    run = run_suite("suite_outside.py", tmp_path, PROVIDER_URL=url)
    assert run.exit_code == 0, run.output


def test_calls_outside_of_tests_fail_the_run(url: str, tmp_path: Path) -> None:
    run = run_suite("suite_outside.py", tmp_path, ini="tollbook_guard = true", PROVIDER_URL=url)
    assert run.exit_code == 1, run.output
    assert line_of("suite_outside.py", "the import") in run.output
    assert run.troubles == {"test_passes": ""}


def test_no_sdk_is_imported(tmp_path: Path) -> None:
    run = run_suite("suite_without_sdks.py", tmp_path, "--tollbook-guard")
    assert run.exit_code == 0, run.output


def test_without_tracking_it_refuses(tmp_path: Path) -> None:
    run = run_suite("suite_without_sdks.py", tmp_path, "--tollbook-guard", LLM_USAGE_TRACKING_ENABLED="false")
    assert run.exit_code == pytest.ExitCode.USAGE_ERROR
    assert "the Tollbook guard needs tracking" in run.output
