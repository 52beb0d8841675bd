"""Totals of days and months stand for their windows only where that changes no digit, and always equal them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from psycopg import Connection
from psycopg.errors import RestrictViolation

from support.billing_events import MODELS, random_event, seeded
from support.billing_prices import Price, random_prices, write_prices
from support.billing_rows import Fate, Recorded, connect, write_usage
from support.billing_truth import expected_lines, lines_of
from support.postgres import Database, PostgresServer
from tollbook_billing import project_usage
from tollbook_schemas import WindowRule

START = datetime(2026, 1, 25, tzinfo=UTC)
CUTS = (datetime(2026, 2, 11, 5, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC))
"""Prices change inside a day, with a month, and with a day inside a month."""
HOURS = 24 * 70
FINAL = {START + timedelta(hours=hour) for hour in range(HOURS - 100)}
RULE = WindowRule()
FATES: tuple[Fate, ...] = ("on_time", "on_time", "on_time", "late", "duplicate")
NOT_THE_SUMS = """
    SELECT period_start, key_digest FROM llm_{0}_usage AS kept
    FULL JOIN (
        SELECT date_trunc('{1}', window_start, 'UTC') AS period_start, key_digest, sum(events) AS events,
            sum(prompt_tokens) AS prompt_tokens, sum(latency_ms_calls) AS latency_ms_calls
        FROM llm_usage_rollups GROUP BY 1, 2
    ) AS summed USING (period_start, key_digest)
    WHERE (kept.events, kept.prompt_tokens, kept.latency_ms_calls)
        IS DISTINCT FROM (summed.events, summed.prompt_tokens, summed.latency_ms_calls)
"""


@pytest.fixture(scope="module")
def filled(postgres: PostgresServer) -> Iterator[tuple[Connection[Any], list[Recorded], list[Price]]]:
    """Ten weeks of calls, most of their windows compacted, and prices that change on the way."""
    random = seeded(1)
    times = [START + timedelta(seconds=random.randrange(HOURS * 3600)) for _ in range(250)]
    times += [cut + timedelta(minutes=minutes) for cut in CUTS for minutes in (-601, -61, -1, 0, 59, 60, 601)]
    records = [
        Recorded(random_event(seeded(number // 8), at, number), number, random.choice(FATES))
        for number, at in enumerate(times)
    ]
    models = [model for model in MODELS if model[1] != "m-unpriced"]
    prices = [price for model, cut in zip(models, CUTS, strict=True) for price in random_prices(random, [model], cut)]
    with postgres.database() as database, connect(database.owner) as connection:
        write_prices(connection, prices)
        write_usage(connection, records, compacted={("live", start) for start in FINAL})
        yield connection, [record for record in records if record.event.project_id == "p1"], prices


def _range(random: Random) -> tuple[datetime | None, datetime | None]:
    """Two bounds, on an hour, a day, a month or a cut, or none at all."""
    months = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4, 5)]
    days = [START + timedelta(days=day) for day in range(72)]
    hours = [START + timedelta(hours=random.randrange(HOURS)) for _ in range(20)]
    first, last = sorted(random.sample(sorted({*months, *random.sample(days, 20), *hours, *CUTS}), 2))
    return random.choice((first, first, first, None)), random.choice((last, last, last, None))


@pytest.mark.parametrize("seed", range(12))
def test_any_range_is_exact(filled: tuple[Connection[Any], list[Recorded], list[Price]], seed: int) -> None:
    connection, records, prices = filled
    start, end = _range(seeded(seed))
    inside = [
        record
        for record in records
        if (start is None or record.event.created_at >= start) and (end is None or record.event.created_at < end)
    ]
    answer = project_usage(connection, "p1", start, end)
    assert lines_of(answer.lines) == expected_lines(inside, prices, FINAL, RULE)


@pytest.mark.parametrize("by", [("day",), ("month",), ("window",), ("month", "environment")])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_all_ways_to_cut_add_up_to_the_same(
    filled: tuple[Connection[Any], list[Recorded], list[Price]], by: tuple[Any, ...], zone: str
) -> None:
    connection, records, prices = filled
    answer = project_usage(connection, "p1", by=by, zone=zone)
    expected = expected_lines(records, prices, FINAL, RULE).values()
    assert answer.totals == sum(expected, start=type(answer.totals)())
    assert len(answer.lines) > 2


def _wrong(connection: Connection[Any]) -> list[Any]:
    """Periods whose totals are not the sums of their windows."""
    return [
        row
        for table, unit in (("daily", "day"), ("monthly", "month"))
        for row in connection.execute(NOT_THE_SUMS.format(table, unit).encode())
    ]


@pytest.mark.parametrize(
    "change",
    [
        "SELECT",
        "UPDATE llm_usage_rollups SET prompt_tokens = prompt_tokens + 7, latency_ms_calls = 3 WHERE events > 1",
        "DELETE FROM llm_usage_rollups WHERE window_start < '2026-02-14 11:00Z'",
        "DELETE FROM llm_usage_rollups",
    ],
)
def test_periods_are_the_sums_of_their_windows_whatever_is_done_to_these(database: Database, change: str) -> None:
    records = [
        Recorded(random_event(seeded(number // 4), START + timedelta(hours=9 * number), number), number)
        for number in range(150)
    ]
    with connect(database.owner) as connection:
        for half in (records[::2], records[1::2]):  # written by turns, so that totals are added to
            write_usage(connection, half, compacted={("live", start) for start in FINAL})
            connection.execute("DELETE FROM llm_changelog_partitions")
        assert connection.execute("SELECT count(*) > 20 FROM llm_daily_usage").fetchone() == (True,)
        connection.execute(change.encode())
        assert _wrong(connection) == []


@pytest.mark.parametrize(
    "change",
    ["UPDATE llm_usage_rollups SET window_start = window_start + interval '40 days'", "TRUNCATE llm_usage_rollups"],
)
def test_final_rows_are_not_moved_or_emptied_past_their_periods(database: Database, change: str) -> None:
    record = Recorded(random_event(seeded(1), START, 1), 1)
    with connect(database.owner) as connection:
        write_usage(connection, [record], compacted={("live", START)})
        with pytest.raises(RestrictViolation):
            connection.execute(change.encode())
