"""A figure that differs is found, wherever it is."""

from datetime import UTC, datetime

import pytest

from tollbook_billing import Usage, UsageLine, UsageScope, UsageStatement
from tollbook_cli.demo.checks import run_checks, trace_checks
from tollbook_cli.demo.plan import planned_call
from tollbook_cli.demo.truth import Served, Truth
from tollbook_schemas import LLMUsageStatus

START = 1_700_157_600_000


def statement(*usages: Usage, use_case: str = "any") -> UsageStatement:
    lines = tuple(UsageLine("openai", "gpt-4.1-nano", None, use_case, "final", usage) for usage in usages)
    return UsageStatement(UsageScope("workspace", "w"), datetime(2023, 11, 16, tzinfo=UTC), None, lines, (), ())


def truth_of_one_call() -> Truth:
    truth = Truth()
    truth.begin(0)
    truth.end(0, Served(LLMUsageStatus.ERROR))
    truth.begin(0)
    truth.end(0, Served(LLMUsageStatus.SUCCESS, {"prompt_tokens": 16, "completion_tokens": 363}))
    return truth


def test_the_book_counts_a_call_once_by_its_last_attempt() -> None:
    truth = truth_of_one_call()
    assert truth.requests == 2
    assert truth.totals() == {"calls_success": 1, "prompt_tokens": 16, "completion_tokens": 363}


def test_a_statement_that_agrees_holds() -> None:
    found = statement(
        Usage(calls_success=1, prompt_tokens=16), Usage(completion_tokens=363), use_case=planned_call(0).use_case
    )
    assert all(check.holds for check in run_checks(truth_of_one_call(), found))


@pytest.mark.parametrize(
    "usage",
    [
        Usage(calls_success=1, prompt_tokens=17, completion_tokens=363),
        Usage(calls_success=2, prompt_tokens=16, completion_tokens=363),
        Usage(calls_error=1, prompt_tokens=16, completion_tokens=363),
        Usage(),
    ],
)
def test_a_figure_that_differs_is_found(usage: Usage) -> None:
    checks = list(run_checks(truth_of_one_call(), statement(usage, use_case=planned_call(0).use_case)))
    assert [check.holds for check in checks] == [False, False]
    assert "instead of" in checks[0].differences()


def test_usage_under_another_use_case_is_found_though_the_sum_agrees() -> None:
    found = statement(Usage(calls_success=1, prompt_tokens=16, completion_tokens=363), use_case="another")
    assert [check.holds for check in run_checks(truth_of_one_call(), found)] == [True, False, False]


def test_a_window_of_the_trace_that_differs_is_found_though_the_sum_agrees() -> None:
    totals = {"calls": 2, "prompt_tokens": 5, "completion_tokens": 7}
    whole = statement(Usage(calls_success=2, prompt_tokens=5, completion_tokens=7))
    part = statement(Usage(calls_success=1, prompt_tokens=5, completion_tokens=7))
    assert [check.holds for check in trace_checks({START: totals}, whole, {START: part})] == [True, False]
