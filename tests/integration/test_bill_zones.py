"""Days and months of a time zone, where windows can be cut there."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from psycopg import Connection

from support.billing_events import seeded, usage_event
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database, PostgresServer
from tollbook_billing import Part, UsageRangeError, UsageStatement, project_usage
from tollbook_schemas import WindowRule

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
)
"""Clocks set at 2:00, at 0:00 (forth and back), by half an hour; a day that was left out; odd offsets."""


@pytest.fixture(scope="module")
def shared(postgres: PostgresServer) -> Iterator[Connection[Any]]:
    """A database that nothing is written to."""
    with postgres.database() as database, connect(database.owner) as connection:
        yield connection


def _days(statement: UsageStatement) -> dict[date | None, int]:
    return {line.period: line.usage.calls for line in statement.lines}


def _write(connection: Connection[Any], times: list[datetime], rule: WindowRule = WindowRule()) -> None:  # noqa: B008
    write_usage(connection, [Recorded(usage_event(at, n), n) for n, at in enumerate(times)], rule=rule)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 5, 5), 24)])
def test_a_day_has_as_many_hours_as_the_clocks_say(database: Database, day: date, hours: int) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    with connect(database.owner) as connection:
        _write(connection, [noon + timedelta(hours=hour) for hour in range(-40, 40)])
        answer = project_usage(connection, "p1", by=("day",), zone="Europe/Berlin")
    assert _days(answer)[day] == hours
    assert sum(_days(answer).values()) == 80
    begins = {line.period: line.period_start for line in answer.lines}[day]
    assert begins == datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


def test_a_month_begins_where_the_zone_says(database: Database) -> None:
    edge = datetime(2026, 3, 1, 5, tzinfo=UTC)
    with connect(database.owner) as connection:
        _write(connection, [edge - timedelta(hours=1), edge, edge + timedelta(days=20)])
        answer = project_usage(connection, "p1", by=("month",), zone="America/New_York")
    assert _days(answer) == {date(2026, 2, 1): 1, date(2026, 3, 1): 2}


@pytest.mark.parametrize("by", ["day", "month"])
def test_a_cut_that_windows_cannot_make_is_refused_with_the_reason(database: Database, by: Part) -> None:
    first = datetime(2026, 3, 31, 10, tzinfo=UTC)
    with connect(database.owner) as connection:
        _write(connection, [first, first + timedelta(hours=12)])
        for start, end in ((None, None), (first, None), (first, first + timedelta(hours=20))):
            with pytest.raises(UsageRangeError, match=rf"a {by} of Asia/Kolkata begins at 2026-03-31 18:30:00 UTC"):
                project_usage(connection, "p1", start, end, by=(by,), zone="Asia/Kolkata")
        inside_one_day = first, first + timedelta(hours=2)
        assert _days(project_usage(connection, "p1", *inside_one_day, by=("day",), zone="Asia/Kolkata")) == {
            date(2026, 3, 31): 1
        }


def test_windows_of_half_an_hour_can_be_cut_into_days_of_kolkata(database: Database) -> None:
    half = timedelta(minutes=30)
    midnight = datetime(2026, 3, 31, 18, 30, tzinfo=UTC)
    with connect(database.owner) as connection:
        _write(connection, [midnight - half, midnight, midnight + half], WindowRule(width_ms=1_800_000))
        answer = project_usage(connection, "p1", by=("day",), zone="Asia/Kolkata", window=half)
    assert _days(answer) == {date(2026, 3, 31): 1, date(2026, 4, 1): 2}


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ({"by": ("colour",)}, "not by 'colour'"),
        ({"by": ("day", "month")}, "exclude each other"),
        ({"by": ("day",), "zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"by": ("day",), "zone": None}, "time zone is missing"),
        ({"by": (None,)}, "not by NULL"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(shared: Connection[Any], question: dict[str, Any], reason: str) -> None:
    with pytest.raises(UsageRangeError, match=reason):
        project_usage(shared, "p1", **question)


def test_a_day_begins_when_the_clocks_of_its_zone_do(shared: Connection[Any]) -> None:
    random = seeded(1)
    times = [datetime(2010, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * random.randrange(580_000)) for _ in range(400)]
    times += [datetime(2018, 11, 4, hour, tzinfo=UTC) for hour in range(12)]  # Havana's twice 0:00, Sao Paulo's none
    for zone in ZONES:
        rows = shared.execute(
            "SELECT at, llm_local_start('day', at, %s) FROM unnest(%s::timestamptz[]) AS at", [zone, times]
        ).fetchall()
        for at, begins in rows:
            local = ZoneInfo(zone)
            day = at.astimezone(local).date()
            assert begins.astimezone(local).date() == day, (zone, at)
            assert (begins.astimezone(UTC) - timedelta(seconds=1)).astimezone(local).date() != day, (zone, at)
            assert begins <= at, (zone, at)
