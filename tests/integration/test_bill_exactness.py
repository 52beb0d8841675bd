"""A bill computed from totals equals the bill computed event by event, to the last digit."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from support.billing_events import MODELS, random_event, seeded
from support.billing_prices import random_prices, write_prices
from support.billing_rows import Fate, Recorded, connect, write_usage
from support.billing_truth import expected_lines, lines_of
from support.postgres import Database
from tollbook_billing import project_usage, session_usage, workspace_usage
from tollbook_schemas import WindowRule

START = datetime(2026, 3, 31, 20, tzinfo=UTC)
CUT = datetime(2026, 4, 1, 0, tzinfo=UTC)
HOURS = 8
RULE = WindowRule()
FINAL = {START + timedelta(hours=hour) for hour in range(5)}
FATES: tuple[Fate, ...] = ("on_time", "on_time", "on_time", "on_time", "late", "duplicate", "conflict")


def _records(random: Random, count: int) -> list[Recorded]:
    records = []
    for number in range(count):
        at = START + timedelta(seconds=random.randrange(HOURS * 3600))
        stream = random.choice(("live", "live", "imp_" + "0" * 32))
        event = random_event(random, at, number)
        records.append(Recorded(event, number, random.choice(FATES), stream, random.randrange(3)))
    return records


@pytest.mark.parametrize("seed", range(6))
def test_every_scope_equals_the_sum_of_its_events(database: Database, seed: int) -> None:
    random = seeded(seed)
    prices = list(random_prices(random, [model for model in MODELS if model[1] != "m-unpriced"], CUT))
    records = _records(random, 250)
    streams = {record.stream for record in records}
    with connect(database.owner) as connection:
        write_prices(connection, prices)
        write_usage(connection, records, compacted={(stream, start) for stream in streams for start in FINAL})
        of_project = [record for record in records if record.event.project_id == "p1"]
        of_workspace = [record for record in records if record.event.workspace_id == "w2"]
        of_session = [record for record in records if record.event.session_id == "s1"]
        answers = (
            (project_usage(connection, "p1"), of_project),
            (workspace_usage(connection, "w2"), of_workspace),
            (session_usage(connection, "s1"), of_session),
        )
    for answer, members in answers:
        expected = expected_lines(members, prices, FINAL, RULE)
        assert lines_of(answer.lines) == expected
        assert any(usage.cost for usage in expected.values())
        assert any(usage.unpriced for usage in expected.values())


def test_a_range_and_a_workspace_cut_out_exactly_their_events(database: Database) -> None:
    random = seeded(7)
    records = _records(random, 200)
    start, end = START + timedelta(hours=2), START + timedelta(hours=6)
    inside = [
        record
        for record in records
        if start <= record.event.created_at < end
        and record.event.workspace_id == "w1"
        and record.event.project_id == "p1"
    ]
    with connect(database.owner) as connection:
        write_usage(connection, records, compacted={("live", hour) for hour in FINAL})
        answer = project_usage(connection, "p1", start, end, workspace_id="w1")
    live = expected_lines([record for record in inside if record.stream == "live"], [], FINAL, RULE)
    imported = expected_lines([record for record in inside if record.stream != "live"], [], set(), RULE)
    for key, usage in imported.items():
        live[key] = live[key] + usage if key in live else usage
    assert lines_of(answer.lines) == live
