"""Open, final, corrected and unproven usage in one answer; null kept apart from zero."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import psycopg
import pytest
from psycopg import IsolationLevel

from support.billing_events import usage_event
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database
from tollbook_billing import Adjustment, SnapshotError, Usage, project_usage

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
TOKENS = {"prompt_tokens": 100, "completion_tokens": 10, "response_model": "gpt-4.1-nano-2025-04-14"}


def test_an_open_window_counts_corrections_only_of_what_its_totals_hold(database: Database) -> None:
    events = [usage_event(NOON, number, **TOKENS) for number in range(4)]
    records = [
        Recorded(events[0], 0),
        Recorded(events[1], 1, "duplicate"),
        Recorded(events[2], 2, "late"),
        Recorded(events[3], 3, "duplicate"),
    ]
    with connect(database.owner) as connection:
        write_usage(connection, records, through=2)
        answer = project_usage(connection, "p1")
    assert answer.totals.prompt_tokens == 300  # three in the gross total, minus one, plus the late one
    assert answer.adjustments == (
        Adjustment("duplicate", "provisional", -1, -1, -100, -10),
        Adjustment("late", "provisional", 1, 1, 100, 10),
    )
    assert answer.confidence.provisional_calls == answer.confidence.calls == 3
    assert not answer.confidence.is_final


def test_a_duplicate_is_taken_back_before_the_mark_that_follows_its_total(database: Database) -> None:
    records = [Recorded(usage_event(NOON, 0, **TOKENS), 0), Recorded(usage_event(NOON, 1, **TOKENS), 1, "duplicate")]
    with connect(database.owner) as connection:
        write_usage(connection, records, through=1)
        connection.execute("UPDATE llm_changelog_partitions SET through = -1")
        assert project_usage(connection, "p1").totals.prompt_tokens == 100


def test_a_correction_waits_for_a_total_of_its_own_partition(database: Database) -> None:
    records = [
        Recorded(usage_event(NOON, 0, **TOKENS), 0),
        Recorded(usage_event(NOON, 1, **TOKENS), 1, "conflict", partition=1),
    ]
    with connect(database.owner) as connection:
        write_usage(connection, records)
        connection.execute("DELETE FROM llm_usage_partials WHERE source_partition = 1")
        assert project_usage(connection, "p1").totals.prompt_tokens == 100


def test_a_compacted_window_counts_every_correction(database: Database) -> None:
    records = [
        Recorded(usage_event(NOON, 0, **TOKENS), 0),
        Recorded(usage_event(NOON, 1, **TOKENS), 1, "conflict"),
        Recorded(usage_event(NOON, 2, **TOKENS), 99, "late"),
    ]
    with connect(database.owner) as connection:
        write_usage(connection, records, compacted={("live", NOON)}, through=5)
        answer = project_usage(connection, "p1")
    assert [line.state for line in answer.lines] == ["final"]
    assert answer.totals.calls == 2
    assert [(item.reason, item.state, item.calls) for item in answer.adjustments] == [
        ("conflict", "final", -1),
        ("late", "final", 1),
    ]
    assert answer.confidence.is_final


def test_final_and_provisional_usage_stand_in_lines_of_their_own(database: Database) -> None:
    records = [Recorded(usage_event(at, 0, **TOKENS), number) for number, at in enumerate((NOON, LATER))]
    with connect(database.owner) as connection:
        write_usage(connection, records, compacted={("live", NOON)})
        answer = project_usage(connection, "p1")
    assert [(line.state, line.usage.calls) for line in answer.lines] == [("final", 1), ("provisional", 1)]
    assert [(window.start, window.state, window.calls, window.proven) for window in answer.windows] == [
        (NOON, "compacted", 1, True),
        (LATER, "open", 1, False),
    ]
    # gpt-4.1-nano by its list price: 0.1 and 0.4 USD a million
    assert answer.totals.cost == 2 * (100 * Decimal("0.0000001") + 10 * Decimal("0.0000004"))


def test_what_nobody_reported_is_null_and_not_priced(database: Database) -> None:
    records = [
        Recorded(usage_event(NOON, 0, status="timeout"), 0),
        Recorded(usage_event(NOON, 1, status="missing_usage"), 1),
        Recorded(usage_event(NOON, 2, status="error"), 2),
    ]
    with connect(database.owner) as connection:
        write_usage(connection, records)
        answer = project_usage(connection, "p1")
    assert answer.totals == Usage(events=3, calls_timeout=1, calls_missing_usage=1, calls_error=1)
    assert answer.totals.coverage == Fraction(0)


def test_a_reported_zero_is_a_zero_and_costs_nothing(database: Database) -> None:
    with connect(database.owner) as connection:
        write_usage(connection, [Recorded(usage_event(NOON, 0, prompt_tokens=0, completion_tokens=0), 0)])
        totals = project_usage(connection, "p1").totals
    assert (totals.prompt_tokens, totals.completion_tokens, totals.cached_prompt_tokens) == (0, 0, None)
    assert (totals.cost, totals.coverage, totals.unpriced) == (Decimal(0), Fraction(1), {})


def test_usage_without_a_price_is_listed_and_the_rest_still_priced(database: Database) -> None:
    event = usage_event(NOON, 0, prompt_tokens=50, completion_tokens=0, input_audio_tokens=20, web_search_requests=2)
    with connect(database.owner) as connection:
        write_usage(connection, [Recorded(event, 0)])
        totals = project_usage(connection, "p1").totals
    assert totals.unpriced == {"input_audio": 20, "web_search": 2}
    assert totals.cost == Decimal("0.000003")  # the 30 text tokens


def test_a_line_that_corrections_took_back_whole_is_gone(database: Database) -> None:
    with connect(database.owner) as connection:
        write_usage(connection, [Recorded(usage_event(NOON, 0, **TOKENS), 0, "conflict")], compacted={("live", NOON)})
        answer = project_usage(connection, "p1")
    assert (answer.lines, answer.totals.cost) == ((), None)
    assert [item.reason for item in answer.adjustments] == ["conflict"]


def test_a_disputed_window_is_shown_with_where_it_differs(database: Database) -> None:
    with connect(database.owner) as connection:
        write_usage(connection, [Recorded(usage_event(NOON, 0, **TOKENS), 0)])
        connection.execute("UPDATE llm_windows SET state = 'disputed', differences = '[{\"a\": 1.5}]'")
        answer = project_usage(connection, "p1")
    (window,) = answer.windows
    assert (window.state, window.proven, window.differences) == ("disputed", False, [{"a": Decimal("1.5")}])
    assert (answer.confidence.disputed_windows, answer.confidence.is_final) == (1, False)


def test_a_window_whose_proof_does_not_hold_is_not_called_proven(database: Database) -> None:
    with connect(database.owner) as connection:
        write_usage(connection, [Recorded(usage_event(NOON, 0, **TOKENS), 0)], compacted={("live", NOON)})
        connection.execute("UPDATE llm_windows SET rollup_digest = '\\x00'")
        assert not project_usage(connection, "p1").confidence.is_final


def test_the_parts_of_a_statement_are_of_one_moment(database: Database) -> None:
    with psycopg.connect(database.owner) as connection:
        connection.execute("SELECT 1")
        with pytest.raises(SnapshotError, match="REPEATABLE_READ"):
            project_usage(connection, "p1")
        connection.rollback()
        assert project_usage(connection, "p1").totals.calls == 0
        assert (connection.isolation_level, connection.read_only) == (None, None)


def test_a_callers_own_snapshot_is_used(database: Database) -> None:
    with psycopg.connect(database.owner) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.execute("SELECT 1 FROM llm_windows")
        with connect(database.owner) as other:
            write_usage(other, [Recorded(usage_event(NOON, 0, **TOKENS), 0)])
        assert project_usage(connection, "p1").totals.calls == 0
        connection.rollback()
        assert project_usage(connection, "p1").totals.calls == 1
