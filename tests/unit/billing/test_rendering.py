"""What a person reads: nothing unknown shown as zero, nothing missing shown quietly, nothing wider than 100 columns."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tollbook_billing import Adjustment, Usage, UsageLine, UsageScope, UsageStatement, WindowProof
from tollbook_cli.statement import render_statement
from tollbook_cli.statement.figures import UNKNOWN, money, percent

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
COVERED: dict[str, Any] = {"events": 3, "calls_success": 2, "calls_timeout": 1, "calls_with_usage": 2}
USAGE = Usage(**COVERED, prompt_tokens=12_345, cost=Decimal("0.25"))
LINE = UsageLine("openai", "gpt-4.1-nano", "gpt-4.1-nano-2025-04-14", "barbara_analysis", "final", USAGE)
WINDOW = WindowProof("live", NOON, "compacted", 3, 9, 9, 9, 9, b"\xab" * 32, b"\xab" * 32, True, NOON, None)


def _statement(*lines: UsageLine, windows: tuple[WindowProof, ...] = (WINDOW,)) -> UsageStatement:
    return UsageStatement(UsageScope("project", "p[1]", "w1"), None, NOON, lines, windows, ())


def _text(statement: UsageStatement, *, all_windows: bool = False) -> str:
    console = Console(width=100, force_terminal=False, color_system=None)
    with console.capture() as captured:
        console.print(render_statement(statement, all_windows=all_windows))
    return captured.get()


def _first_line(text: str) -> list[str]:
    return next(line for line in text.splitlines() if str(LINE.model) in line).split()[2:]


def test_a_statement_says_who_what_and_how_sure() -> None:
    text = _text(_statement(LINE))
    for part in (
        "project p[1] in workspace w1, until 2026-04-02 12:00 UTC",
        "→ gpt-4.1-nano-2025-04-14",
        "12,345",
        "1 no usage",
        "2 success, 0 missing usage, 1 timeout, 0 error",
        "66.6 %: usage is known for 2 calls, 1 without usage are not in the cost",
        "3 calls final, 0 provisional",
        "9 calls: ledger = rollups, abababababab",
    ):
        assert part in text
    assert "unpriced" not in text.lower()


def test_unknown_is_a_dash_and_zero_is_a_zero() -> None:
    unknown = _text(_statement(replace(LINE, usage=Usage(events=1, calls_error=1))))
    assert _first_line(unknown) == ["1", UNKNOWN, UNKNOWN, UNKNOWN]
    zero = replace(USAGE, prompt_tokens=0, completion_tokens=0, cost=Decimal(0))
    assert _first_line(_text(_statement(replace(LINE, usage=zero)))) == ["3", "0", "0", "0.0000"]


def test_what_has_no_price_is_loud() -> None:
    text = _text(_statement(replace(LINE, usage=replace(USAGE, unpriced={"web_search": Decimal(3)}))))
    assert "unpriced" in text
    assert "UNPRICED" in text
    assert "3 web_search: used, no price known, not in the cost" in text


def test_provisional_usage_corrections_and_disputes_are_named() -> None:
    disputed = replace(WINDOW, state="disputed", proven=False, rollup_calls=8)
    opened = replace(WINDOW, state="open", proven=False, ledger_calls=None, start=NOON + timedelta(hours=1))
    statement = replace(
        _statement(replace(LINE, state="provisional"), windows=(disputed, opened)),
        adjustments=(Adjustment("duplicate", "provisional", -1, -2, -1_000, -10),),
    )
    text = _text(statement)
    for part in (
        "provisional",
        "1 DISPUTED",
        "ledger 9 calls, rollups 8: they differ",
        "not yet compared",
        "-2 calls, -1,000 prompt, -10 completion: duplicate, sent again, counted once",
    ):
        assert part in text


def test_many_windows_are_cut_but_never_the_unproven_ones() -> None:
    hours = [NOON + timedelta(hours=hour) for hour in range(60)]
    windows = tuple(replace(WINDOW, start=at, proven=index != 1) for index, at in enumerate(hours))
    text = _text(_statement(LINE, windows=windows))
    assert "2026-04-02 13:00" in text
    assert "2026-04-02 12:00  " not in text
    assert "not shown: 36 proven windows" in text
    assert "not shown" not in _text(_statement(LINE, windows=windows), all_windows=True)


def test_no_usage_is_a_sentence() -> None:
    assert _text(_statement(windows=())).startswith("no usage found for project p[1] in workspace w1")


def test_figures_fit_100_columns_even_for_the_longest_names() -> None:
    huge: dict[str, Any] = dict.fromkeys(("prompt_tokens", "completion_tokens", "cached_prompt_tokens"), 10**12)
    usage = Usage(**COVERED, **huge, cost=Decimal(10**9))
    line = UsageLine("p" * 64, "m" * 200, "r" * 200, "u" * 100, "provisional", usage)
    text = _text(_statement(line, LINE))
    assert max(map(len, text.splitlines())) <= 100
    assert text.count("1,000,000,000,000 cached") == 2
    assert "1,000,000,000.0000" in text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0.00015", "0.0002"),
        ("0.00025", "0.0003"),
        ("0.00005", "<0.0001"),
        ("0", "0.0000"),
        ("1234567.5", "1,234,567.5000"),
        ("12345678901234567890123456789.00005", "12,345,678,901,234,567,890,123,456,789.0001"),
    ],
)
def test_money_is_rounded_half_away_from_zero_and_never_down_to_free(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_only_all_of_it_is_a_hundred_percent(part: int, whole: int) -> None:
    share = Fraction(min(part, whole), whole)
    assert (percent(share) == "100.0 %") == (share == 1)
