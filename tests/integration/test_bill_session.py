"""A session's totals: its own events, no more and no less, before and after compaction."""

from datetime import UTC, datetime, timedelta

import pytest

from support.billing_events import random_event, seeded
from support.billing_rows import Fate, Recorded, Window, connect, write_usage
from support.billing_truth import lines_of
from support.postgres import Database
from tollbook_billing import Usage, UsageStatement, session_usage
from tollbook_schemas import WindowRule

START = datetime(2026, 4, 2, 12, tzinfo=UTC)
FATES: tuple[Fate, ...] = ("on_time", "on_time", "late", "duplicate", "conflict")


def _records() -> list[Recorded]:
    random = seeded(11)
    records = []
    for number in range(120):
        event = random_event(random, START + timedelta(seconds=random.randrange(3 * 3600)), number)
        records.append(Recorded(event, number, random.choice(FATES), partition=number % 2))
    return records


def _by_line(answer: UsageStatement) -> dict[tuple[str, ...], Usage]:
    """Lines without their state, which compaction changes."""
    summed: dict[tuple[str, ...], Usage] = {}
    for key, usage in lines_of(answer.lines).items():
        name = tuple(str(part) for part in key[:-1])
        summed[name] = summed.get(name, Usage()) + usage
    return summed


@pytest.fixture
def records() -> list[Recorded]:
    return _records()


@pytest.mark.parametrize("compacted_hours", [1, 3])
def test_compaction_changes_only_the_state(database: Database, records: list[Recorded], compacted_hours: int) -> None:
    compacted: set[Window] = {("live", START + timedelta(hours=hour)) for hour in range(compacted_hours)}
    with connect(database.owner) as connection:
        write_usage(connection, records)
        before = session_usage(connection, "s1")
    with connect(database.owner) as connection:
        connection.execute("TRUNCATE llm_usage_events, llm_usage_partials, llm_usage_adjustments")
        connection.execute("TRUNCATE llm_windows, llm_changelog_partitions")
        write_usage(connection, records, compacted=compacted)
        after = session_usage(connection, "s1")
    assert _by_line(before) == _by_line(after)
    assert {line.state for line in before.lines} == {"provisional"}
    assert {line.state for line in after.lines} == ({"final"} if compacted_hours == 3 else {"final", "provisional"})


def test_totals_are_the_sum_of_the_sessions_events(database: Database, records: list[Recorded]) -> None:
    mine = [record.event for record in records if record.is_net and record.event.session_id == "s1"]
    with connect(database.owner) as connection:
        write_usage(connection, records, compacted={("live", START + timedelta(hours=1))})
        totals = session_usage(connection, "s1").totals
    assert (totals.events, totals.calls) == (len(mine), sum(event.call_count for event in mine))
    assert totals.prompt_tokens == sum(event.prompt_tokens or 0 for event in mine)
    assert totals.completion_tokens == sum(event.completion_tokens or 0 for event in mine)


def test_narrower_windows_are_told_to_the_question(database: Database) -> None:
    quarter = timedelta(minutes=15)
    rule = WindowRule(width_ms=900_000)
    random = seeded(5)
    records = [Recorded(random_event(random, START + quarter * number, number), number) for number in range(40)]
    mine = [record for record in records if record.event.session_id == "s1"]
    compacted: set[Window] = {("live", START + quarter * number) for number in range(0, 40, 2)}
    with connect(database.owner) as connection:
        write_usage(connection, records, compacted=compacted, rule=rule)
        assert session_usage(connection, "s1", window=quarter).totals.events == len(mine)
