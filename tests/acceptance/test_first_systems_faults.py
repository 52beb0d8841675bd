"""The eight faults of the system that Tollbook replaces, one test each: it would fail there, and passes here."""

import re
import threading
from collections.abc import Iterator
from importlib.resources import files

import psycopg
import pytest
from openai import OpenAI

from support.billing_plans import read_by
from support.lifecycle_case import CLOSED, HOUR, START, Case, call, fill, open_case
from support.postgres import Database
from support.provider_events import EventList
from support.provider_server import ProviderServer, Reply
from support.retention_case import DAY_MS, LATER, RETENTION
from tollbook_billing import Usage, project_usage, session_usage
from tollbook_producers import configure, track_openai
from tollbook_sinks.admin import admin_action
from tollbook_sinks.errors import AdminBusyError, AdminRefusedError

PASSES_AN_HOUR = 12


@pytest.fixture
def case(database: Database) -> Iterator[Case]:
    with open_case(database, **RETENTION) as made:
        yield made


def usage(case: Case, project: str = "p") -> Usage:
    """What a bill shows of a project of all time."""
    with psycopg.connect(case.database.owner, autocommit=True) as connection:
        return project_usage(connection, project).totals


def test_a_partial_hour_lost_at_reconcile(case: Case) -> None:
    """The first system deleted the last hour's totals and made them again, from the part of it that a clock cut off."""
    for nth in range(2 * PASSES_AN_HOUR):
        at = START + nth * HOUR // PASSES_AN_HOUR
        case.log.event(call(60 / PASSES_AN_HOUR * nth, f"call {nth}"), at, nth % 2)
        case.log.sink()
        case.maintain()
        assert usage(case).calls == nth + 1
    for hours in (1, 2, 3, 4):
        case.log.tick(START + hours * HOUR + 1)
        case.log.sink()
        case.maintain()
        assert usage(case).calls == 2 * PASSES_AN_HOUR
    assert case.states() == ["compacted", "compacted"]


def test_a_start_up_cleanup_before_there_are_rollups(case: Case) -> None:
    """The first system dropped old rows as soon as it started, before anything had summed them up."""
    fill(case)
    case.log.tick(LATER, 0)
    case.log.sink(rollups=False)
    with open_case(case.database, **RETENTION) as restarted:
        report = restarted.maintain().retention
    assert (report.expired, report.dropped) == ([], [])
    assert len(case.run("ledger_rows")) == 13


def test_a_reconcile_over_live_increments(case: Case) -> None:
    """The first system wrote back sums that it had read before others were added: it lost what came in between."""
    calls = 200
    over = threading.Event()

    def maintain_again_and_again() -> None:
        while not over.is_set():
            case.maintain()

    maintaining = threading.Thread(target=maintain_again_and_again)
    maintaining.start()
    try:
        for nth in range(calls):
            case.log.event(call(nth % 60, f"call {nth}"), START + HOUR + nth, nth % 2)
            case.log.sink()
    finally:
        over.set()
        maintaining.join()
    case.log.tick(CLOSED)
    case.log.sink()
    case.maintain()
    assert usage(case).calls == calls
    assert case.audit().ok


def test_no_index_by_time(case: Case) -> None:
    """The first system read whole tables for a session's hour and for every cleanup."""
    for day in (-1, 0, 1):  # the middle one is partition 0's, whose call is made many of
        case.log.event(call(24 * 60 * day, f"day {day}"), START + DAY_MS, day % 2)
    case.log.sink()
    case.run("many_events")
    with psycopg.connect(case.database.owner, autocommit=True) as connection:
        read = read_by(connection, "get_session_usage('s1', '2026-09-21 13:00Z', '2026-09-21 14:00Z')")
    ledger = {table: indexes for table, indexes in read.items() if table.startswith("llm_usage_events")}
    assert ledger.keys() == {"llm_usage_events_20260921"}
    assert all(ledger.values()), "a whole day was read"


def test_a_backfill_that_is_open_to_all_and_has_no_bounds(case: Case) -> None:
    """In the first system any user could start a backfill, any number of them, over any range."""
    with psycopg.connect(case.database.sink, autocommit=True) as anyone, pytest.raises(AdminRefusedError):
        _begin(anyone)
    with (
        psycopg.connect(case.database.owner, autocommit=True) as first,
        psycopg.connect(case.database.owner, autocommit=True) as second,
        admin_action(first, "import", "a backfill"),
        pytest.raises(AdminBusyError),
    ):
        _begin(second)


def test_a_year_that_is_called_all_time(case: Case) -> None:
    """In the first system “all time” ended a year back, and nobody was told."""
    years = 3
    before = -years * 366 * 24 * 60
    case.log.event(call(before, "long ago"), START, 0, "imp_" + "b" * 32)
    case.log.end("imp_" + "b" * 32, START)
    case.log.event(call(), START)
    case.log.sink()
    case.maintain()
    with psycopg.connect(case.database.owner, autocommit=True) as connection:
        answer = project_usage(connection, "p")
    assert answer.totals.calls == 2
    assert (max(window.start for window in answer.windows) - min(window.start for window in answer.windows)).days > 1000


def test_transcriptions_without_usage_are_not_counted(case: Case) -> None:
    """The first system counted what reported tokens; transcriptions billed by duration left no trace."""
    left = EventList()
    configure(publisher=left)
    try:
        with ProviderServer(lambda _: Reply({"text": "hello"})) as server, _client(server) as client:
            tracked = track_openai(client, session_id="s1", project_id="p", use_case="alvia_transcription")
            tracked.audio.transcriptions.create(model="whisper-1", file=("a.wav", b"RIFF"))
    finally:
        configure()
    [event] = left
    case.log.event(event, event.created_ms)
    case.log.sink()
    totals = usage(case)
    assert (totals.calls, totals.calls_missing_usage, totals.prompt_tokens) == (1, 1, None)
    with psycopg.connect(case.database.owner, autocommit=True) as connection:
        assert [line.use_case for line in session_usage(connection, "s1").lines] == ["alvia_transcription"]


def test_the_same_upsert_twice(case: Case) -> None:
    """The first system had two upserts of the same totals, each of which added: what both saw counted twice."""
    statements = [
        match
        for file in files("tollbook_sinks").joinpath("sql").iterdir()
        for match in re.findall(r"INSERT INTO (llm_\w+)[^;]*?ON CONFLICT[^;]*?DO UPDATE", file.read_text())
    ]
    assert len(statements) == len(set(statements))
    case.log.event(call(), START)
    for _ in range(3):
        case.log.sink()  # every total is handed over again
    case.log.event(call(), START + 1)  # and the call itself
    case.log.sink()
    assert usage(case).calls == 1


def _begin(connection: psycopg.Connection) -> None:
    with admin_action(connection, "import", "another backfill"):
        pass


def _client(server: ProviderServer) -> OpenAI:
    return OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0)
