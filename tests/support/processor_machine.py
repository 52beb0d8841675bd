"""The pure parts of the processor wired together over lists: one partition's log and changelog, no Kafka."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from support.processor_changelog import Changelog
from support.processor_events import TICK, Call, Message, Totals, Truth, import_end
from tollbook_processors.admission import admit
from tollbook_processors.fold import Fold
from tollbook_processors.partition import PartitionFold
from tollbook_processors.records import LogRange
from tollbook_processors.resume import resume, start_over
from tollbook_processors.statements import Statements
from tollbook_schemas.rollups import Mark, RollupKey, RollupValue, decode_rollup, encode_mark, encode_value, mark_key
from tollbook_schemas.topics import StreamKind
from tollbook_schemas.windows import WindowRule

RULE = WindowRule(width_ms=10_000, grace_ms=5_000, horizon_ms=60_000, future_ms=2_000)
START_MS = 1_700_000_000_000
PARTITION = 0


class LogRecord(NamedTuple):
    """A record of a source log or a changelog."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()
    partition: int = PARTITION
    timestamp_type: int | None = 1


class Written(NamedTuple):
    """What a test wrote: the time, and a call, the id of an import that ends, garbage or a tick."""

    appended_ms: int
    what: Call | str | bytes | None
    import_id: str | None = None


def log_of(written: Iterable[Written]) -> list[LogRecord]:
    """The records of what was written, from offset 0."""
    records = []
    for offset, item in enumerate(written):
        message = _message(item)
        records.append(LogRecord(offset, item.appended_ms, message.key, message.value, message.headers))
    return records


def _message(item: Written) -> Message:
    if isinstance(item.what, Call):
        return item.what.message(item.import_id)
    if isinstance(item.what, str):
        return import_end(item.what)
    return TICK if item.what is None else Message(b"key", item.what)


def truth_of(written: Iterable[Written]) -> Totals:
    """The totals by the rules of architecture.md, spelled out naively. Live and import records may not be mixed."""
    truth, clock = Truth(RULE.width_ms), 0
    ended: dict[str, int] = {}
    for item in written:
        clock = max(clock, item.appended_ms)
        ended = {name: at for name, at in ended.items() if at >= clock - RULE.horizon_ms}
        if isinstance(item.what, str):
            ended.setdefault(item.what, clock)
        elif isinstance(item.what, Call) and _counts(item.what.created_ms, item, clock, ended):
            truth.add(PARTITION, item.what, item.import_id)
    return truth.result()


def _counts(created_ms: int, item: Written, clock: int, ended: dict[str, int]) -> bool:
    if created_ms > item.appended_ms + RULE.future_ms:
        return False
    if item.import_id is not None:
        return item.import_id not in ended
    window_end = created_ms // RULE.width_ms * RULE.width_ms + RULE.width_ms
    return clock <= window_end + RULE.grace_ms and clock <= created_ms + RULE.horizon_ms


@dataclass
class Machine:
    """A partition's log and changelog, across any number of workers."""

    kind: StreamKind
    log: list[LogRecord]
    changelog: list[LogRecord] = field(default_factory=list)
    refolds: int = 0

    def recovered(self) -> Statements:
        """What a new worker restores."""
        statements = Statements(self.kind, {})
        for record in self.changelog:
            statements.restore(record)
        return statements

    def resumed(self, log: LogRange | None = None) -> PartitionFold:
        """A new worker's fold."""
        statements, fold = self.recovered(), Fold(self.kind, RULE)
        log = log or LogRange(0, len(self.log))
        mark = statements.marks.get(PARTITION)
        if mark is None:
            return start_over(fold, PARTITION, log, None)
        return resume(fold, PARTITION, mark, statements.grouped().get(PARTITION, {}), log)

    def run(self, batches: int = 10**9, size: int = 7, *, lose_last: int = 0) -> None:
        """A worker's life: up to so many batches; of its last records in the changelog some are never written."""
        worker = self.resumed()
        for _ in range(batches):
            records = admit(worker.cursor.next_offset, self.log[: worker.cursor.next_offset + size]).run
            if not records:
                break
            if worker.advance(records):
                self._write(worker)
        self.refolds += worker.fold.counts["refolds"]
        if lose_last:
            del self.changelog[-lose_last:]

    def append(self, key: bytes, value: bytes | None) -> None:
        """Write a record into the changelog."""
        offset = self.changelog[-1].offset + 1 if self.changelog else 0
        self.changelog.append(LogRecord(offset, START_MS, key, value))

    def append_mark(self, mark: Mark) -> None:
        """Write a mark into the changelog."""
        key = mark_key(PARTITION)
        self.append(key, encode_mark(key, mark))

    def drop(self, keys: Iterable[bytes]) -> None:
        """Make every record of these keys vanish from the changelog."""
        gone = set(keys)
        self.changelog = [record for record in self.changelog if record.key not in gone]

    def statements(self) -> list[tuple[RollupKey, RollupValue]]:
        """The totals in the changelog, in its order."""
        decoded = (decode_rollup(self.kind, PARTITION, record.key, record.value or b"") for record in self.changelog)
        return [statement for statement in decoded if isinstance(statement, tuple)]

    def said(self) -> Changelog:
        """What a reader of the whole changelog sees."""
        found = Changelog()
        for record in self.changelog:
            found.take(self.kind, PARTITION, record.key, record.value)
        return found

    def _write(self, worker: PartitionFold) -> None:
        emission = worker.emission()
        if emission is not None:
            for key, value in emission.values:
                self.append(key, encode_value(key, value))
            self.append_mark(emission.mark)
