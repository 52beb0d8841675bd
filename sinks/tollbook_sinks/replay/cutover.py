"""The one transaction in which a replay changes anything: compare, replace, correct, and move the sink over."""

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.measures import ZERO
from tollbook_schemas.rollups import Mark
from tollbook_schemas.topics import StreamKind
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.content import Row
from tollbook_sinks.lifecycle import Window, WindowState
from tollbook_sinks.replay.comparison import Pair, WindowComparison
from tollbook_sinks.replay.errors import ReplayFailedError
from tollbook_sinks.replay.tables import QUERIES, LiveMark, Replay

UNPROVEN: tuple[WindowState, ...] = ("open", "closed", "disputed")


class NotYetError(Exception):
    """The replay is not as far as the live fold; the transaction is to be rolled back and tried again. No failure."""


def compare_window(
    connection: Connection[Any], kind: StreamKind, window: Window, state: WindowState
) -> WindowComparison:
    """One window's live totals against the replay's, in the caller's transaction."""
    parameters = {
        "kind": kind,
        "stream": window.stream,
        "start": window.start,
        "is_open": state == "open",
        "zero": list(ZERO),
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(QUERIES["compare_window"], parameters).fetchall()
    return WindowComparison(window, state, tuple(_pair(row) for row in rows))


def _pair(row: Mapping[str, Any]) -> Pair:
    live, replay = (tuple(int(value) for value in row[side]) for side in ("live", "replay"))
    return Pair(row["key_digest"], Dimensions(*row["dims"]), live, replay)


def refuse_behind(marks: Mapping[int, Mark], live: Mapping[int, LiveMark]) -> None:
    """Raise NotYetError while some partition of the replay is folded less far than the live one in Postgres.

    So no answer goes back, and whatever window is closed by the live marks is closed in the replay too. Raises
    ReplayFailedError for partitions that the replay does not have: the topic was given more meanwhile.
    """
    if live.keys() - marks.keys():
        raise ReplayFailedError("partitions were added to the topic while the replay ran: run it again")
    if any(marks[partition].through < mark.through for partition, mark in live.items()):
        raise NotYetError


def refuse_unclosed(rule: WindowRule, marks: Mapping[int, Mark], windows: Mapping[Window, WindowState]) -> None:
    """Raise NotYetError while a window that has closed is still open in some partition of the replay."""
    for window, state in windows.items():
        if state != "open" and not all(_has_left(rule, window, mark) for mark in marks.values()):
            raise NotYetError


def _has_left(rule: WindowRule, window: Window, mark: Mark) -> bool:
    """The end of an import is forgotten some day; that it is not open says it too, once all of the log is folded."""
    if window.scope in mark.open:
        return False
    return not window.is_live or rule.is_closed(window.start_ms, mark.clock)


def replace_partials(connection: Connection[Any], windows: Iterable[Window]) -> None:
    """Put the replay's totals in the place of the live ones; disputed windows are compared anew by the maintainer."""
    found = list(windows)
    lists = {"streams": [window.stream for window in found], "starts": [window.start for window in found]}
    for query in ("reopen_windows", "delete_partials", "insert_partials"):
        connection.execute(QUERIES[query], lists)


def switch(connection: Connection[Any], replay: Replay) -> None:
    """Make the replay's generation the live one: the sink goes on with its changelog where the replay has read to."""
    parameters = {"kind": replay.kind, "generation": replay.generation, "topic_id": replay.topic_id}
    connection.execute(QUERIES["switch_changelog"], parameters)
    connection.execute(QUERIES["switch_generation"], parameters)


def correct(connection: Connection[Any], replay: Replay, compared: Iterable[WindowComparison]) -> int:
    """Enter the differences of compacted windows as adjustments; returns how many rows those are.

    They have no place in the log: the generation stands, negative, where others name their partition.
    """
    rows = list(_corrections(replay, compared))
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(QUERIES["insert_adjustment"], rows)
    return len(rows)


def _corrections(replay: Replay, compared: Iterable[WindowComparison]) -> Iterable[Row]:
    pairs = ((one.window, pair) for one in compared for pair in one.pairs)
    for number, (window, pair) in enumerate(pairs):
        yield (
            window.stream,
            window.start,
            replay.kind,
            -replay.generation,
            number,
            "replay",
            None,
            None,
            None,
            pair.key_digest,
            *pair.dimensions,
            *pair.correction,
        )
