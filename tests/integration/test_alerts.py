"""Alerts from real tables and a real log, the endpoints of running services, and what `tollbook status` prints."""

import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from conftest import MakeSettings
from support.json_shapes import example_of, shape
from support.lifecycle_case import Case, open_case
from support.postgres import Database
from support.sink_events import DAY_MS, HOUR_MS, Message, message_of, usage_event
from support.sink_writer import LogWriter
from support.waiting import eventually
from support.workers import run_worker
from tollbook_cli.app import make_app
from tollbook_cli.commands import status
from tollbook_cli.stack.ports import free_ports
from tollbook_schemas.settings import Settings
from tollbook_sinks.alerts import (
    Facts,
    LogEnds,
    Producer,
    Thresholds,
    UsageGap,
    find_alerts,
    look,
    read_facts,
    thresholds_of,
)
from tollbook_sinks.lifecycle import connect
from tollbook_sinks.records import Feed

THRESHOLDS = thresholds_of(Settings())
WORKERS = ("processor", "sink", "maintain")


@pytest.fixture
def now_ms() -> int:
    """Of each test its own: lag is counted up to the clock of Postgres."""
    return time.time_ns() // 1_000_000


@pytest.fixture
def this_hour(now_ms: int) -> int:
    return now_ms - now_ms % HOUR_MS


@pytest.fixture
def case(database: Database) -> Iterator[Case]:
    with open_case(database) as opened:
        yield opened


def facts_of(case: Case, thresholds: Thresholds = THRESHOLDS, ends: Any = "not asked") -> Facts:
    with connect(case.database.owner, "a test") as connection:
        return read_facts(connection, thresholds, ends)


def append(case: Case, number: int, at: int, partition: int = 0, **fields: Any) -> None:
    case.log.event(usage_event(number, at, **fields), at, partition)


def test_a_quiet_ledger_has_nothing_to_say(case: Case, now_ms: int) -> None:
    case.log.tick(now_ms)
    case.log.sink()
    quiet = facts_of(case, ends={})
    assert [alert.code for alert in find_alerts(quiet, THRESHOLDS)] == []


def test_missing_usage_is_counted_by_model_and_use_case_over_the_sliding_time(case: Case, now_ms: int) -> None:
    for number in range(10):
        gone: dict[str, Any] = (
            {"status": "missing_usage", "prompt_tokens": None, "completion_tokens": None} if number < 4 else {}
        )
        append(case, number, now_ms, model="m", response_model="m-2026", **gone)
        append(case, 100 + number, now_ms - 3 * HOUR_MS, model="m", status="missing_usage")
    case.log.sink()
    assert facts_of(case).usage_gaps == (UsageGap("openai", "m-2026", "barbara_analysis", 10, 4),)


def test_an_idle_producer_is_one_that_had_a_steady_flow(case: Case, now_ms: int, this_hour: int) -> None:
    for hour in range(8, 0, -1):
        at = this_hour - hour * HOUR_MS
        append(case, hour, at, project_id="stopped", environment="prod")
        append(case, 10 + hour, at, project_id="goes-on", environment="prod")
        if hour % 2:
            append(case, 20 + hour, at, project_id="now-and-then", environment="prod")
    append(case, 30, now_ms, project_id="goes-on", environment="prod")
    append(case, 31, now_ms, project_id="stopped", environment="dev")
    case.log.tick(now_ms)
    case.log.sink()
    assert facts_of(case).idle == (Producer("prod", "stopped"),)


def test_nobody_is_idle_by_a_ledger_that_is_behind(case: Case, now_ms: int, this_hour: int) -> None:
    for hour in range(10, 2, -1):
        append(case, hour, this_hour - hour * HOUR_MS, project_id="p")
    case.log.tick(this_hour - 3 * HOUR_MS + 1)
    case.log.sink()
    assert facts_of(case).idle == ()
    case.log.tick(now_ms)
    case.log.sink()
    assert facts_of(case, replace(THRESHOLDS, idle=timedelta(hours=2.5))).idle == (Producer(None, "p"),)
    assert facts_of(case, replace(THRESHOLDS, idle=timedelta(0))).idle == ()


def test_dead_letters_drops_and_lag(case: Case, now_ms: int) -> None:
    case.log.garbage(now_ms)
    case.log.event(usage_event(1, now_ms - 30 * DAY_MS), now_ms, 1)
    append(case, 2, now_ms, status="error", error_type="dropped", call_count=7)
    case.log.sink()
    ends = {Feed("source", "live", 0): 5, Feed("changelog", "live", 0): 9, Feed("source", "live", 2): 4}
    found = facts_of(case, ends=ends)
    assert [(one.reason, one.count) for one in found.undecided] == [("not_json", 1), ("too_old", 1)]
    assert found.dropped_calls == 7
    lags = {(lag.step, lag.kind, lag.partition): lag.records for lag in found.lags}
    assert lags["ledger", "live", 0] == 3
    assert lags["processor", "live", 0] == 3
    assert lags["totals", "live", 0] == 7
    assert lags["ledger", "live", 1] is None
    assert lags["processor", "live", 2] == 4
    assert lags["ledger", "live", 2] == 4
    assert all((lag.seconds or 0) < 60 for lag in found.lags)


