"""What a replay folds: where in the log it begins, or why it must not be."""

import time
from collections.abc import Collection, Iterable
from typing import Any

from psycopg import Connection

from tollbook_schemas.ids import ms_to_datetime
from tollbook_schemas.windows import NO_CLOCK, WindowRule
from tollbook_sinks.lifecycle import Window
from tollbook_sinks.replay.beginning import Beginning, PartitionLog, beginning, reach_back
from tollbook_sinks.replay.errors import ReplayRefusedError
from tollbook_sinks.replay.logs import ReplayLogs
from tollbook_sinks.replay.options import ReplayOptions
from tollbook_sinks.replay.tables import LiveMark, live_marks, windows_in


def plan(
    connection: Connection[Any], logs: ReplayLogs, rule: WindowRule, options: ReplayOptions
) -> list[Beginning] | None:
    """Where each partition's fold begins; None where there is nothing to repair. Raises ReplayRefusedError."""
    marks = live_marks(connection, options.kind)
    from_ms = _from(connection, options)
    if options.disputed_only and from_ms is None:
        return None
    if from_ms is not None and not options.disputed_only:
        from_ms = reach_back(rule, from_ms, _clocks(logs.source(None), marks))
    since_ms = None if from_ms is None else max(0, from_ms - rule.future_ms)
    found = logs.source(since_ms)
    _refuse_headless_imports(options, found)
    begun = [beginning(rule, log, from_ms, time.time_ns() // 1_000_000) for log in found]
    if not options.disputed_only:
        _refuse_lost_windows(connection, rule, options, begun, marks.values())
    return begun


def _from(connection: Connection[Any], options: ReplayOptions) -> int | None:
    """The start of the first window that matters, None for all."""
    if not options.disputed_only:
        return options.from_ms
    starts = [window.start_ms for window in windows_in(connection, options.kind, ["disputed"])]
    wanted = [start for start in starts if start >= (options.from_ms or 0)]
    if options.kind == "import" and wanted:
        return 0
    return min(wanted, default=None)


def _clocks(logs: Iterable[PartitionLog], marks: dict[int, LiveMark]) -> list[int]:
    unknown = LiveMark(-1, NO_CLOCK)
    return [marks.get(log.partition, unknown).clock_ms for log in logs if log.high > 0]


def _refuse_headless_imports(options: ReplayOptions, logs: Iterable[PartitionLog]) -> None:
    if options.kind == "import" and any(log.low > 0 for log in logs):
        raise ReplayRefusedError(
            "the imports topic has lost its beginning, so that nobody could say which imports are whole: "
            "repeat the import whose windows are wrong, or compare them with its file"
        )


def _refuse_lost_windows(
    connection: Connection[Any],
    rule: WindowRule,
    options: ReplayOptions,
    begun: Iterable[Beginning],
    marks: Collection[LiveMark],
) -> None:
    """A new generation without a window that still takes events would never have that window's totals."""
    floor = max((one.floor_ms for one in begun), default=0)
    for window in windows_in(connection, options.kind, ["open"]):
        if window.start_ms < floor and not _has_closed(rule, window, marks):
            raise ReplayRefusedError(
                f"the log holds nothing from before {ms_to_datetime(floor):%Y-%m-%dT%H:%M:%SZ} for certain, and the "
                f"window {window} is still open: replay when it has closed, or only --windows disputed"
            )


def _has_closed(rule: WindowRule, window: Window, marks: Collection[LiveMark]) -> bool:
    return all(rule.is_closed(window.start_ms, mark.clock_ms) for mark in marks)
