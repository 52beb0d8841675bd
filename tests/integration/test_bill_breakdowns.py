"""However an answer is told apart, its lines are what the events say, and they add up to the whole exactly."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from psycopg import Connection

from support.billing_events import MODELS, random_event, seeded
from support.billing_prices import Price, random_prices, write_prices
from support.billing_rows import Fate, Recorded, connect, write_usage
from support.billing_truth import usage_of
from support.postgres import PostgresServer
from tollbook_billing import Part, Usage, UsageScope, UsageStatement, read_usage
from tollbook_schemas import UsageEvent, WindowRule
from tollbook_schemas.ids import ms_to_datetime

START = datetime(2026, 3, 28, 20, tzinfo=UTC)
CUT = START + timedelta(hours=5)
HOURS = 34
FINAL = {START + timedelta(hours=hour) for hour in range(20)}
FATES: tuple[Fate, ...] = ("on_time", "on_time", "on_time", "late", "duplicate", "conflict")
PARTS: tuple[Part, ...] = (
    "provider",
    "model",
    "use_case",
    "environment",
    "workspace",
    "project",
    "template",
    "collection",
    "day",
)
SCOPES = (
    UsageScope("collection", "c1"),
    UsageScope("template", "t1"),
    UsageScope("operation", "o1"),
    UsageScope("session", "s1"),
    UsageScope("workspace", "w2"),
    UsageScope("project", "p1", "w1"),
    UsageScope("all", None),
)
BERLIN = "Europe/Berlin"
Scene = tuple[Connection[Any], list[Recorded], list[Price]]


@pytest.fixture(scope="module")
def scene(postgres: PostgresServer) -> Iterator[Scene]:
    """Calls around the night in which Berlin's clocks change, and prices."""
    random = seeded(3)
    prices = list(random_prices(random, [model for model in MODELS if model[1] != "m-unpriced"], CUT))
    records = []
    for number in range(220):
        event = random_event(random, START + timedelta(seconds=random.randrange(HOURS * 3600)), number)
        records.append(Recorded(event, number, random.choice(FATES), partition=number % 2))
    with postgres.database() as database, connect(database.owner) as connection:
        write_prices(connection, prices)
        write_usage(connection, records, compacted={("live", start) for start in FINAL})
        yield connection, records, prices


def _belongs(event: UsageEvent, scope: UsageScope) -> bool:
    in_workspace = scope.workspace_id in {None, event.workspace_id}
    return in_workspace and (scope.id is None or getattr(event, f"{scope.kind}_id") == scope.id)


def _key(record: Recorded, by: tuple[Part, ...]) -> tuple[Any, ...]:
    event = record.event
    start = ms_to_datetime(WindowRule().start(event.created_ms))
    parts: dict[Part, Any] = {
        "provider": event.provider,
        "model": (event.model, event.response_model),
        "use_case": event.use_case,
        "environment": event.environment,
        "workspace": event.workspace_id,
        "project": event.project_id,
        "template": event.template_id,
        "collection": event.collection_id,
        "day": event.created_at.astimezone(ZoneInfo(BERLIN)).date(),
    }
    return ("final" if start in FINAL else "provisional", *(parts[part] for part in by))


def _found(statement: UsageStatement) -> dict[tuple[Any, ...], Usage]:
    names: dict[Part, str] = {"workspace": "workspace_id", "project": "project_id", "template": "template_id"}
    names |= {"collection": "collection_id", "day": "period"}
    lines: dict[tuple[Any, ...], Usage] = {}
    for line in statement.lines:
        parts = (
            (line.model, line.response_model) if part == "model" else getattr(line, names.get(part, part))
            for part in statement.by
        )
        key = (line.state, *parts)
        assert key not in lines, f"two lines for {key}"
        lines[key] = line.usage
    return lines


def _expected(scene: Scene, scope: UsageScope, by: tuple[Part, ...]) -> dict[tuple[Any, ...], Usage]:
    lines: defaultdict[tuple[Any, ...], Usage] = defaultdict(Usage)
    for record in scene[1]:
        if record.is_net and _belongs(record.event, scope):
            start = ms_to_datetime(WindowRule().start(record.event.created_ms))
            lines[_key(record, by)] += usage_of(record.event, scene[2], start)
    return dict(lines)


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.kind)
@pytest.mark.parametrize("by", [(), ("provider", "model", "use_case"), ("environment", "template", "day"), PARTS])
def test_lines_are_what_the_events_say(scene: Scene, scope: UsageScope, by: tuple[Part, ...]) -> None:
    expected = _expected(scene, scope, by)
    assert _found(read_usage(scene[0], scope, by=by, zone=BERLIN)) == expected
    assert any(usage.cost for usage in expected.values())
    assert any(usage.unpriced for usage in expected.values())


def test_every_breakdown_adds_up_to_the_whole(scene: Scene) -> None:
    scope = UsageScope("workspace", "w1")
    whole = read_usage(scene[0], scope, by=()).totals
    random = seeded(9)
    every = [by for size in range(1, len(PARTS) + 1) for by in combinations(PARTS, size)]
    for by in [*((part,) for part in PARTS), *random.sample(every, 12), ("window", "use_case"), ("month", "model")]:
        assert read_usage(scene[0], scope, by=by, zone=BERLIN).totals == whole, by


def test_windows_and_corrections_of_every_scope_are_told(scene: Scene) -> None:
    for scope in SCOPES:
        statement = read_usage(scene[0], scope)
        assert sum(window.calls for window in statement.windows) == statement.totals.calls, scope
        assert {one.reason for one in statement.adjustments} == {"late", "duplicate", "conflict"}, scope


def test_the_answer_says_where_all_time_begins(scene: Scene) -> None:
    windows = [ms_to_datetime(WindowRule().start(record.event.created_ms)) for record in scene[1]]
    extent = read_usage(scene[0], UsageScope("project", "p-unused")).extent
    assert (extent.begins, extent.ends) == (min(windows), max(windows) + timedelta(hours=1))
    assert (extent.dropped_days, extent.dropped_through) == (0, None)
    nothing = read_usage(scene[0], UsageScope("project", "p1"), end=START - timedelta(days=30)).extent
    assert (nothing.begins, nothing.ends) == (None, None)
