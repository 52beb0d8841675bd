"""Timestamps of files."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_producers.imports.times import parse_time
from tollbook_schemas.ids import datetime_to_ms

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime_to_ms(datetime(2023, 11, 16, 12, 0, 0, 123_000, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    [
        "2023-11-16 12:00:00.1239999",
        "2023-11-16T12:00:00.123Z",
        " 2023-11-16 12:00:00,123 ",
        "2023-11-16T13:00:00.123+01:00",
        "2023-11-16T17:30:00.123+0530",
        "2023-11-16T04:00:00.123-08",
        "2023-11-16 12:00:00.123 UTC",
        "1700136000.1239",
        "1700136000123",
    ],
)
def test_every_spelling_of_one_moment(text: str) -> None:
    assert parse_time(text, UTC_ZONE) == NOON


def test_a_naive_time_is_in_the_given_zone() -> None:
    assert parse_time("2023-11-16 13:00:00.123", BERLIN) == NOON


def test_an_offset_beats_the_given_zone() -> None:
    assert parse_time("2023-11-16 12:00:00.123Z", BERLIN) == NOON


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2023-10-29 02:30:00", "happened twice"),
        ("2023-03-26 02:30:00", "does not exist in Europe/Berlin"),
    ],
)
def test_a_local_time_that_is_not_one_moment_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_time(text, BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2023-11-16",
        "16/11/2023 12:00",
        "2023-11-16 24:00:00",
        "2023-02-29 12:00:00",
        "2023-11-16 12:00:60",
        "2023-11-16 12:00:00+25:00",
        "2023-11-16 12:00:00+01:75",
        "20231116",
        "202311161200",
        "20231116120000",
        "1700136000123456",
        "1e9",
        "٢٠٢٣-11-16 12:00:00",
    ],
)
def test_what_is_no_single_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time|offset"):
        parse_time(text, UTC_ZONE)


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001 - UTC is put on below
    st.integers(-14 * 60, 14 * 60),
)
def test_iso_times_with_offsets_round_trip(naive: datetime, minutes: int) -> None:
    moment = naive.replace(tzinfo=UTC)
    local = (naive + timedelta(minutes=minutes)).isoformat(timespec="microseconds")
    sign = "-" if minutes < 0 else "+"
    text = f"{local}{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    assert parse_time(text, BERLIN) == datetime_to_ms(moment)
