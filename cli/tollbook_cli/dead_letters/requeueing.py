"""Letters sent again as imports: decided first, sent, then said to be sent. What was broken off is finished first."""

import hashlib
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from tollbook_cli.dead_letters.judging import Judged, Refused, judge_again, read_events
from tollbook_cli.importing import StreamWindow
from tollbook_cli.importing.states import has_ended, wait_for_windows
from tollbook_cli.reporting import Report
from tollbook_producers.imports import ImportSender
from tollbook_schemas import Settings, UsageEvent, content_digest
from tollbook_sinks.admin import AdminAction, admin_action
from tollbook_sinks.dead_letters import (
    Choice,
    Waiting,
    expired_days,
    letters_of_import,
    mark_sent,
    recorded_digests,
    requeue,
    undecided,
    unsent_imports,
)
from tollbook_sinks.dead_letters.waiting import BEFORE_ALL

LETTERS_AN_IMPORT = 20_000
SHOWN_REFUSED = 20
SEND_STEP = "Letters sent"


@dataclass(frozen=True, slots=True)
class RequeueJob:
    """What to send again. `wait_seconds` None: do not wait for the windows."""

    choice: Choice
    why: str
    dry_run: bool = False
    wait_seconds: float | None = None


@dataclass(slots=True)
class Requeued:
    """What came of it: letters looked at = sent (or, of a dry run, sendable) + refused; the first refused ones.

    `finished` are imports of an earlier requeue that was broken off; `imports` are this one's. Windows are known where
    they were waited for.
    """

    letters: int = 0
    sent: int = 0
    refused: int = 0
    first_refused: list[Refused] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    windows: list[tuple[str, StreamWindow]] = field(default_factory=list)

    def count(self, judged: Judged) -> None:
        """Add what was judged."""
        self.letters += len(judged.places) + len(judged.refused)
        self.sent += len(judged.places)
        self.refused += len(judged.refused)
        self.first_refused += judged.refused[: SHOWN_REFUSED - len(self.first_refused)]


def run_requeue(job: RequeueJob, settings: Settings, connection: Connection[Any], report: Report) -> Requeued:
    """Send the chosen undecided letters that are valid now; tell of the others why they are not.

    An administrator's action to its end, the wait for the windows included: while it is at work no day leaves the
    ledger. Raises AdminBusyError, AdminRefusedError, ImportSendError and ImportWaitError; whatever it was, the same may
    be run again.
    """
    if job.dry_run:
        return _look(job, settings, connection)
    with admin_action(connection, "requeue dead letters", job.why, job.choice.as_json()) as action:
        outcome = _Run(job, settings, connection, action, report).outcome()
        action.result.update(sent=outcome.sent, imports=outcome.imports, finished=outcome.finished)
    return outcome


def _look(job: RequeueJob, settings: Settings, connection: Connection[Any]) -> Requeued:
    found = Requeued()
    for letters in _in_parts(connection, job.choice):
        found.count(_judge(settings, connection, letters))
    return found


@dataclass(frozen=True, slots=True)
class _Run:
    job: RequeueJob
    settings: Settings
    connection: Connection[Any]
    action: AdminAction
    report: Report
    _windows: dict[str, list[int]] = field(default_factory=dict)

    def outcome(self) -> Requeued:
        found = Requeued()
        for import_id in unsent_imports(self.connection):
            self._finish(import_id)
            found.finished.append(import_id)
        for letters in _in_parts(self.connection, self.job.choice):
            judged = _judge(self.settings, self.connection, letters)
            found.count(judged)
            if judged.places:
                found.imports.append(self._requeue(judged))
        if self.job.wait_seconds is not None:
            found.windows = list(self._wait(self.job.wait_seconds))
        return found

    def _finish(self, import_id: str) -> None:
        events, _ = read_events(letters_of_import(self.connection, import_id))
        self._send(import_id, {event.id: event for _, event in reversed(events)}.values())

    def _requeue(self, judged: Judged) -> str:
        name = import_id(judged)
        requeue(self.connection, self.action, judged.places, name)
        self._send(name, judged.events.values())
        return name

    def _send(self, name: str, events: Collection[UsageEvent]) -> None:
        """Not what has ended in the ledger before: its days may have left, and would be refused as new ones."""
        if not has_ended(self.connection, name):
            _send_all(ImportSender(self.settings, name), events, self.report)
        mark_sent(self.connection, self.action, name)
        rule = self.settings.window_rule
        self._windows[name] = sorted({rule.start(event.created_ms) for event in events})

    def _wait(self, seconds: float) -> Iterator[tuple[str, StreamWindow]]:
        for name, starts in self._windows.items():
            for window in wait_for_windows(self.connection, name, starts, seconds, self.report):
                yield name, window


def import_id(judged: Judged) -> str:
    """Of the letters' places and the events: the same letters are the same import."""
    digest = hashlib.sha256(b"dead letters")
    for place in judged.places:
        digest.update(f" {place}".encode())
    for event in judged.events.values():
        digest.update(content_digest(event))
    return "imp_" + digest.hexdigest()[:32]


def _send_all(sender: ImportSender, events: Collection[UsageEvent], report: Report) -> None:
    sender.partitions()
    try:
        for count, event in enumerate(events, start=1):
            sender.send(event)
            if count % 200 == 0:
                report(SEND_STEP, sender.acknowledged, len(events))
        sender.flush()
        report(SEND_STEP, sender.acknowledged, len(events))
        sender.end()
    except BaseException:
        sender.abandon()
        raise


def _judge(settings: Settings, connection: Connection[Any], letters: list[Waiting]) -> Judged:
    events, refused = read_events(letters)
    recorded = recorded_digests(connection, [event for _, event in events])
    latest_ms = time.time_ns() // 1_000_000 + settings.future_seconds * 1000
    judged = judge_again(events, recorded, expired_days(connection), latest_ms)
    judged.refused = sorted([*refused, *judged.refused], key=lambda one: one.place)
    return judged


def _in_parts(connection: Connection[Any], choice: Choice) -> Iterator[list[Waiting]]:
    """Bounded, so that millions of letters fit into memory."""
    after = BEFORE_ALL
    while letters := undecided(connection, choice, after, LETTERS_AN_IMPORT):
        yield letters
        after = letters[-1].place
