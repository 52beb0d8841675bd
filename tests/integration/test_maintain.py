"""Which windows a pass closes, which days it makes, and who may do it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from support.lifecycle_case import CLOSED, HOUR, IMPORT, START, Case, call, fill, open_case
from support.postgres import Database
from support.waiting import eventually
from support.workers import run_worker
from tollbook_sinks.lifecycle import MaintenanceFailedError, maintain_once
from tollbook_sinks.lifecycle.lock import maintenance_lock
from tollbook_sinks.lifecycle.session import connect


@pytest.fixture
def case(database: Database) -> Iterator[Case]:
    with open_case(database, maintain_interval_seconds=0.05) as made:
        yield made


def test_an_idle_partition_keeps_the_window_open_until_its_clock_moves(case: Case) -> None:
    case.log.event(call(), START, partition=0)
    case.log.tick(CLOSED, 0)
    case.log.sink()
    assert case.maintain().closed == ()
    case.log.tick(CLOSED - 1, 1)  # the last moment of the grace is still on time
    case.log.sink()
    assert case.maintain().closed == ()
    case.log.tick(CLOSED, 1)
    case.log.sink()
    assert len(case.maintain().compacted) == 1


@pytest.mark.parametrize("first", ["ledger", "rollups"])
def test_both_sides_must_have_passed(case: Case, first: str) -> None:
    case.log.event(call(), START)
    case.log.sink()
    case.log.tick(CLOSED)
    case.log.sink(ledger=first == "ledger", rollups=first == "rollups")
    assert case.maintain().closed == ()
    case.log.sink()
    assert len(case.maintain().compacted) == 1


def test_rollups_that_have_not_seen_the_window_yet_keep_it_open(case: Case) -> None:
    """Their mark does not list it as open: only its clock tells that it is far behind."""
    case.log.event(call(-60), START - 1)
    case.log.sink()
    case.log.event(call(), START)
    case.log.tick(CLOSED)
    case.log.sink(rollups=False)
    assert [window for window in case.maintain().closed if window.start_ms == START] == []
    case.log.sink()
    assert len(case.maintain().compacted) == 2


def test_an_import_closes_when_its_end_is_in_every_partition(case: Case) -> None:
    case.log.event(call(), START, 0, IMPORT)
    case.log.event(call(60), START + HOUR, 1, IMPORT)
    case.log.end(IMPORT, START + 1, 0)
    case.log.sink()
    assert case.maintain().closed == ()
    case.log.end(IMPORT, START + 2, 1)
    case.log.sink()
    report = case.maintain()
    assert [verdict.window.stream for verdict in report.compacted] == [IMPORT, IMPORT]


def test_live_clocks_do_not_close_an_import_nor_the_other_way_round(case: Case) -> None:
    case.log.event(call(), START, 0, IMPORT)
    case.log.event(call(1), START, 0)
    case.log.tick(CLOSED)
    case.log.sink()
    assert [window.stream for window in case.maintain().closed] == ["live"]
    case.log.event(call(240), CLOSED, 0)
    case.log.end(IMPORT, CLOSED)
    case.log.sink()
    assert [window.stream for window in case.maintain().closed] == [IMPORT]


def test_days_are_made_ahead_once(case: Case) -> None:
    today = datetime.now(UTC).date()
    made = case.maintain().days_made
    ahead = timedelta(days=case.settings.ledger_days_ahead)
    # The run may cross midnight.
    assert made[0] in {today, today + timedelta(days=1)}
    assert made[-1] - made[0] == ahead
    assert len(made) == case.settings.ledger_days_ahead + 1
    names = [row["relname"] for row in case.run("ledger_days")]
    assert names == [f"llm_usage_events_{day:%Y%m%d}" for day in made]


def test_once_does_nothing_while_another_maintains_and_says_who(case: Case) -> None:
    fill(case)
    with connect(case.database.owner, "the other one") as other, maintenance_lock(other) as holder:
        assert holder is None
        report = case.maintain()
        assert report.held_by is not None
        assert report.held_by.pid == other.info.backend_pid
        assert report.held_by.application_name == "the other one"
        assert not report.did_something
    assert case.states() == ["open"]
    assert case.maintain().held_by is None


def test_a_second_service_waits_and_takes_over(case: Case, tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    with run_worker("maintain", case.settings, case.database, tmp_path / "first") as first:
        eventually(lambda: "maintaining" in first.output)
        with run_worker("maintain", case.settings, case.database, tmp_path) as second:
            eventually(lambda: "waiting" in second.output)
            fill(case)
            eventually(lambda: case.states() == ["compacted"])
            first.kill()
            eventually(lambda: "maintaining" in second.output)
            assert second.output.count("waiting") == 1
            assert second.stop() == 0


def test_sigterm_ends_the_service_with_0(case: Case, tmp_path: Path) -> None:
    with run_worker("maintain", case.settings, case.database, tmp_path) as service:
        eventually(lambda: "maintaining" in service.output)
        assert service.stop() == 0


def test_the_command_says_what_it_did_as_json(case: Case, tmp_path: Path) -> None:
    fill(case)
    with run_worker("maintain --once --json", case.settings, case.database, tmp_path) as once:
        eventually(lambda: once.exit_code is not None)
        assert once.exit_code == 0, once.output
        report = json.loads(once.output)
    window = {"stream": "live", "window_start": "2026-09-21T14:00:00Z"}
    assert report["closed"] == [window]
    assert report["compacted"] == [{**window, "events": 12, "calls": 12}]
    assert (report["held_by"], report["disputed"], report["postponed"]) == (None, [], [])
    assert len(report["days_made"]) == case.settings.ledger_days_ahead + 1


def test_the_command_fails_on_a_dispute_and_names_it(case: Case, tmp_path: Path) -> None:
    fill(case)
    case.run("raise_partial", by=1)
    with run_worker("maintain --once", case.settings, case.database, tmp_path) as once:
        assert eventually(lambda: once.exit_code) == 1, once.output
        assert once.output.count("disputed live 2026-09-21T14:00:00Z") == 1
        assert "prompt_tokens: ledger 100, rollups 101 (project_id=p, provider=openai" in once.output


def test_the_sinks_role_is_told_that_it_may_not(case: Case) -> None:
    fill(case)
    with pytest.raises(MaintenanceFailedError, match="owns the tables"):
        maintain_once(case.database.sink, case.settings)
    assert case.states() == ["open"]


def test_a_sink_goes_on_while_a_window_is_compared(case: Case) -> None:
    """Comparing holds nothing that the sink's transaction waits for, however long it takes."""
    fill(case)
    case.maintain()
    case.log.event(call(120), CLOSED)
    with psycopg.connect(case.database.owner) as comparing:
        comparing.execute(b"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        comparing.execute(b"SELECT count(*) FROM llm_usage_event_measures")
        case.log.sink()
    assert case.events()["partials"] == 1
