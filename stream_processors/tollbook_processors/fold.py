"""The fold: a partition's records into totals. Synchronous and pure, a function of the log alone."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from tollbook_processors.cursor import Cursor, ScopeTotals
from tollbook_processors.records import Record, Records
from tollbook_schemas.canonical_event import CanonicalEvent
from tollbook_schemas.codec import DecodedForFold, DecodedUsage, ImportEnd, decode_for_fold
from tollbook_schemas.dimensions import band_of, named_dimensions
from tollbook_schemas.judge import Outcome, judge
from tollbook_schemas.measures import ZERO, Reported, add_event, add_reported, reported
from tollbook_schemas.rollups import RollupValue, Scope, encode_key
from tollbook_schemas.topics import StreamKind
from tollbook_schemas.windows import WindowRule, on_time_span

_Identity = tuple[str | None, int, tuple[str | bool | None, ...], int]
"""Import id, window, dimensions without the prompt band, prompt band."""


@dataclass(slots=True)
class _Working:
    """A total while a batch changes it. What usual events say is added up when the batch is through."""

    key: bytes
    scope: ScopeTotals
    applied: int
    measures: list[int]
    usual: list[Reported] = field(default_factory=list)

    def put_back(self, cursor: Cursor) -> None:
        """Replace the total; it is then to be written."""
        add_reported(self.measures, self.usual)
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
        outcomes: list[Outcome] = []
        judged = _Judged(self.kind, self.rule, cursor)
        for record in records:
            decoded = decode_for_fold(self.kind, record.key, record.value, record.headers)
            outcome = judged.outcome(decoded, record.timestamp)
            outcomes.append(outcome)
            if outcome == "on_time" and isinstance(decoded, DecodedUsage):
                self._add(cursor, batch, decoded, record, only)
            elif isinstance(decoded, ImportEnd):
                _end(cursor, batch, decoded.import_id)
        if records:
            cursor.next_offset = records[-1].offset + 1
        for total in batch.values():
            total.put_back(cursor)
        self.counts.update(outcomes)

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
        event, import_id = decoded.event, decoded.import_id
        window = self.rule.start(event.created_ms)
        identity = (import_id, window, named_dimensions(event), band_of(event))
        total = batch.get(identity)
        if total is None:
            scope = self._wanted_scope(cursor, import_id, window, only)
            if scope is None:
                return
            total = batch[identity] = _start(cursor.partition, scope, identity)
        scope = total.scope
        if not scope.events:
            scope.first_offset = record.offset
        scope.events += 1
        if record.offset > total.applied:
            total.applied = record.offset
            if type(event) is CanonicalEvent:
                total.usual.append(reported(event))
            else:
                add_event(total.measures, event)

    def _wanted_scope(
        self, cursor: Cursor, import_id: str | None, window: int, only: Collection[Scope] | None
    ) -> ScopeTotals | None:
        """Where an event is folded into, opened if need be; None where it is left out."""
        name: Scope = window if import_id is None else import_id
        if only is not None and name not in only:
            return None
        if import_id is None and window < cursor.floor:
            self.counts["below_floor"] += 1
            return None
        scope = cursor.scopes.get(name)
        if scope is None:
            scope = cursor.scopes[name] = ScopeTotals()
        return scope


class _Judged:
    """Judges a batch's records. The broker stamps many of them alike: for those after the first, a span says it all."""

    def __init__(self, kind: StreamKind, rule: WindowRule, cursor: Cursor) -> None:
        self._kind = kind
        self._rule = rule
        self._time = cursor.time
        self._appended_ms = -1
        self._on_time = range(0)

    def outcome(self, decoded: DecodedForFold, appended_ms: int) -> Outcome:
        """What the next record is; advances the partition's time by it."""
        if (
            appended_ms == self._appended_ms
            and type(decoded) is DecodedUsage
            and decoded.event.created_ms in self._on_time
        ):
            return "on_time"
        outcome = judge(self._rule, self._kind, self._time, decoded, appended_ms).outcome
        if self._kind == "live" and appended_ms != self._appended_ms:
            self._appended_ms, self._on_time = appended_ms, on_time_span(self._rule, appended_ms, self._time.clock)
        return outcome


def _start(partition: int, scope: ScopeTotals, identity: _Identity) -> _Working:
    import_id, window_ms, named, band = identity
    key = encode_key(partition, import_id, window_ms, *named, band)
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
