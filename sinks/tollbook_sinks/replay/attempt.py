"""Comparing and cutting over, once the replay has folded all that the log held when it began."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from tollbook_schemas.rollups import Mark
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.lifecycle import Window, WindowState
from tollbook_sinks.replay.comparison import WindowComparison
from tollbook_sinks.replay.cutover import (
    UNPROVEN,
    NotYetError,
    compare_window,
    correct,
    refuse_behind,
    refuse_unclosed,
    replace_partials,
    switch,
)
from tollbook_sinks.replay.following import Following
from tollbook_sinks.replay.options import ReplayJob
from tollbook_sinks.replay.ports import COMPARE_STEP, Report
from tollbook_sinks.replay.report import ReplayReport
from tollbook_sinks.replay.tables import Replay, end, hold_windows, live_marks, windows_in

PATIENCE_SECONDS = 5.0
"""How long a moment is waited for at which every partition is stored beyond the live fold, so that no answer dips.

Marks come in steps, and many partitions in full flow may never be ahead all at once: from then on it is enough that the
changelog, from which the sink goes on, says so.
"""

Windows = dict[Window, WindowState]


@dataclass(slots=True)
class Attempt:
    """Tries until it succeeds; `outcome` becomes what is reported."""

    connection: Connection[Any]
    rule: WindowRule
    job: ReplayJob
    replay: Replay
    following: Following
    outcome: ReplayReport
    report: Report
    since: float | None = None

    def succeeds(self) -> bool:
        """Whether the replay is compared and, unless it was a dry run, has changed what it was to change."""
        self.since = self.since or time.monotonic()
        try:
            self._compare_compacted()
            if self.job.dry_run:
                self._only_compare()
            else:
                self._cut_over()
        except NotYetError:
            return False
        return True

    def _compare_compacted(self) -> None:
        """Outside of the transaction that holds sinks up: final rows never change."""
        done = {one.window for one in self.outcome.compared}
        found = self._in_scope(windows_in(self.connection, self.replay.kind, ["compacted"]))
        refuse_unclosed(self.rule, self.following.marks, found)
        for number, (window, state) in enumerate(found.items(), start=1):
            if window not in done:
                self.outcome.compared.append(self._compare(window, state))
            self.report(COMPARE_STEP, number, len(found))

    def _only_compare(self) -> None:
        with self.connection.transaction():
            self._compare_unproven(windows_in(self.connection, self.replay.kind, UNPROVEN))
            self.outcome.replaced = []
            end(self.connection, self.replay, "done", self.outcome.as_json())

    def _cut_over(self) -> None:
        with self.connection.transaction():
            live = live_marks(self.connection, self.replay.kind, hold=True)
            if not self.job.options.disputed_only:
                refuse_behind(self._furthest(), live)
            windows = hold_windows(self.connection, self.replay.kind)
            self._compare_compacted()  # what was compacted meanwhile
            self._compare_unproven(windows)
            self._change()

    def _compare_unproven(self, windows: Windows) -> None:
        found = self._in_scope(windows)
        refuse_unclosed(self.rule, self.following.marks, found)
        self.outcome.replaced = list(found)
        self.outcome.left_out = {window: state for window, state in windows.items() if not self._is_whole(window)}
        self.outcome.compared += [self._compare(window, state) for window, state in found.items()]

    def _change(self) -> None:
        replace_partials(self.connection, self.outcome.replaced)
        if self.job.adjust:
            compacted = [one for one in self.outcome.compared if one.state == "compacted"]
            self.outcome.adjustments = correct(self.connection, self.replay, compacted)
        if self.job.options.disputed_only:
            self.outcome.status = "repaired"
            end(self.connection, self.replay, "done", self.outcome.as_json())
        else:
            self.outcome.status = "replaced"
            switch(self.connection, self.replay)
            end(self.connection, self.replay, "committed", self.outcome.as_json())

    def _furthest(self) -> Mapping[int, Mark]:
        patient = time.monotonic() - (self.since or 0) < PATIENCE_SECONDS
        return self.following.marks if patient else self.following.seen

    def _in_scope(self, windows: Windows) -> Windows:
        disputed_only = self.job.options.disputed_only
        return {
            window: state
            for window, state in windows.items()
            if self._is_whole(window) and (state == "disputed" or not disputed_only)
        }

    def _is_whole(self, window: Window) -> bool:
        return not window.is_live or window.start_ms >= self.following.floor_ms

    def _compare(self, window: Window, state: WindowState) -> WindowComparison:
        return compare_window(self.connection, self.replay.kind, window, state)
