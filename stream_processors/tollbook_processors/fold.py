"""The fold: a partition's records into totals. Synchronous and pure, a function of the log alone."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from tollbook_processors.cursor import Cursor, ScopeTotals
from tollbook_processors.records import Record, Records
from tollbook_schemas.codec import DecodedEvent, decode
from tollbook_schemas.dimensions import Dimensions, dimensions_of
from tollbook_schemas.judge import judge
from tollbook_schemas.measures import ZERO, measures_of
from tollbook_schemas.rollups import RollupKey, RollupValue, Scope
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
            decoded = decode(self.kind, record.key, record.value, record.headers)
            outcome = judge(self.rule, self.kind, cursor.time, decoded, record.timestamp).outcome
            self.counts[outcome] += 1
            if outcome == "on_time" and isinstance(decoded, DecodedEvent):
                self._add(cursor, batch, decoded, record, only)
        if records:
            cursor.next_offset = records[-1].offset + 1
        for total in batch.values():
            value = RollupValue(total.applied, tuple(total.measures))
            total.scope.totals[total.key] = value
            cursor.dirty[total.key] = value

    def close(self, cursor: Cursor) -> list[bytes]:
        """Drop the scopes that the partition's time has closed; returns their keys."""
        closed = [name for name in cursor.scopes if self._is_closed(cursor, name)]
        return [key for name in closed for key in cursor.scopes.pop(name).totals]

    def _is_closed(self, cursor: Cursor, scope: Scope) -> bool:
        if isinstance(scope, int):
            return self.rule.is_closed(scope, cursor.time.clock)
        return scope in cursor.time.ended

    def _add(
        self,
        cursor: Cursor,
        batch: dict[_Identity, _Working],
        decoded: DecodedEvent,
        record: Record,
        only: Collection[Scope] | None,
    ) -> None:
        event, import_id = decoded.event, decoded.import_id
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
            total.measures = [have + more for have, more in zip(total.measures, measures_of(event), strict=True)]


def _start(partition: int, scope: ScopeTotals, identity: _Identity) -> _Working:
    key = RollupKey(partition, *identity).encode()
    value = scope.totals.get(key)
    if value is None:
        return _Working(key, scope, -1, list(ZERO))
    return _Working(key, scope, value.applied, list(value.measures))
