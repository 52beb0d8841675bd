"""Follows a replay's changelog into Postgres: its totals, and how far each partition is folded."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from psycopg import Connection

from tollbook_schemas.rollups import BadRollupRecordError, Mark, decode_rollup
from tollbook_schemas.topics import StreamKind
from tollbook_sinks.changelog import Statements, read_changelog
from tollbook_sinks.partitions import ChangelogPartition
from tollbook_sinks.records import Record
from tollbook_sinks.replay.beginning import Beginning
from tollbook_sinks.replay.logs import ReplayLogs
from tollbook_sinks.replay.tables import ledger_offsets, read_partitions, store

MARK_KEY_END = b'"mark"]'


class Following:
    """The replay's partitions. `marks` is what Postgres holds, `seen` the furthest that the changelog has said."""

    def __init__(self, connection: Connection[Any], logs: ReplayLogs, kind: StreamKind) -> None:
        self._connection = connection
        self._logs = logs
        self._kind: StreamKind = kind
        found, states = read_partitions(connection, kind)
        self.beginnings: dict[int, Beginning] = {beginning.partition: beginning for beginning in found}
        self._states: dict[int, ChangelogPartition] = {state.feed.partition: state for state in states}
        self._held: dict[int, list[Record]] = {}
        self.seen: dict[int, Mark] = self.marks

    @property
    def marks(self) -> dict[int, Mark]:
        """By partition, the mark up to which its totals are in Postgres."""
        return {partition: state.mark for partition, state in self._states.items()}

    @property
    def floor_ms(self) -> int:
        """Windows that start before it (ms) are left out."""
        return max((beginning.floor_ms for beginning in self.beginnings.values()), default=0)

    @property
    def next_offsets(self) -> dict[int, int]:
        """By partition, the changelog offset that is read next."""
        return {partition: state.next_offset for partition, state in self._states.items()}

    def folded(self) -> int:
        """How many source offsets the fold is past."""
        return sum(self.seen[number].through + 1 - one.first_offset for number, one in self.beginnings.items())

    def stored(self) -> int:
        """Of how many of them the totals are in Postgres; it waits for the ledger, so that the two never run apart."""
        return sum(self.marks[number].through + 1 - one.first_offset for number, one in self.beginnings.items())

    def step(self) -> None:
        """Read once, and keep what was read with the offsets in one transaction."""
        fresh = self._logs.poll()
        self._see(fresh)
        together = {number: [*self._held.get(number, ()), *fresh.get(number, ())] for number in self._states}
        with self._connection.transaction():
            states, held, statements = self._read(together)
            moved = [state for number, state in states.items() if state.next_offset != self.next_offsets[number]]
            store(self._connection, statements, moved)
        self._states, self._held = states, held
        self._logs.wait_for(self._states.keys(), held.keys())

    def _read(
        self, together: Mapping[int, list[Record]]
    ) -> tuple[dict[int, ChangelogPartition], dict[int, list[Record]], Statements]:
        source_next = ledger_offsets(self._connection, self._kind)
        states = {number: state.for_batch() for number, state in self._states.items()}
        statements, held = Statements(), {}
        for number, records in together.items():
            rest = read_changelog(states[number], records, source_next.get(number, 0), statements)
            if rest:
                held[number] = rest
        return states, held, statements

    def _see(self, fresh: Mapping[int, Iterable[Record]]) -> None:
        for number, records in fresh.items():
            for mark in _marks(self._kind, records):
                if mark.through >= self.seen[number].through:
                    self.seen[number] = mark


def _marks(kind: StreamKind, records: Iterable[Record]) -> Collection[Mark]:
    found = []
    for record in records:
        if (record.key or b"").endswith(MARK_KEY_END):
            try:
                said = decode_rollup(kind, record.feed.partition, record.key, record.value or b"")
            except BadRollupRecordError:
                continue
            if isinstance(said, Mark):
                found.append(said)
    return found
