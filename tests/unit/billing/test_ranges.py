"""Which range a bill is asked for."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_cli.statement.ranges import BadRangeError, Range, choose_range, month_of
from tollbook_schemas import WindowRule

NOW = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
HOURS = WindowRule()
QUARTERS = WindowRule(width_ms=900_000)


def _choose(start: str | None = None, end: str | None = None, *, all_time: bool = False) -> Range:
    return choose_range(start, end, all_time=all_time, rule=HOURS, now=NOW)


def test_without_a_range_it_is_the_utc_month() -> None:
    assert _choose() == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    tokyo = timezone(timedelta(hours=9))
    assert month_of(datetime(2026, 1, 1, 8, tzinfo=tokyo))[0] == datetime(2025, 12, 1, tzinfo=UTC)


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 10, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_month_holds_its_moment_and_begins_where_the_last_ended(now: datetime) -> None:
    first, following = month_of(now)
    assert first <= now < following
    assert month_of(following)[0] == following


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T09:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01T09:00Z", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01T09:00+02:00", datetime(2026, 3, 1, 7, tzinfo=UTC)),
    ],
)
def test_dates_and_times_are_utc_unless_they_name_a_zone(text: str, time: datetime) -> None:
    assert _choose(start=text) == (time, None)
    assert _choose(end=text) == (None, time)


def test_all_time_has_no_bounds() -> None:
    assert _choose(all_time=True) == (None, None)


@pytest.mark.parametrize("text", ["2026-03-01T09:30Z", "2026-03-01T09:00+05:30", "2026-03-01T09:00:00.000001Z"])
def test_a_bound_inside_a_window_is_refused(text: str) -> None:
    with pytest.raises(BadRangeError, match=r"inside a window.* 60 minutes"):
        _choose(start=text)


def test_quarter_hour_windows_take_zones_off_the_hour() -> None:
    found = choose_range("2026-03-01T00:00+05:45", None, all_time=False, rule=QUARTERS, now=NOW)
    assert found == (datetime(2026, 2, 28, 18, 15, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("start", "end", "all_time", "reason"),
    [
        ("yesterday", None, False, "--from 'yesterday': give a date"),
        (None, "2026-02-30", False, "--to '2026-02-30': give a date"),
        ("2026-03-02", "2026-03-02", False, "--from must be before --to"),
        ("2026-03-02", None, True, "exclude each other"),
    ],
)
def test_a_range_that_makes_no_sense_says_why(start: str | None, end: str | None, all_time: bool, reason: str) -> None:
    with pytest.raises(BadRangeError, match=reason):
        _choose(start, end, all_time=all_time)
