"""The audit holds on what the sink and the maintainer write, and names the place of whatever is changed behind them."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any, Self

import pytest
from psycopg import Cursor

from support.lifecycle_case import CLOSED, HOUR, IMPORT, LIVE, START, Case, call, fill, open_case
from support.postgres import Database
from tollbook_sinks.audit import AuditReport, Check, Finding, OffsetPlace, PeriodPlace, WindowPlace, audit
from tollbook_sinks.lifecycle import connect

WINDOW = WindowPlace(LIVE)
DAY = PeriodPlace("day", LIVE.start.replace(hour=0))
MONTH = PeriodPlace("month", DAY.start.replace(day=1))


@pytest.fixture
def case(database: Database) -> Iterator[Case]:
    with open_case(database) as made:
        fill(made)
        made.run("make_room_for_removed")
        yield made


def find(report: AuditReport, check: Check) -> Finding:
    """The only finding of a check."""
    (found,) = [finding for finding in report.findings if finding.check == check]
    return found


def test_it_holds_before_and_after_compaction_and_after_late_events(case: Case) -> None:
    before = case.audit()
    assert before.ok, before.findings
    assert before.windows == {"open": 1, "closed": 0, "compacted": 0, "disputed": 0, "expired": 0}
    assert before.proven_events == 0
    case.maintain()
    case.log.event(call(5, "later"), CLOSED + 5)
    case.log.event(call(5, "later"), CLOSED + 6)
    case.log.sink()
    after = case.audit()
    assert after.ok, after.findings
    assert after.windows == {"open": 0, "closed": 0, "compacted": 1, "disputed": 0, "expired": 0}
    assert (after.proven_events, after.proven_calls) == (12, 12)


def test_every_offset_of_every_partition_is_in_one_count(case: Case) -> None:
    case.log.event(call(7), START + HOUR, 1, IMPORT)
    case.log.end(IMPORT, START + HOUR)
    case.log.sink()
    first, second, *imports = case.audit().partitions
    assert (first.kind, first.partition, first.consumed) == ("live", 0, 12)
    assert (first.ledger, first.duplicates, first.conflicts, first.dead_letters, first.ticks) == (8, 1, 1, 1, 1)
    assert (second.consumed, second.ledger, second.ticks) == (6, 5, 1)
    assert [(entry.kind, entry.ledger, entry.ends) for entry in imports] == [("import", 0, 1), ("import", 1, 1)]


def test_an_empty_database_holds(database: Database) -> None:
    with open_case(database) as case:
        assert case.audit().ok


@pytest.mark.parametrize(
    ("tamper", "check", "place", "detail"),
    [
        ("change_ledger_row", "window", WINDOW, "completion_tokens: ledger 51, rollups 50"),
        ("change_rollup", "window", WINDOW, "completion_tokens: ledger 10, rollups 11"),
        ("rename_rollup", "window", WINDOW, "project_id=another"),
        ("delete_rollups", "window", WINDOW, "measures of ledger and rollups differ"),
        ("delete_duplicate_adjustment", "window", WINDOW, "events: ledger 2, rollups 3"),
        ("change_both_sides", "proof", WINDOW, "ledger_digest"),
        ("change_digest", "proof", WINDOW, "ledger_digest changed"),
        ("change_session_usage", "session_totals", WINDOW, "of session s1"),
        ("delete_operation_usage", "operation_totals", WINDOW, "of operation o1"),
        ("delete_dead_letter", "dead_letters", OffsetPlace("live", 0), "0 dead letter rows"),
        ("delete_late_adjustment", "late", OffsetPlace("live", 0, 11), "no adjustment adds"),
        ("change_late_adjustment", "late", OffsetPlace("live", 0, 11), "differ in measures"),
        ("invent_duplicate", "adjustments", OffsetPlace("live", 0), "the counter duplicates says 0"),
        ("skew_counter", "accounting", OffsetPlace("live", 1), "6 offsets were consumed, the counters account for 7"),
        ("add_ledger_row", "offset_range", OffsetPlace("live", 0, 1000), "never consumed"),
        ("repeat_offset", "offset_twice", OffsetPlace("live", 0, 0), "ledger, ledger"),
        ("change_day", "period_totals", DAY, "the first in prompt_tokens: 501, windows 500"),
        ("change_month", "period_totals", MONTH, "the first in latency_ms_calls: 1, windows 0"),
        ("rename_day", "period_totals", DAY, "2 totals are not the sums of their windows; the first is in no window"),
        ("delete_months", "period_totals", MONTH, "the first is missing"),
    ],
)
def test_tampering_after_compaction_is_found_with_its_place(
    case: Case, tamper: str, check: Check, place: OffsetPlace | WindowPlace | PeriodPlace, detail: str
) -> None:
    case.maintain()
    case.run(tamper)
    found = find(case.audit(), check)
    assert found.place == place
    assert detail in found.detail


def test_days_and_months_that_are_wrong_are_named_in_the_order_of_time(case: Case) -> None:
    case.maintain()
    case.run("change_day")
    case.run("move_month")
    following = PeriodPlace("month", (MONTH.start + timedelta(days=32)).replace(day=1))
    assert [finding.place for finding in case.audit().findings] == [MONTH, DAY, following]


def test_a_ledger_row_that_is_gone_is_named_by_its_offset_before_compaction(case: Case) -> None:
    case.run("remove_ledger_row", partition=1, offset=2)
    found = find(case.audit(), "ledger_rows")
    assert found.place == OffsetPlace("live", 1, 2)
    assert found.detail.startswith("4 ledger rows, the counter says 5; 2 offsets have no row")


def test_a_ledger_row_that_is_gone_is_named_by_its_window_after_compaction(case: Case) -> None:
    case.maintain()
    case.run("remove_ledger_row", partition=1, offset=2)
    report = case.audit()
    assert find(report, "ledger_rows").place == OffsetPlace("live", 1, 2)
    assert find(report, "window").place == WINDOW
    assert report.proven_events == 0


def test_a_disputed_window_is_listed_with_what_differs(case: Case) -> None:
    case.run("raise_partial", by=1)
    case.maintain()
    found = find(case.audit(), "disputed")
    assert found.place == WINDOW
    assert found.detail == "3 measures of ledger and rollups differ; prompt_tokens: ledger 100, rollups 101"


@pytest.mark.parametrize(
    ("tamper", "tables"),
    [
        ("forget_window", ["operation_usage", "session_usage", "usage_adjustments", "usage_events", "usage_rollups"]),
        ("reopen_window", ["operation_usage", "session_usage", "usage_rollups"]),
    ],
)
def test_rows_of_a_window_that_may_not_have_them_are_found(case: Case, tamper: str, tables: list[str]) -> None:
    case.maintain()
    case.run(tamper)
    strays = [finding for finding in case.audit().findings if finding.check == "stray"]
    assert [finding.place for finding in strays] == [WINDOW] * len(tables)
    for finding, table in zip(strays, tables, strict=True):
        assert table in finding.detail


def test_it_reads_one_snapshot_while_the_sink_goes_on(database: Database) -> None:
    """Before each of its questions the sink writes a call in a window of its own: all answers are of one moment."""
    with open_case(database) as case, connect(database.owner, "test") as connection:
        hours = count()

        class Meanwhile(Cursor[Any]):
            def execute(self, *args: Any, **kwargs: Any) -> Self:
                hour = next(hours)
                case.log.event(call(60 * hour), START + hour * HOUR)
                case.log.sink()
                return super().execute(*args, **kwargs)

        connection.cursor_factory = Meanwhile
        report = audit(connection, case.settings.window_rule)
    assert report.ok, report.findings
    assert report.windows["open"] == sum(partition.ledger for partition in report.partitions)
    assert report.windows["open"] < next(hours)
