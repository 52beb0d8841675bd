"""A replay's rows in Postgres."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection, sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tollbook_schemas.ids import datetime_to_ms
from tollbook_schemas.topics import StreamKind
from tollbook_sinks.changelog import Statements
from tollbook_sinks.lifecycle import Window, WindowState
from tollbook_sinks.lifecycle.queries import COLUMNS
from tollbook_sinks.offsets import changelog_of, changelog_row
from tollbook_sinks.partitions import ChangelogPartition
from tollbook_sinks.queries import columns, load_queries
from tollbook_sinks.replay.beginning import Beginning
from tollbook_sinks.replay.options import ReplayOptions
from tollbook_sinks.rows import ADJUSTMENT_COLUMNS, PARTIAL_COLUMNS, STATED_COLUMNS, partial_row

QUERIES = load_queries(
    "replay.sql",
    **COLUMNS,
    partials=columns(PARTIAL_COLUMNS),
    stated=columns(STATED_COLUMNS),
    stated_excluded=columns(STATED_COLUMNS, of="excluded"),
    adjustments=columns(ADJUSTMENT_COLUMNS),
    places=sql.SQL(", ").join(sql.Placeholder() * len(ADJUSTMENT_COLUMNS)),
)

ReplayState = Literal["folding", "committed", "done", "abandoned"]


@dataclass(frozen=True, slots=True)
class Replay:
    """An unfinished replay, as it is recorded. `topic_id` is that of its changelog, None until it is made."""

    options: ReplayOptions
    generation: int
    state: ReplayState = "folding"
    topic_id: str | None = None
    report: dict[str, Any] | None = None

    @property
    def kind(self) -> StreamKind:
        """The stream kind that is folded again."""
        return self.options.kind


def find_unfinished(connection: Connection[Any]) -> Replay | None:
    """The replay that was begun and not ended, if there is one."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(QUERIES["unfinished"]).fetchone()
    if row is None:
        return None
    options = ReplayOptions(**row["options"])
    return Replay(options, row["generation"], row["state"], row["topic_id"], row["report"])


def next_generation(connection: Connection[Any], kind: StreamKind, present: int) -> int:
    """A number that neither this database has seen nor is in use in Kafka, where `present` is the highest."""
    row = connection.execute(QUERIES["next_generation"], {"kind": kind}).fetchone()
    return max(row[0] if row else 0, present + 1)


def begin(connection: Connection[Any], replay: Replay, action: int, beginnings: Iterable[Beginning]) -> None:
    """Record a new replay; what an abandoned one left goes."""
    row = {**_name(replay), "options": Jsonb(replay.options.as_json()), "action": action}
    with connection.transaction():
        _clear(connection)
        connection.execute(QUERIES["begin"], row)
        for beginning in beginnings:
            connection.execute(QUERIES["begin_partition"], beginning._asdict())


def record_topic(connection: Connection[Any], replay: Replay, topic_id: str) -> None:
    """Record which topic is its changelog."""
    connection.execute(QUERIES["record_topic"], {**_name(replay), "topic_id": topic_id})


def end(connection: Connection[Any], replay: Replay, state: ReplayState, report: Mapping[str, Any] | None) -> None:
    """Record what became of it; unless it is only `committed`, its rows go."""
    with connection.transaction():
        said = None if report is None else Jsonb(dict(report))
        connection.execute(QUERIES["end"], {**_name(replay), "state": state, "report": said})
        if state != "committed":
            _clear(connection)


def read_partitions(connection: Connection[Any], kind: StreamKind) -> tuple[list[Beginning], list[ChangelogPartition]]:
    """Where each partition's fold began, and how far its changelog is read."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(QUERIES["partitions"]).fetchall()
    beginnings = [Beginning(row["partition"], row["first_offset"], row["floor_ms"]) for row in rows]
    return beginnings, [changelog_of({"kind": kind, "cluster_id": "", "topic_id": "", **row}) for row in rows]


def store(connection: Connection[Any], statements: Statements, moved: Iterable[ChangelogPartition]) -> None:
    """Keep the highest statement of each key, and how far it is read, in the caller's transaction."""
    if statements.totals:
        connection.execute(QUERIES["create_stage"])
        with connection.cursor() as cursor, cursor.copy(QUERIES["copy_totals"]) as copy:
            for key, value in statements.totals.items():
                copy.write_row(partial_row(key, value))
        connection.execute(QUERIES["upsert_totals"])
    for partition in moved:
        connection.execute(QUERIES["advance"], {"partition": partition.feed.partition, **changelog_row(partition)})


def ledger_offsets(connection: Connection[Any], kind: StreamKind) -> dict[int, int]:
    """By partition, the source offset that the ledger's side reads next."""
    return {partition: offset for partition, offset, _ in connection.execute(QUERIES["ledger_offsets"], {"kind": kind})}


@dataclass(frozen=True, slots=True)
class LiveMark:
    """The live fold of a partition as the sink knows it: folded through that offset, at that clock (ms)."""

    through: int
    clock_ms: int


def live_marks(connection: Connection[Any], kind: StreamKind, *, hold: bool = False) -> dict[int, LiveMark]:
    """By partition; with `hold`, sinks write none of these totals until the caller's transaction ends."""
    rows = connection.execute(QUERIES["hold_live_marks" if hold else "live_marks"], {"kind": kind})
    return {partition: LiveMark(through, clock_ms) for partition, through, clock_ms in rows}


def windows_in(
    connection: Connection[Any], kind: StreamKind, states: Collection[WindowState]
) -> dict[Window, WindowState]:
    """The windows of a kind in these states."""
    return _windows(connection, "windows", kind=kind, states=list(states))


def hold_windows(connection: Connection[Any], kind: StreamKind) -> dict[Window, WindowState]:
    """The windows of a kind that are not compacted, held until the caller's transaction ends."""
    return _windows(connection, "hold_windows", kind=kind)


def _windows(connection: Connection[Any], query: str, **parameters: object) -> dict[Window, WindowState]:
    rows: Sequence[tuple[str, Any, WindowState]] = connection.execute(QUERIES[query], parameters).fetchall()
    return {Window(stream, datetime_to_ms(start)): state for stream, start, state in rows}


def _clear(connection: Connection[Any]) -> None:
    connection.execute(QUERIES["clear_partitions"])
    connection.execute(QUERIES["clear_partials"])


def _name(replay: Replay) -> dict[str, Any]:
    return {"kind": replay.kind, "generation": replay.generation}