def test_a_clock_that_stands_still_is_a_lag_in_seconds(case: Case, now_ms: int) -> None:
    case.log.tick(now_ms - 400_000)
    case.log.sink()
    alerts = find_alerts(facts_of(case, ends={}), THRESHOLDS)
    assert [alert.subject for alert in alerts] == [
        {"step": "ledger", "kind": "live"},
        {"step": "processor", "kind": "live"},
    ]


def test_the_ends_are_those_of_the_log(settings: Settings, database: Database, now_ms: int) -> None:
    writer = LogWriter(settings.kafka)
    for number in range(6):
        writer.write(settings.topics.events, number % 2, message_of(usage_event(number, now_ms)))
    writer.flush()
    with connect(database.owner, "a test") as connection:
        found = look(settings, connection, LogEnds(settings))
        assert found.kafka is None
        waiting = {lag.partition: lag.records for lag in found.lags if (lag.step, lag.kind) == ("ledger", "live")}
        assert waiting == {0: 3, 1: 3, 2: 0, 3: 0}
        away = settings.model_copy(update={"kafka": "127.0.0.1:1"})
        unknown = look(away, connection, LogEnds(away))
    assert [alert.code for alert in find_alerts(unknown, THRESHOLDS)] == ["kafka_unreachable"]


def scraped(port: int) -> dict[tuple[str, ...], float]:
    """The figures of an endpoint by name and label values, in the order of the labels' names."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    return {(sample.name, *sample.labels.values()): sample.value for one in families for sample in one.samples}


def test_every_service_has_its_endpoint_and_status_prints_the_list(
    *, make_settings: MakeSettings, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now_ms: int
) -> None:
    settings = make_settings(tick_idle_seconds=0.5)
    ports = dict(zip(WORKERS, free_ports(len(WORKERS)), strict=True))
    writer = LogWriter(settings.kafka)
    for number in range(40):
        writer.write(settings.topics.events, number % 4, message_of(usage_event(number, now_ms)))
    writer.write(settings.topics.events, 0, Message(b"k", b"no JSON", []))
    writer.flush()
    with ExitStack() as running:
        for command, port in ports.items():
            served = settings.model_copy(update={"metrics_port": port})
            running.enter_context(run_worker(command, served, database, tmp_path))

        def is_through() -> bool:
            try:
                processor, sink = scraped(ports["processor"]), scraped(ports["sink"])
            except OSError as error:
                raise AssertionError(str(error)) from error
            assert processor.get(("tollbook_processor_records_total", "live", "on_time")) == 40
            assert processor["tollbook_processor_records_total", "live", "dead"] == 1
            assert processor["tollbook_processor_refolds_total", "live"] == 0
            assert sink.get(("tollbook_sink_outcomes_total", "ledger")) == 40
            assert sink["tollbook_sink_outcomes_total", "dead_letters"] == 1
            assert sink["tollbook_sink_batches_total",] > 0
            assert sink["tollbook_sink_lag_records", "live", "0", "source"] < 5
            assert processor["tollbook_processor_lag_records", "live", "0"] < 5
            return True

        eventually(is_through, 60)
        maintainer = scraped(ports["maintain"])
        assert maintainer["tollbook_alerts", "dead_letters"] == 1
        assert maintainer["tollbook_alerts", "lag"] == 0
        assert maintainer["tollbook_alert", "dead_letters", "reason=not_json"] == 1
        assert maintainer["tollbook_unfinished_windows", "open"] == 1
        assert maintainer["tollbook_looked_timestamp_seconds",] > now_ms / 1000
        for name, value in {
            "TOLLBOOK_KAFKA": settings.kafka,
            "TOLLBOOK_POSTGRES": database.owner,
            "TOLLBOOK_TOPIC_PREFIX": settings.topic_prefix,
            "TOLLBOOK_HOME": str(tmp_path / "no stack"),
            "TOLLBOOK_SPOOL_DIR": str(tmp_path / "no spool"),
        }.items():
            monkeypatch.setenv(name, value)
        printed = CliRunner().invoke(make_app("status"), ["status", "--json"])
    assert printed.exit_code == 1, printed.output
    alerts = json.loads(printed.stdout)["alerts"]
    assert [(alert["code"], alert["subject"]) for alert in alerts] == [("dead_letters", {"reason": "not_json"})]
    assert [shape(alert) for alert in alerts] == [shape(alert) for alert in example_of(status.command)["alerts"]]
    shown = CliRunner().invoke(make_app("status"), ["status"])
    assert "dead_letters" in shown.stdout
