"""A database with a small log before it, a maintainer to run, and statements that tamper."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow, dict_row

from support.lifecycle_log import TinyLog
from support.postgres import Database
from tollbook_schemas import Settings, UsageEvent, derived_event_id
from tollbook_schemas.ids import ms_to_datetime
from tollbook_sinks.audit import AuditReport, audit_database
from tollbook_sinks.database import connect
from tollbook_sinks.lifecycle import MaintainReport, Window, maintain_once

HOUR = 3_600_000
START = 1_790_000_000_000 - 1_790_000_000_000 % HOUR
"""The start of the window that tests fill."""
CLOSED = START + 2 * HOUR + 1
"""The first clock at which that window is closed."""
LIVE = Window("live", START)
IMPORT = "imp_" + "a" * 32
_SQL = files("support").joinpath("lifecycle_sql")


def call(minute: float = 0, name: str = "", **changes: Any) -> UsageEvent:
    """A call in the window START, at that minute; equal arguments make equal events."""
    created_ms = START + int(minute * 60_000)
    fields: dict[str, Any] = {
        "id": derived_event_id(created_ms, name, str(sorted(changes.items(), key=str))),
        "created_at": ms_to_datetime(created_ms),
        "provider": "openai",
        "model": "gpt-4.1",
        "use_case": "barbara_analysis",
        "status": "success",
        "project_id": "p",
        "session_id": "s1",
        "prompt_tokens": 100,
        "completion_tokens": 10,
    }
    return UsageEvent(**{**fields, **changes})


@dataclass(frozen=True, slots=True)
class Case:
    """What a test of the maintainer or the audit works with."""

    database: Database
    settings: Settings
    log: TinyLog
    superuser: Connection[DictRow]

    def maintain(self) -> MaintainReport:
        """One pass, as the owner."""
        return maintain_once(self.database.owner, self.settings)

    def audit(self) -> AuditReport:
        """An audit, as the owner."""
        return audit_database(self.database.owner, self.settings.window_rule)

    def run(self, statement: str, **parameters: object) -> list[dict[str, Any]]:
        """A statement of lifecycle_sql as the superuser; its rows, if it has any."""
        text = _SQL.joinpath(f"{statement}.sql").read_bytes()
        cursor = self.superuser.execute(text, parameters or None)
        return cursor.fetchall() if cursor.description else []

    def states(self) -> list[str]:
        """The windows' states, by stream and start."""
        return [row["state"] for row in self.run("windows")]

    def events(self) -> dict[str, int]:
        """The sum of `events` in each table of totals."""
        return {row["of"]: row["events"] for row in self.run("count_rows")}


@contextmanager
def open_case(database: Database, **settings: Any) -> Iterator[Case]:
    """A case with two partitions of either kind registered and nothing in them."""
    values: dict[str, Any] = {"testing": True, **settings}
    made = Settings(**values)
    with (
        connect(database.sink) as sink,
        psycopg.connect(database.superuser, autocommit=True, row_factory=dict_row) as superuser,
    ):
        yield Case(database, made, TinyLog(sink, made.window_rule), superuser)


def fill(case: Case) -> None:
    """A window with everything that can happen to one: sessions, operations, duplicate, conflict, late, dead, tick."""
    log, twice = case.log, call(1, "twice", session_id="s2", operation_id="o1")
    for minute in range(10):
        log.event(call(minute, session_id=f"s{minute % 3}", project_id=f"p{minute % 2}"), START + HOUR, minute % 2)
    log.event(twice, START + HOUR)
    log.event(twice, START + HOUR + 1)
    log.event(call(2, status="timeout", session_id=None, prompt_tokens=None, completion_tokens=None), START + HOUR + 2)
    log.event(twice.model_copy(update={"prompt_tokens": 7, "model": "gpt-4.1-mini"}), START + HOUR + 3)
    log.garbage(START + HOUR + 4)
    log.tick(CLOSED)
    log.event(call(3, "late", project_id="p-late"), CLOSED + 1)
    log.sink()
