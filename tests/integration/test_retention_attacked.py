"""Whatever once made a ledger drop what it should not: each keeps the day, says so, and lets it go when it is over."""

from collections.abc import Iterator

import psycopg
import pytest

from support.lifecycle_case import CLOSED, HOUR, IMPORT, START, Case, call, fill, open_case
from support.postgres import Database
from support.retention_case import DAY_MS, FIRST, LATER, RETENTION, codes, explain, fill_days, pass_time
from tollbook_sinks.admin import admin_action
from tollbook_sinks.lifecycle import connect
from tollbook_sinks.lifecycle.retention import leaving


@pytest.fixture
def case(database: Database) -> Iterator[Case]:
    with open_case(database, **RETENTION) as made:
        yield made


def stays(case: Case, *reasons: str) -> None:
    """A pass drops nothing, and the dry run says why, before and after."""
    report = case.maintain().retention
    assert (report.expired, report.dropped) == ([], [])
    assert codes(explain(case)[FIRST]) == list(reasons)


def goes(case: Case) -> None:
    """A pass drops the day, and all is accounted for."""
    assert case.maintain().retention.dropped == [FIRST]
    report = case.audit()
    assert report.ok, report.findings


def test_a_start_with_old_rows_and_no_totals_drops_nothing(case: Case) -> None:
    case.log.event(call(), START)
    case.log.tick(LATER)
    case.log.sink(rollups=False)
    stays(case, "unfinished")
    case.log.sink()
    goes(case)


def test_rows_of_windows_that_nobody_recorded_are_not_proven(case: Case) -> None:
    fill_days(case)
    pass_time(case)
    case.run("forget_window")
    stays(case, "unrecorded")


def test_an_hour_that_is_half_in_keeps_the_day(case: Case) -> None:
    fill(case)
    case.maintain()
    case.log.event(call(70, "half"), CLOSED)
    case.log.sink()
    case.log.tick(LATER, 0)
    case.log.sink()
    stays(case, "retention")
    case.log.event(call(71, "other half"), CLOSED + 1, 1)
    pass_time(case)
    goes(case)


def test_a_disputed_window_keeps_the_day_until_it_is_settled(case: Case) -> None:
    fill_days(case)
    case.run("raise_partial", by=1)
    pass_time(case)
    stays(case, "unfinished")
    case.run("raise_partial", by=-1)
    goes(case)


def test_a_row_that_the_proof_did_not_count_keeps_the_day(case: Case) -> None:
    fill_days(case)
    case.maintain()
    case.run("add_ledger_row")
    pass_time(case)
    stays(case, "rows")


def test_a_late_row_without_its_correction_keeps_the_day(case: Case) -> None:
    fill_days(case)
    case.maintain()
    case.run("forget_late_corrections")
    pass_time(case)
    stays(case, "corrections")


def test_an_import_that_has_not_ended_keeps_the_day(case: Case) -> None:
    fill_days(case)
    case.log.event(call(3, "imported"), LATER, 0, IMPORT)
    pass_time(case)
    stays(case, "unfinished")
    case.log.end(IMPORT, LATER, 0)
    case.log.sink()
    stays(case, "unfinished")
    case.log.end(IMPORT, LATER, 1)
    case.log.sink()
    goes(case)


def test_an_import_that_arrives_after_the_day_has_gone_is_refused_and_accounted_for(case: Case) -> None:
    """Nobody could tell whether its events were counted before; the processor counted them, so that is taken back."""
    fill_days(case)
    pass_time(case)
    again, new = call(0, session_id="s0", project_id="p0"), call(5, "new")
    case.log.event(again, LATER, 0, IMPORT)
    case.log.event(new, LATER, 1, IMPORT)
    case.maintain()
    case.log.end(IMPORT, LATER)
    case.log.event(call(6, "after the end"), LATER + 1, 1, IMPORT)
    case.log.sink()
    case.maintain()
    assert case.states() == ["compacted", "compacted"]
    letters = [row for row in case.run("dead_letters") if row["kind"] == "import"]
    assert [row["reason"] for row in letters] == ["expired"] * 3
    assert case.run("ledger_rows") == []
    report = case.audit()
    assert report.ok, report.findings
    assert report.proven_events == 12


