"""pytest: a test fails when a billable SDK call leaves the process untracked, also when the app swallowed its error.

Off unless asked for: `--tollbook-guard` on the command line, or `tollbook_guard = true` in the configuration.
`@pytest.mark.untracked_llm("why")` allows it in a test, `with allow_untracked("why")` for a stretch of code.
"""

import sys
from collections.abc import Generator
from typing import Any

import pytest

from tollbook_producers.guard.doors import listen, unlisten
from tollbook_producers.guard.place import Place
from tollbook_producers.process import TRACKING_VARIABLE, tracking_enabled

_ORIGIN_DEPTH = 10
"""Frames kept of where a coroutine was made, to name the line behind a task made of an SDK's own coroutine."""

_WORKERS_KEY = "tollbook_untracked"
_HELP = (
    "Wrap the client with track_openai or track_gemini, or the call with tracked_call, track_call or open_call. "
    'Where it may go uncounted, say why: @pytest.mark.untracked_llm("why").'
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The switch, on the command line and in the configuration."""
    help_text = "fail tests whose billable SDK calls leave the process untracked (Tollbook)"
    parser.getgroup("tollbook").addoption("--tollbook-guard", action="store_true", default=None, help=help_text)
    parser.addini("tollbook_guard", help_text, type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Names the marker, and starts the guard where it is asked for."""
    config.addinivalue_line("markers", "untracked_llm(why): billable SDK calls of this test may go untracked")
    if not (config.getoption("--tollbook-guard") or config.getini("tollbook_guard")):
        return
    if not tracking_enabled():
        raise pytest.UsageError(f"the Tollbook guard needs tracking: {TRACKING_VARIABLE} must not be false")
    config.pluginmanager.register(Guard(), "tollbook-guard-on")


class Guard:
    """Tells each test of its untracked calls, and the session of those that no test can be told of."""

    def __init__(self) -> None:
        self._test: pytest.Item | None = None
        self._new: list[str] = []
        self._untold: list[str] = []
        self._origin_depth = sys.get_coroutine_origin_tracking_depth()
        sys.set_coroutine_origin_tracking_depth(max(self._origin_depth, _ORIGIN_DEPTH))
        listen(self._found)

    def pytest_unconfigure(self) -> None:
        """The SDKs are as they were."""
        unlisten(self._found)
        sys.set_coroutine_origin_tracking_depth(self._origin_depth)

    def _found(self, provider: str, surface: str, place: Place) -> None:
        test = self._test
        if test is not None and _reason(test) is not None:
            return
        file, line = place
        self._new.append(f"{file}:{line}: an untracked {provider} call ({surface})")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Calls belong to the test that runs, whatever thread makes them."""
        self._keep_untold("between tests")
        self._test = item
        try:
            return (yield)
        finally:
            self._keep_untold(item.nodeid)

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A marker without a reason is refused."""
        _reason(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Each phase of a test answers for its calls; a skipped one leaves them to the next."""
        report = yield
        if self._new and not report.skipped:
            text = _text(self._new)
            self._new = []
            if report.passed:
                report.outcome, report.longrepr = "failed", text
            else:
                report.sections.append(("untracked LLM calls", text))
        return report

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker process of pytest-xdist is done: what it could tell no test."""
        self._untold += getattr(node, "workeroutput", {}).get(_WORKERS_KEY, [])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Calls made outside of every test fail the run."""
        self._keep_untold("after the tests")
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[_WORKERS_KEY] = self._untold
        if self._untold and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Names the calls made outside of every test."""
        if self._untold:
            terminalreporter.section("untracked LLM calls outside of tests", red=True)
            terminalreporter.write_line(_text(self._untold))

    def _keep_untold(self, when: str) -> None:
        new, self._new = self._new, []
        self._untold += [f"{line}, {when}" for line in new]


def _reason(item: pytest.Item) -> str | None:
    marker = item.get_closest_marker("untracked_llm")
    if marker is None:
        return None
    why = marker.args[0] if marker.args else marker.kwargs.get("why")
    if not isinstance(why, str) or not why.strip():
        raise pytest.UsageError('untracked_llm needs a reason: @pytest.mark.untracked_llm("why")')
    return why


def _text(lines: list[str]) -> str:
    counted = {line: lines.count(line) for line in lines}
    times = [line if count == 1 else f"{line}, {count} times" for line, count in counted.items()]
    return "\n".join([*times, _HELP])
