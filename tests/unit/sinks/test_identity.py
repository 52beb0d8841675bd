"""Ledger and totals stay equal: gross totals and adjustments add up to the ledger, measure by measure."""

from collections import defaultdict
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from support.sink_logs import Told, new_partition, partition_logs
from tollbook_schemas.measures import ZERO, Measures, add, measures_of
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.identity import Place, in_order, late_for_compacted, place, settle, tell_apart
from tollbook_sinks.partitions import SourcePartition
from tollbook_sinks.reading import Candidate, Reading, read_source

RULE = WindowRule()
Sums = dict[object, Measures]


def read(log: list[Told]) -> tuple[SourcePartition, list[Candidate]]:
    state, reading, confirmed = new_partition("live", 0), Reading(), None
    while gap := read_source(RULE, state, [told.record for told in log], confirmed, reading):
        confirmed = gap
    return state, reading.candidates


def ledger_answers(candidates: Iterable[Candidate]) -> tuple[list[Candidate], dict[Place, bytes]]:
    """What a ledger does: takes the first of each id, and names the digest of that one to the others."""
    rows: dict[object, Candidate] = {}
    refused: dict[Place, bytes] = {}
    for candidate in candidates:
        first = rows.setdefault(candidate.event.id, candidate)
        if first is not candidate:
            refused[place(candidate)] = first.digest
    return list(rows.values()), refused


def sums(parts: Iterable[tuple[object, Measures]]) -> Sums:
    totals: defaultdict[object, Measures] = defaultdict(lambda: ZERO)
    for key, measures in parts:
        totals[key] = add(totals[key], measures)
    return {key: total for key, total in totals.items() if any(total)}


def scope(candidate: Candidate) -> object:
    return candidate.stream, candidate.window_ms, candidate.dimensions, candidate.event.session_id


@given(partition_logs("live"))
def test_gross_and_adjustments_are_the_ledger(log: list[Told]) -> None:
    state, candidates = read(log)
    rows, refused = ledger_answers(candidates)
    settled = settle(candidates, refused, {state.feed: state.counts})
    gross = [(scope(candidate), measures_of(candidate.event)) for candidate in candidates if candidate.on_time]
    adjusted = [(scope(entry.candidate), entry.measures) for entry in settled.adjustments]
    assert sums([*gross, *adjusted]) == sums((scope(row), measures_of(row.event)) for row in rows)


@given(partition_logs("live"), st.integers(0, 50))
def test_the_first_of_an_id_becomes_the_row_whichever_batch_it_is_in(log: list[Told], cut: int) -> None:
    _, candidates = read(log)
    rows, refused = ledger_answers(candidates)
    before, refused_before = tell_apart(in_order(candidates[:cut]), {})
    recorded = {row.event.id: row.digest for row in before}
    after, refused_after = tell_apart(in_order(candidates[cut:]), recorded)
    assert sorted([*before, *after], key=place) == rows
    assert {**refused_before, **refused_after} == refused
    for part in (before, after):
        assert [row.event.id for row in part] == sorted(row.event.id for row in part)


@given(partition_logs("live"))
def test_every_offset_has_one_place(log: list[Told]) -> None:
    state, candidates = read(log)
    rows, refused = ledger_answers(candidates)
    settled = settle(candidates, refused, {state.feed: state.counts})
    assert state.counts.consumed == state.next_offset
    assert state.counts.ledger == len(rows)
    assert state.counts.duplicates + state.counts.conflicts == len(refused)
    assert len(settled.conflicts) == state.counts.conflicts
    assert all(letter.reason == "conflict" for letter in settled.conflicts)


@given(partition_logs("live"), st.booleans(), st.booleans())
def test_a_compacted_window_takes_nothing_on_time(log: list[Told], first: bool, second: bool) -> None:
    state, candidates = read(log)
    windows = sorted({(candidate.stream, candidate.window_ms) for candidate in candidates})
    compacted = {window for window, is_compacted in zip(windows, (first, second), strict=False) if is_compacted}
    marked = late_for_compacted(candidates, compacted)
    rows, refused = ledger_answers(marked)
    settled = settle(marked, refused, {state.feed: state.counts})
    in_compacted = [row for row in rows if (row.stream, row.window_ms) in compacted]
    assert not any(row.on_time for row in in_compacted)
    late = [entry for entry in settled.adjustments if (entry.candidate.stream, entry.candidate.window_ms) in compacted]
    assert sums((scope(entry.candidate), entry.measures) for entry in late) == sums(
        (scope(row), measures_of(row.event)) for row in in_compacted
    )