def test_an_import_into_a_day_that_was_never_there_is_taken_however_old(case: Case) -> None:
    fill_days(case)
    pass_time(case)
    case.maintain()
    case.log.event(call(-400 * 24 * 60, "ancient"), LATER, 0, IMPORT)
    case.log.end(IMPORT, LATER)
    case.log.sink()
    report = case.maintain()
    assert [verdict.comparison.ledger.events for verdict in report.compacted] == [1]
    assert len(report.retention.dropped) == 1
    assert case.audit().proven_events == 13


def test_an_administrators_action_keeps_every_day(case: Case) -> None:
    fill_days(case)
    pass_time(case)
    with connect(case.database.owner, "importing") as admin, admin_action(admin, "import", "a test"):
        assert case.maintain().retention.left == {FIRST: "an administrator's action is under way"}
    goes(case)


def test_a_sink_that_is_writing_into_the_day_keeps_it_and_neither_waits(case: Case) -> None:
    fill_days(case)
    pass_time(case)
    with psycopg.connect(case.database.sink) as sink:
        sink.execute("SELECT * FROM hold_llm_windows(%s, %s)", [["live"], [FIRST]])
        assert case.maintain().retention.left == {FIRST: "a sink is writing into it"}
    goes(case)


def test_one_sink_far_behind_keeps_the_day(case: Case) -> None:
    fill_days(case)
    case.log.tick(LATER, 0)
    case.log.sink()
    stays(case, "retention")
    case.log.tick(LATER, 1)
    case.log.sink(ledger=False)
    stays(case, "retention")
    case.log.sink()
    goes(case)


def test_a_partition_that_nothing_was_read_from_keeps_the_day(database: Database) -> None:
    with open_case(database, **RETENTION) as case:
        for minute in range(3):
            case.log.event(call(minute), START)
        case.log.tick(LATER, 0)
        case.log.sink()
        stays(case, "no_clock")


def test_this_machines_clock_says_nothing(case: Case) -> None:
    """However late it is here: while the log stands still, no day grows older."""
    fill_days(case)
    pass_time(case, START + DAY_MS)
    stays(case, "retention")


def test_a_broker_whose_clock_is_set_back_keeps_the_day(case: Case) -> None:
    fill_days(case)
    pass_time(case, LATER - DAY_MS)
    for hour in range(5):
        pass_time(case, START + hour * HOUR)
    stays(case, "retention")
    pass_time(case)
    goes(case)


def test_one_broker_whose_clock_is_set_forward_drops_nothing(case: Case) -> None:
    fill_days(case)
    case.log.tick(START + 4000 * DAY_MS, 0)
    case.log.tick(START + DAY_MS, 1)
    case.log.sink()
    stays(case, "retention")


def test_somebody_who_reads_for_long_keeps_the_day_and_stops_no_sink(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "LOCK_TIMEOUT", "100ms")
    fill_days(case)
    pass_time(case)
    with psycopg.connect(case.database.owner) as reader:
        reader.execute("SELECT count(*) FROM llm_usage_events")
        report = case.maintain().retention
        assert (report.expired, report.dropped) == ([FIRST], [])
        assert "lock timeout" in report.left[FIRST]
        case.log.event(call(12 * 24 * 60), LATER + DAY_MS)
        case.log.event(call(12 * 24 * 60), LATER + DAY_MS + 1)
        case.log.sink()
        assert case.maintain().retention.dropped == []
        assert explain(case)[FIRST].fate == "going"
        assert case.audit().ok
    goes(case)


def test_a_day_that_is_made_while_another_leaves_is_made(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "LOCK_TIMEOUT", "100ms")
    fill_days(case)
    pass_time(case)
    with psycopg.connect(case.database.owner) as reader:
        reader.execute("SELECT count(*) FROM llm_usage_events")
        case.maintain()
        case.log.event(call(20 * 24 * 60, "new day"), START + 20 * DAY_MS)
        case.log.sink()
    assert len(case.run("ledger_rows")) == 1
    goes(case)
