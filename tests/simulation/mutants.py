"""Mistakes that the simulator must notice, each made by replacing one small function of the product."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from simulation import tables as simulated
from tollbook_processors import fold, intake, partition, resume, statements, stream, writer
from tollbook_processors.cursor import Cursor, ScopeTotals, time_of
from tollbook_processors.partition import Emission, PartitionFold, Refolding
from tollbook_schemas import windows
from tollbook_schemas.codec import DecodedFields
from tollbook_schemas.judge import PartitionTime as JudgedBy
from tollbook_schemas.rollups import Mark, encode_value
from tollbook_schemas.windows import WindowRule
from tollbook_sinks import batches, changelog, identity, partitions, reading, tables, worker
from tollbook_sinks.errors import DatabaseAwayError, PartitionLostError
from tollbook_sinks.lifecycle import closing
from tollbook_sinks.lifecycle.comparison import Comparison

judge = sys.modules[JudgedBy.__module__]  # the package has a function of that name


@dataclass(frozen=True, slots=True)
class Mutant:
    """`patches`: an object, the name of a function in it, and what stands there instead."""

    name: str
    patches: tuple[tuple[Any, str, Any], ...]

    @contextmanager
    def active(self) -> Iterator[None]:
        """While the context lasts the mistake is made."""
        patched = [patch.object(target, name, new) for target, name, new in self.patches]
        for one in patched:
            one.start()
        try:
            yield
        finally:
            for one in patched:
                one.stop()


def _mutant(name: str, target: Any, function: str, new: Any) -> Mutant:
    return Mutant(name, ((target, function, new),))


# The processor.


async def _marks_first(self: stream.RollupStream, owned: Any, emissions: Mapping[int, Emission]) -> None:
    for number, emission in emissions.items():
        await self._writer.write_mark(number, emission)
    await self._writer.write_values(emissions)


async def _write_without_waiting(self: writer.ChangelogWriter, emissions: Mapping[int, Emission]) -> None:
    for number, emission in emissions.items():
        items = [(key, encode_value(key, value)) for key, value in emission.values]
        await self._sender.send(self._changelog, number, items)
        self._statements.written(number, -2, emission.values)


def _keep_the_last(self: statements.Statements, number: int, statement: Any) -> None:
    if isinstance(statement, Mark):
        self.marks[number] = statement
    else:
        self.totals[statement[0]] = statement[1]


def _mark_too_far(self: Cursor, width_ms: int) -> Mark:
    return replace(_REAL_MARK(self, width_ms), through=self.next_offset)


_REAL_MARK = Cursor.mark


def _emit_while_holding(self: PartitionFold) -> Emission | None:
    if isinstance(self.phase, Refolding):
        return None
    phase, self.phase = self.phase, None
    emission = _REAL_EMISSION(self)
    self.phase = phase
    return emission


_REAL_EMISSION = PartitionFold.emission


def _fold_again(number: int, scope: ScopeTotals, identity_: Any) -> Any:
    return replace(_REAL_START(number, scope, identity_), applied=-1)


_REAL_START = fold._start


async def _every_gap_is_a_hole(self: intake.Intake, number: int, expected: int, found: int) -> bool:
    return True


def _refold_from_the_mark(self: PartitionFold, mark: Mark) -> None:
    self.cursor = Cursor(self.cursor.partition, mark.through + 1, time_of(mark), mark.floor)
    self.phase = Refolding(mark)


def _count_everything_recovered(name: Any, totals: Any, mark: Mark) -> Any:
    return totals


def _never_close(self: fold.Fold, cursor: Cursor) -> list[bytes]:
    cursor.ended = []
    return []


# The rules of time, which processor and sink share.


def _never_late(rule: WindowRule, created_ms: int, appended_ms: int, clock_ms: int) -> windows.Verdict:
    verdict = windows.judge_live(rule, created_ms, appended_ms, clock_ms)
    return "on_time" if verdict == "late" else verdict


def _without_grace(self: WindowRule, start_ms: int, clock_ms: int) -> bool:
    return clock_ms > start_ms + self.width_ms


def _grace_exclusive(self: WindowRule, start_ms: int, clock_ms: int) -> bool:
    return clock_ms >= start_ms + self.width_ms + self.grace_ms


def _ends_mean_nothing(rule: WindowRule, created_ms: int, appended_ms: int, *, ended: bool) -> windows.Verdict:
    return windows.judge_import(rule, created_ms, appended_ms, ended=False)


# The sink.


def _last_total(self: changelog.Statements, key: Any, value: Any) -> None:
    self.totals[key] = value


def _hold_nothing(state: Any, records: Iterable[Any], source_next: int | None, into: Any) -> Any:
    return changelog.read_changelog(state, records, None, into)


def _take_every_gap(rule: WindowRule, state: Any, records: Any, confirmed: Any, into: Any) -> None:
    gap = reading.read_source(rule, state, records, confirmed, into)
    while gap:
        gap = reading.read_source(rule, state, records, gap, into)


def _digest_of_the_id(self: DecodedFields) -> bytes:
    return self.event.id.bytes


def _nothing(*_: Any) -> None:
    return None


def _advance_anyhow(self: simulated.SinkTables, partition_: Any, expected: int) -> bool:
    known = self.rows.partitions[partition_.feed]
    self.rows.partitions[partition_.feed] = simulated.advanced(known, partition_)
    return True


def _upsert_without_rows(rows: dict[Any, Any], key: Any, row: Any) -> None:
    rows[key] = row


def _trust_the_batch(self: worker.Worker) -> None:
    self._hold({})


def _count_on(self: partitions.SourcePartition) -> partitions.SourcePartition:
    return replace(self, time=self.time.copy(), counts=replace(self.counts))


def _forget_the_outcome(self: worker.Worker) -> bool:
    with suppress(PartitionLostError, DatabaseAwayError):
        self._writer.finish()
    return True


# The maintainer.


def _all_but_one(rule: WindowRule, window: Any, partitions: Sequence[Any]) -> bool:
    return all(closing._has_passed(rule, window, one) for one in partitions[:-1] or partitions)


def _by_the_ledger_alone(rule: WindowRule, window: Any, progress: closing.Progress) -> bool:
    if window.is_live:
        return rule.is_closed(window.start_ms, progress.ledger_clock)
    return window.stream in progress.ledger_ends


MUTANTS: tuple[Mutant, ...] = (
    _mutant("drop the check of totals against the mark", partition, "discrepancies", lambda _: {}),
    _mutant("write the mark before the values", stream.RollupStream, "_write", _marks_first),
    _mutant("go on before the values are durable", writer.ChangelogWriter, "write_values", _write_without_waiting),
    _mutant("keep the last record instead of the highest applied", statements.Statements, "_keep", _keep_the_last),
    _mutant("a mark one offset too far", Cursor, "mark", _mark_too_far),
    _mutant("emit while totals are not trusted yet", PartitionFold, "emission", _emit_while_holding),
    _mutant("fold offsets that a total has applied already", fold, "_start", _fold_again),
    _mutant("the processor accepts every gap", intake.Intake, "_is_hole", _every_gap_is_a_hole),
    _mutant("refold from the mark", PartitionFold, "_begin_refold", _refold_from_the_mark),
    _mutant("count what was closed before the mark", resume, "_counted", _count_everything_recovered),
    _mutant("never close a window", fold.Fold, "close", _never_close),
    _mutant("an import's end closes nothing", fold, "_end", _nothing),
    _mutant("ignore the late rule", judge, "judge_live", _never_late),
    _mutant("forget the grace", WindowRule, "is_closed", _without_grace),
    _mutant("grace ends a millisecond early", WindowRule, "is_closed", _grace_exclusive),
    _mutant("an import never ends", judge, "judge_import", _ends_mean_nothing),
    _mutant("a clock that goes back", judge, "advance", lambda _, appended: appended),
    _mutant("the processor believes any clock", stream, "refuse_broken_clock", _nothing),
    _mutant("the sink believes any clock", worker, "refuse_broken_clock", _nothing),
    _mutant("duplicates stay counted", identity, "_take_back", _nothing),
    _mutant("late calls are not added", identity, "_settle_row", _nothing),
    _mutant("a conflict is a duplicate", DecodedFields, "digest", _digest_of_the_id),
    _mutant("the sink keeps the last total", changelog.Statements, "add", _last_total),
    _mutant("totals run ahead of the ledger", batches, "read_changelog", _hold_nothing),
    _mutant("the sink accepts every gap", batches, "read_source", _take_every_gap),
    _mutant("go on after a batch that may have failed", worker.Worker, "_read_again", _trust_the_batch),
    _mutant("go on beside a batch that may have failed", worker.Worker, "_is_written", _forget_the_outcome),
    _mutant("count a batch's offsets once more in the next", partitions.SourcePartition, "for_batch", _count_on),
    Mutant(
        "skip the check of the next offset",
        (
            (tables, "_refuse_lost", _nothing),
            (simulated.SinkTables, "advance", _advance_anyhow),
            (simulated, "_insert", _upsert_without_rows),
        ),
    ),
    _mutant("check the next offset only at the end", tables, "_refuse_lost", _nothing),
    _mutant("close one partition early", closing, "_is_closed", _all_but_one),
    _mutant("close by the ledger's clock alone", closing, "_has_passed", _by_the_ledger_alone),
    _mutant("final though unequal", Comparison, "is_equal", property(lambda _: True)),
)
