"""The demonstration, step by step, on a stack that runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import psycopg

from tollbook_billing import UsageStatement, open_database, project_usage, workspace_usage
from tollbook_cli.demo.catching_up import live_watermarks, wait_until_caught_up
from tollbook_cli.demo.checks import Check, run_checks, trace_checks
from tollbook_cli.demo.live import make_calls
from tollbook_cli.demo.provider_server import provider_server
from tollbook_cli.demo.trace import PROJECT, WORKSPACE, TraceTotals, trace_job, trace_windows
from tollbook_cli.demo.truth import Truth
from tollbook_cli.importing import ImportJob, ImportOutcome, run_import
from tollbook_cli.reporting import Report
from tollbook_producers import configure, flush
from tollbook_schemas import Settings, TollbookError
from tollbook_schemas.ids import ms_to_datetime

CALLS_STEP = "Live calls"
FLUSH_SECONDS = 30.0


class UndeliveredEventsError(TollbookError):
    """Kafka did not take the events of the live calls."""


@dataclass(frozen=True, slots=True)
class TraceResult:
    """The trace: its import, its statement, those of its windows by start (ms), and what it must come to."""

    job: ImportJob
    imported: ImportOutcome
    statement: UsageStatement
    windows: Mapping[int, UsageStatement]
    expected: Mapping[int, TraceTotals]


@dataclass(frozen=True, slots=True)
class LiveResult:
    """The live calls: their workspace, the provider server's book and the statement."""

    workspace_id: str
    truth: Truth
    statement: UsageStatement


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Everything that was found."""

    trace: TraceResult
    live: LiveResult

    @property
    def statements(self) -> tuple[UsageStatement, UsageStatement]:
        """The trace's and this run's."""
        return self.trace.statement, self.live.statement

    def checks(self) -> list[Check]:
        """Every comparison of what was found with what is true."""
        trace, live = self.trace, self.live
        return [
            *trace_checks(trace.expected, trace.statement, trace.windows),
            *run_checks(live.truth, live.statement),
        ]


def run_demo(settings: Settings, calls: int, report: Report) -> DemoResult:
    """Import the trace, make the calls, wait for both and read the statements.

    Raises a TollbookError that says what to do where a step does not come to its end.
    """
    job = trace_job()
    imported = run_import(job, settings, report)
    workspace_id = f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}-{token_hex(3)}"
    truth = _call(settings, workspace_id, calls, report)
    with open_database(settings.postgres) as connection:
        wait_until_caught_up(connection, live_watermarks(settings), report)
        live = LiveResult(workspace_id, truth, workspace_usage(connection, workspace_id))
        return DemoResult(_read_trace(connection, settings, job, imported), live)


def _call(settings: Settings, workspace_id: str, calls: int, report: Report) -> Truth:
    configure(settings=settings)
    try:
        with provider_server() as server:
            make_calls(server.url, workspace_id, calls, lambda made: report(CALLS_STEP, made, calls))
        pending = flush(FLUSH_SECONDS)
    finally:
        configure()
    if pending:
        raise UndeliveredEventsError(
            f"Kafka has not taken {pending} events after {FLUSH_SECONDS:g} s: see `tollbook status`, then run it again"
        )
    return server.truth


def _read_trace(
    connection: psycopg.Connection[tuple[object, ...]], settings: Settings, job: ImportJob, imported: ImportOutcome
) -> TraceResult:
    expected = trace_windows(settings.window_rule)
    width = timedelta(seconds=settings.window_seconds)

    def statement(start: datetime | None = None) -> UsageStatement:
        end = None if start is None else start + width
        return project_usage(connection, PROJECT, start, end, workspace_id=WORKSPACE)

    windows = {start_ms: statement(ms_to_datetime(start_ms)) for start_ms in expected}
    return TraceResult(job, imported, statement(), windows, expected)
