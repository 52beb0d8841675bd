"""What was found in Postgres against what is known to be true."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tollbook_billing import Usage, UsageLine, UsageStatement
from tollbook_cli.demo.trace import TraceTotals, trace_totals
from tollbook_cli.demo.truth import GroupKey, Truth
from tollbook_schemas.ids import ms_to_datetime

TRACE_FIGURES = ("calls", "prompt_tokens", "completion_tokens")
RUN_FIGURES = (
    "calls_success",
    "calls_missing_usage",
    "calls_timeout",
    "calls_error",
    "prompt_tokens",
    "completion_tokens",
    "cached_prompt_tokens",
    "reasoning_tokens",
    "input_audio_tokens",
    "output_audio_tokens",
    "tool_use_prompt_tokens",
)


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison. The figures are integers by name."""

    name: str
    expected: Mapping[str, int]
    found: Mapping[str, int]

    @property
    def holds(self) -> bool:
        """Whether all figures are equal."""
        return self.expected == self.found

    def differences(self) -> str:
        """The figures that differ, as a sentence."""
        names = [name for name in self.expected if self.expected[name] != self.found[name]]
        return ", ".join(f"{name} {self.found[name]:,} instead of {self.expected[name]:,}" for name in names)


def trace_checks(
    expected: Mapping[int, TraceTotals], whole: UsageStatement, windows: Mapping[int, UsageStatement]
) -> Iterator[Check]:
    """The trace in sum and for each window; `windows` are statements of one window each."""
    yield _check("trace", TRACE_FIGURES, trace_totals(expected), whole.totals)
    for start_ms, totals in expected.items():
        name = f"trace, window {ms_to_datetime(start_ms):%Y-%m-%d %H:%M}"
        yield _check(name, TRACE_FIGURES, totals, windows[start_ms].totals)


def run_checks(truth: Truth, statement: UsageStatement) -> Iterator[Check]:
    """This run in sum and for each provider, model and use case that the server or the statement knows."""
    yield _check("live calls", RUN_FIGURES, truth.totals(), statement.totals)
    groups, lines = truth.groups(), _lines_by_group(statement.lines)
    for key in sorted(groups.keys() | lines.keys()):
        found = sum((line.usage for line in lines.get(key, ())), Usage())
        yield _check("live calls, " + " ".join(key), RUN_FIGURES, groups.get(key, {}), found)


def _lines_by_group(lines: Iterable[UsageLine]) -> dict[GroupKey, list[UsageLine]]:
    groups: dict[GroupKey, list[UsageLine]] = {}
    for line in lines:
        groups.setdefault((line.provider or "", line.model or "", line.use_case or ""), []).append(line)
    return groups


def _check(name: str, figures: Iterable[str], expected: Mapping[str, int], usage: Usage) -> Check:
    """A figure that nobody reported is 0 on both sides here."""
    names = tuple(figures)
    return Check(
        name,
        {figure: expected.get(figure, 0) for figure in names},
        {figure: getattr(usage, figure) or 0 for figure in names},
    )
