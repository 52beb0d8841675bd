"""A replay from its first record to its end; one that was killed is gone on with, or finished."""

import time
from contextlib import closing
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.conninfo import make_conninfo

from tollbook_schemas.settings import Settings
from tollbook_sinks.admin import admin_action
from tollbook_sinks.generations import live_generations
from tollbook_sinks.migrate import SEARCH_PATH
from tollbook_sinks.replay.attempt import Attempt
from tollbook_sinks.replay.errors import FoldFailedError, ReplayFailedError
from tollbook_sinks.replay.following import Following
from tollbook_sinks.replay.logs import ReplayLogs
from tollbook_sinks.replay.options import ReplayJob
from tollbook_sinks.replay.planning import plan
from tollbook_sinks.replay.ports import FOLD_STEP, STORE_STEP, Fold, Report, StartFold
from tollbook_sinks.replay.report import ReplayReport
from tollbook_sinks.replay.tables import Replay, begin, end, find_unfinished, live_marks, next_generation, record_topic
from tollbook_sinks.replay.topic import ReplayTopics
from tollbook_sinks.window_width import refuse_other_width

CONNECT_SECONDS = 10
HAND_OVER_SECONDS = 60.0
HAND_OVER_POLL_SECONDS = 0.2

Outcome = dict[str, Any]
"""See ReplayReport.as_json."""


def run_replay(settings: Settings, job: ReplayJob, start_fold: StartFold, report: Report) -> Outcome:
    """Fold again beside the live flow, compare and, unless it is a dry run, replace what was wrong.

    `settings.postgres` is the owner's or an administrator's. Raises ReplayRefusedError, ReplayFailedError,
    AdminBusyError, AdminRefusedError, WindowWidthError.
    """
    try:
        with _connect(settings.postgres) as connection:
            refuse_other_width(connection, settings.window_rule)
            details = {**job.options.as_json(), "adjust": job.adjust, "dry_run": job.dry_run}
            with admin_action(connection, "replay", job.why, details) as action:
                outcome = _Run(connection, settings, job, start_fold, report).outcome(action.id)
                said = ("status", "generation", "compared", "equal", "replaced", "adjustments")
                action.result.update({name: outcome[name] for name in said})
                return outcome
    except psycopg.Error as error:
        raise ReplayFailedError(
            f"Postgres refuses or is away, and nothing is half done: run the same again ({error})"
        ) from error


def _connect(dsn: str) -> Connection[Any]:
    options = f"{SEARCH_PATH} -c timezone=UTC"
    conninfo = make_conninfo(dsn, application_name="tollbook replay", options=options, connect_timeout=CONNECT_SECONDS)
    return psycopg.connect(conninfo, autocommit=True)


class _Run:
    def __init__(
        self, connection: Connection[Any], settings: Settings, job: ReplayJob, start_fold: StartFold, report: Report
    ) -> None:
        self._connection = connection
        self._live = settings.of_generations(live_generations(connection))
        self._job = job
        self._start_fold = start_fold
        self._report = report
        self._topics = ReplayTopics(self._live, job.options.kind)
        self._made = 0
        """The generation whose changelog this run has made: one that was there before may be anybody's by now."""

    def outcome(self, action: int) -> Outcome:
        replay = find_unfinished(self._connection)
        if replay is not None and replay.state == "committed":
            return self._finish(replay)
        if replay is None or not self._can_go_on(replay):
            replay = self._begin(action)
        if replay is None:
            return ReplayReport(self._job.options.kind, 0, "nothing_to_do").as_json()
        return self._go_on(replay)

    def _finish(self, replay: Replay) -> Outcome:
        """The tables are changed already: only the processors are yet to hear of it."""
        ReplayTopics(self._live, replay.kind).announce(replay.generation)
        end(self._connection, replay, "done", None)
        return replay.report or {}

    def _can_go_on(self, replay: Replay) -> bool:
        """Whether what a killed run left is of use to this one; else it is given up."""
        is_ours = replay.options == self._job.options and replay.topic_id is not None
        if is_ours and replay.topic_id == self._topics.id_of(replay.generation) and self._holds_the_rest(replay):
            return True
        end(self._connection, replay, "abandoned", None)
        return False

    def _holds_the_rest(self, replay: Replay) -> bool:
        with closing(ReplayLogs(self._settings_of(replay), replay.kind)) as logs:
            offsets = Following(self._connection, logs, replay.kind).next_offsets
            if live_marks(self._connection, replay.kind).keys() - offsets.keys():
                return False
            begins = logs.changelog_begins(offsets)
            return all(begins[partition] <= offset for partition, offset in offsets.items())

    def _begin(self, action: int) -> Replay | None:
        options = self._job.options
        number = next_generation(self._connection, options.kind, self._topics.highest())
        with closing(ReplayLogs(self._live, options.kind)) as logs:
            begun = plan(self._connection, logs, self._live.window_rule, options)
        if begun is None:
            return None
        begin(self._connection, Replay(options, number), action, begun)
        topic_id = self._topics.create(number)
        self._made = number
        self._topics.seed(number, self._live.window_rule, begun)
        record_topic(self._connection, Replay(options, number), topic_id)
        return Replay(options, number, topic_id=topic_id)

    def _go_on(self, replay: Replay) -> Outcome:
        settings = self._settings_of(replay)
        with (
            closing(ReplayLogs(settings, replay.kind)) as logs,
            self._start_fold(settings, replay.kind) as fold,
        ):
            try:
                outcome = self._follow(replay, logs, fold)
            except FoldFailedError:
                end(self._connection, replay, "abandoned", None)
                raise
            if outcome.status == "replaced":
                self._hand_over(replay, fold)
        if outcome.status != "replaced" and replay.generation == self._made:
            self._topics.delete([replay.generation])
        return outcome.as_json()

    def _follow(self, replay: Replay, logs: ReplayLogs, fold: Fold) -> ReplayReport:
        following = Following(self._connection, logs, replay.kind)
        logs.follow(following.next_offsets)
        ends = logs.source_ends(following.beginnings)
        total = sum(max(0, ends[number] - one.first_offset) for number, one in following.beginnings.items())
        outcome = ReplayReport(replay.kind, replay.generation, floor_ms=following.floor_ms)
        attempt = Attempt(self._connection, self._live.window_rule, self._job, replay, following, outcome, self._report)
        started = time.monotonic()
        while True:
            fold.tend()
            following.step()
            self._report(FOLD_STEP, min(total, following.folded()), total)
            self._report(STORE_STEP, min(total, following.stored()), total)
            outcome.records, outcome.seconds = following.folded(), time.monotonic() - started
            is_stored = all(mark.through + 1 >= ends[number] for number, mark in following.marks.items())
            if is_stored and attempt.succeeds():
                return outcome

    def _hand_over(self, replay: Replay, fold: Fold) -> None:
        """Go on folding until the processors have taken over; without any at work there is nothing to wait for."""
        had_processors = self._topics.has_processors(self._live.generations.of(replay.kind))
        self._topics.announce(replay.generation)
        end(self._connection, replay, "done", None)
        deadline = time.monotonic() + HAND_OVER_SECONDS
        while had_processors and time.monotonic() < deadline:
            if self._topics.has_processors(replay.generation):
                self._topics.delete(range(2, replay.generation))
                return
            fold.tend()
            time.sleep(HAND_OVER_POLL_SECONDS)

    def _settings_of(self, replay: Replay) -> Settings:
        return self._live.of_generations(self._live.generations.having(replay.kind, replay.generation))
