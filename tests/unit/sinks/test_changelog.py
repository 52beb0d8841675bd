"""Reading a changelog: the highest statement wins in any order, and none runs ahead of the ledger."""

from hypothesis import given
from hypothesis import strategies as st

from support.sink_changelog import encode_statement, rollup_key
from support.sink_logs import LOG_ID
from tollbook_schemas.measures import MEASURES
from tollbook_schemas.rollups import Mark, RollupKey, RollupValue
from tollbook_sinks.changelog import Statements, read_changelog
from tollbook_sinks.partitions import ChangelogPartition
from tollbook_sinks.records import Feed, Record

FEED = Feed("changelog", "live", 0)
KEYS = [rollup_key(0, 0, "p1"), rollup_key(0, 0, "p2"), rollup_key(0, 3_600_000, "p1")]
totals = st.tuples(st.sampled_from(KEYS), st.integers(0, 30))
marks = st.integers(-1, 30).map(lambda through: Mark(through=through, clock=max(0, 1000 * through)))
junk = st.binary(max_size=10)
statements = st.lists(st.one_of(totals, marks, junk), max_size=30)


def new_changelog() -> ChangelogPartition:
    return ChangelogPartition(FEED, LOG_ID, 0)


def value(applied: int) -> RollupValue:
    """The fold up to an offset: one event each, so it is a function of the offset as in a real log."""
    return RollupValue(applied, (applied + 1, *(0 for _ in MEASURES[1:])))


def records(written: list[tuple[RollupKey, int] | Mark | bytes], start: int = 0) -> list[Record]:
    return [_record(start + number, statement) for number, statement in enumerate(written)]


def _record(offset: int, statement: tuple[RollupKey, int] | Mark | bytes) -> Record:
    if isinstance(statement, bytes):
        key, content = b"[0]", statement
    elif isinstance(statement, Mark):
        key, content = encode_statement(0, statement)
    else:
        key, content = encode_statement(0, (statement[0], value(statement[1])))
    return Record(FEED, offset, key, content, [], 0)


@given(statements)
def test_the_highest_statement_wins_in_any_order(written: list[tuple[RollupKey, int] | Mark | bytes]) -> None:
    state, into = new_changelog(), Statements()
    assert read_changelog(state, records(written), None, into) == []
    highest: dict[RollupKey, int] = {}
    for statement in written:
        if isinstance(statement, tuple):
            highest[statement[0]] = max(statement[1], highest.get(statement[0], -1))
    assert into.totals == {key: value(applied) for key, applied in highest.items()}
    assert state.mark.through == max((mark.through for mark in written if isinstance(mark, Mark)), default=-1)
    assert state.bad == sum(isinstance(statement, bytes) for statement in written)
    assert state.next_offset == len(written)


@given(statements, st.integers(0, 31))
def test_nothing_runs_ahead_of_the_source(
    written: list[tuple[RollupKey, int] | Mark | bytes], source_next: int
) -> None:
    state, into = new_changelog(), Statements()
    held = read_changelog(state, records(written), source_next, into)
    assert all(total.applied < source_next for total in into.totals.values())
    assert state.mark.through < source_next
    assert state.next_offset + len(held) == len(written)
    later = Statements()
    assert read_changelog(state, held, 31, later) == []
    for key, total in later.totals.items():
        into.add(key, total)
    whole = Statements()
    read_changelog(new_changelog(), records(written), None, whole)
    assert into == whole


def test_what_was_read_before_is_skipped() -> None:
    state, into = new_changelog(), Statements()
    first = records([(KEYS[0], 5), b"junk"])
    read_changelog(state, first, None, into)
    read_changelog(state, first, None, into)
    assert (state.next_offset, state.bad) == (2, 1)


def test_offsets_that_compaction_took_are_no_gap() -> None:
    state = new_changelog()
    read_changelog(state, records([(KEYS[0], 5)], start=7), None, Statements())
    assert state.next_offset == 8


def test_a_tombstone_states_nothing() -> None:
    state, into = new_changelog(), Statements()
    read_changelog(state, [Record(FEED, 0, KEYS[0].encode(), None, [], 0)], None, into)
    assert (into.totals, state.bad) == ({}, 1)
