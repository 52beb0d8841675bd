"""The fold: a partition's records into totals. Synchronous and pure, a function of the log alone."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from tollbook_processors.cursor import Cursor, ScopeTotals
from tollbook_processors.records import Record, Records
from tollbook_schemas.codec import DecodedUsage, ImportEnd, decode_for_fold
from tollbook_schemas.dimensions import Dimensions, dimensions_of
from tollbook_schemas.judge import judge
from tollbook_schemas.measures import ZERO, add_event
from tollbook_schemas.rollups import RollupValue, Scope, encode_key
from tollbook_schemas.topics import StreamKind
from tollbook_schemas.windows import WindowRule

_Identity = tuple[str | None, int, Dimensions]


@dataclass(slots=True)
class _Working:
    """A total while a batch changes it."""

    key: bytes
    scope: ScopeTotals
    applied: int
    measures: list[int]

    def put_back(self, cursor: Cursor) -> None:
        """Replace the total; it is then to be written."""
        value = RollupValue(self.applied, tuple(self.measures))
        self.scope.totals[self.key] = value
        cursor.dirty[self.key] = value


class Fold:
    """Folds the records of one stream kind. `counts` says what became of them; it decides nothing."""

    def __init__(self, kind: StreamKind, rule: WindowRule) -> None:
        self.kind: StreamKind = kind
        self.rule = rule
        self.counts: Counter[str] = Counter()

    def run(self, cursor: Cursor, records: Records, only: Collection[Scope] | None = None) -> None:
        """Fold a batch; with `only`, nothing but those scopes.

        Every key is encoded and every total replaced once a batch. Raises UnknownSchemaVersionError, after which the
        cursor must not be used.
        """
        batch: dict[_Identity, _Working] = {}
        for record in records:
            decoded = decode_for_fold(self.kind, record.key, record.value, record.headers)
            outcome = judge(self.rule, self.kind, cursor.time, decoded, record.timestamp).outcome
            self.counts[outcome] += 1
            if outcome == "on_time" and isinstance(decoded, DecodedUsage):
                self._add(cursor, batch, decoded, record, only)
            elif isinstance(decoded, ImportEnd):
                _end(cursor, batch, decoded.import_id)
        if records:
            cursor.next_offset = records[-1].offset + 1
        for total in batch.values():
            total.put_back(cursor)

    def close(self, cursor: Cursor) -> list[bytes]:
        """Drop the scopes that have ended or that the clock has closed; returns their keys, for they leave memory."""
        clock = cursor.time.clock
        closed = [name for name in cursor.scopes if isinstance(name, int) and self.rule.is_closed(name, clock)]
        ended, cursor.ended = cursor.ended, []
        gone = [*(scope for _, scope in ended), *(cursor.scopes.pop(name) for name in closed)]
        kept = {key for name, _ in ended if name in cursor.scopes for key in cursor.scopes[name].totals}
        return [key for scope in gone for key in scope.totals if key not in kept]

    def _add(
        self,
        cursor: Cursor,
        batch: dict[_Identity, _Working],
        decoded: DecodedUsage,
        record: Record,
        only: Collection[Scope] | None,
    ) -> None:
        event, import_id = decoded
        window = self.rule.start(event.created_ms)
        name: Scope = window if import_id is None else import_id
        if only is not None and name not in only:
            return
        if import_id is None and window < cursor.floor:
            self.counts["below_floor"] += 1
            return
        scope = cursor.scopes.get(name)
        if scope is None:
            scope = cursor.scopes[name] = ScopeTotals()
        if not scope.events:
            scope.first_offset = record.offset
        scope.events += 1
        identity = (import_id, window, dimensions_of(event))
        total = batch.get(identity)
        if total is None:
            total = batch[identity] = _start(cursor.partition, scope, identity)
        if record.offset > total.applied:
            total.applied = record.offset
            add_event(total.measures, event)


def _start(partition: int, scope: ScopeTotals, identity: _Identity) -> _Working:
    import_id, window_ms, dimensions = identity
    key = encode_key(partition, import_id, window_ms, *dimensions)
    value = scope.totals.get(key)
    if value is None:
        return _Working(key, scope, -1, list(ZERO))
    return _Working(key, scope, value.applied, list(value.measures))


def _end(cursor: Cursor, batch: dict[_Identity, _Working], import_id: str) -> None:
    """Close an import at its end record, not at the batch's end: until then its end may be forgotten again."""
    scope = cursor.scopes.pop(import_id, None)
    if scope is None:
        return
    for identity in [identity for identity in batch if identity[0] == import_id]:
        batch.pop(identity).put_back(cursor)
    cursor.ended.append((import_id, scope))
    cursor.final += [(key, cursor.dirty.pop(key)) for key in scope.totals if key in cursor.dirty]
