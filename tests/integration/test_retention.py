"""A day's rows leave the ledger when every window of it is proven and its time has come; everything else stays."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.lifecycle_case import START, Case, call, open_case
from support.postgres import Database
from support.retention_case import (
    DAY_MS,
    FIRST,
    LATER,
    RETENTION,
    answers,
    codes,
    day,
    explain,
    fill_days,
    pass_time,
)
from support.waiting import eventually
from support.workers import run_worker
from tollbook_sinks.lifecycle import list_windows
from tollbook_sinks.lifecycle.session import connect

TABLE = f"llm_usage_events_{FIRST:%Y%m%d}"


@pytest.fixture
def case(database: Database) -> Iterator[Case]:
    with open_case(database, **RETENTION) as made:
        yield made


def tables(case: Case) -> list[str]:
    """The tables of days that are still there, attached or not."""
    return [row["relname"] for row in case.run("day_tables")]


def test_a_day_that_has_served_its_time_is_dropped_and_its_answers_stay(case: Case) -> None:
    fill_days(case, 3)
    case.log.tick(LATER - DAY_MS)
    case.log.sink()
    case.maintain()
    kept = answers(case)
    pass_time(case)
    report = case.maintain()
    assert (report.retention.expired, report.retention.dropped, report.retention.left) == ([FIRST], [FIRST], {})
    assert answers(case) == kept
    assert TABLE not in tables(case)
    assert [row["created_at"].date() for row in case.run("ledger_rows")] == [day(1), day(2)]
    assert not case.maintain().retention.did_something


def test_the_audit_still_proves_what_was_dropped(case: Case) -> None:
    fill_days(case, 2)
    pass_time(case)
    case.maintain()
    report = case.audit()
    assert report.ok, report.findings
    assert (report.windows["expired"], report.windows["compacted"]) == (1, 1)
    assert report.proven_events == 12 + 1
    case.run("change_rollup")
    assert {finding.check for finding in case.audit().findings} == {"proof", "window"}


def test_the_windows_of_a_dropped_day_are_listed_as_expired(case: Case) -> None:
    fill_days(case, 2)
    pass_time(case)
    case.maintain()
    with connect(case.database.owner, "test") as connection:
        assert [record.state for record in list_windows(connection)] == ["expired", "compacted"]
        (expired,) = list_windows(connection, ["expired"])
    assert expired.ledger_events == 12
    assert expired.ledger_digest == expired.rollup_digest


def test_nothing_goes_while_no_retention_is_set(database: Database) -> None:
    with open_case(database) as case:
        fill_days(case)
        pass_time(case, START + 4000 * DAY_MS)
        assert not case.maintain().retention.did_something
        assert codes(explain(case)[FIRST]) == ["no_retention"]
        assert TABLE in tables(case)


def test_the_age_is_inclusive_and_the_horizon_holds_where_the_retention_is_shorter(database: Database) -> None:
    with open_case(database, ledger_retention_days=1) as case:
        fill_days(case)
        end = START - START % DAY_MS + DAY_MS
        pass_time(case, end + DAY_MS)
        assert codes(explain(case)[FIRST]) == ["retention"]
        pass_time(case, end + 7 * DAY_MS)
        assert codes(explain(case)[FIRST]) == ["horizon"]
        assert case.maintain().retention.dropped == []
        pass_time(case, end + 7 * DAY_MS + 1)
        assert case.maintain().retention.dropped == [FIRST]


def test_a_dropped_day_is_never_made_again(case: Case) -> None:
    fill_days(case)
    pass_time(case)
    case.maintain()
    with connect(case.database.owner, "test") as connection:
        connection.execute("SELECT ensure_ledger_day(%s)", [FIRST])
    assert TABLE not in tables(case)


def test_a_live_event_of_a_dropped_day_is_too_old_and_accounted_for(case: Case) -> None:
    fill_days(case)
    pass_time(case)
    case.maintain()
    case.log.event(call(4, "straggler"), LATER + 1)
    case.log.sink()
    assert [row["reason"] for row in case.run("dead_letters")][-1] == "too_old"
    assert case.audit().ok


def test_a_quiet_day_goes_too(case: Case) -> None:
    fill_days(case)
    with connect(case.database.owner, "test") as connection:
        connection.execute("SELECT ensure_ledger_day(%s)", [day(-1)])
    pass_time(case)
    assert case.maintain().retention.dropped == [day(-1), FIRST]
    assert case.audit().ok


def test_the_dry_run_explains_and_changes_nothing(case: Case, tmp_path: Path) -> None:
    fill_days(case, 3)
    pass_time(case)
    with run_worker("maintain --dry-run --json", case.settings, case.database, tmp_path) as worker:
        assert eventually(lambda: worker.exit_code is not None), worker.output
        assert worker.exit_code == 0, worker.output
    days = {entry["day"]: entry for entry in json.loads(worker.output)["days"]}
    first = days["2026-09-21"]
    assert (first["fate"], first["rows"]) == ("stays", 13)
    assert first["reasons"] == [{"code": "unfinished", "detail": "live 2026-09-21T14:00:00Z is open, with 13 rows"}]
    assert [reason["code"] for reason in days["2026-09-22"]["reasons"]] == ["retention"]
    assert days["2026-09-22"]["rows"] is None
    assert (case.states(), case.run("expired_days")) == (["open"] * 3, [])
    case.maintain()
    assert FIRST not in explain(case)


def test_the_dry_run_prints_a_table(case: Case, tmp_path: Path) -> None:
    fill_days(case)
    pass_time(case)
    environment = {"COLUMNS": "200", "TERM": "dumb"}
    with run_worker("maintain --dry-run", case.settings, case.database, tmp_path, environment) as worker:
        assert eventually(lambda: worker.exit_code is not None), worker.output
    assert "live 2026-09-21T14:00:00Z is open, with 13 rows" in worker.output


def test_the_command_says_what_it_dropped(case: Case, tmp_path: Path) -> None:
    fill_days(case)
    pass_time(case)
    with run_worker("maintain --once", case.settings, case.database, tmp_path) as worker:
        assert eventually(lambda: worker.exit_code is not None), worker.output
    assert worker.exit_code == 0
    assert "dropped the ledger's rows of 2026-09-21" in worker.output
