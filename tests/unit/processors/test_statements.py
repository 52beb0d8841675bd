"""The restore: highest `applied` of each key, furthest mark, and the point up to which all is known."""

import pytest

from support.processor_machine import PARTITION, LogRecord
from tollbook_processors.statements import Statements
from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.measures import ZERO
from tollbook_schemas.rollups import Mark, RollupKey, RollupValue, encode_mark, encode_value, mark_key

DIMENSIONS = Dimensions("w", "p", None, None, None, "openai", "gpt-x", None, "chat", None, False, 0)
KEY = RollupKey(PARTITION, None, 3_600_000, DIMENSIONS).encode()


def total(applied: int) -> RollupValue:
    """A total that holds as many events as its offset says."""
    return RollupValue(applied, (applied, *ZERO[1:]))


def record(offset: int, said: RollupValue | Mark, key: bytes = KEY) -> LogRecord:
    """A changelog record."""
    if isinstance(said, Mark):
        return LogRecord(offset, 0, mark_key(PARTITION), encode_mark(mark_key(PARTITION), said))
    return LogRecord(offset, 0, key, encode_value(key, said))


@pytest.fixture
def statements() -> Statements:
    return Statements("live", {})


def test_the_total_applied_furthest_is_kept_not_the_last_one(statements: Statements) -> None:
    zombie = [record(0, total(10)), record(1, total(25)), record(2, total(20))]
    for written in zombie:
        statements.restore(written)
    assert statements.totals[KEY] == total(25)
    last_one_wins = {written.key: written for written in zombie}
    assert last_one_wins[KEY] == record(2, total(20)), "the last record of a zombie would take back five events"


def test_the_mark_that_goes_furthest_is_kept(statements: Statements) -> None:
    for offset, through in enumerate((5, 9, 7)):
        statements.restore(record(offset, Mark(through)))
    assert statements.marks == {PARTITION: Mark(9)}


def test_tombstones_and_damaged_records_state_nothing(statements: Statements) -> None:
    statements.restore(record(0, total(10)))
    statements.restore(LogRecord(1, 0, KEY, None))
    statements.restore(LogRecord(2, 0, KEY, encode_value(KEY, total(99)).replace(b"99", b"98")))
    assert statements.totals == {KEY: total(10)}
    assert (statements.read, statements.bad, statements.positions[PARTITION]) == (3, 1, 2)


def test_own_writes_in_an_unbroken_run_move_the_position(statements: Statements) -> None:
    statements.written(PARTITION, 0, [(KEY, total(3)), Mark(3)])
    statements.written(PARTITION, 2, [(KEY, total(8))])
    assert (statements.positions[PARTITION], statements.totals[KEY]) == (2, total(8))


def test_behind_records_of_another_owner_the_position_stays(statements: Statements) -> None:
    statements.written(PARTITION, 0, [(KEY, total(3))])
    statements.written(PARTITION, 4, [(KEY, total(8))])
    assert (statements.positions[PARTITION], statements.totals[KEY]) == (0, total(8))


def test_partitions_given_up_are_forgotten_with_their_positions(statements: Statements) -> None:
    other = RollupKey(1, None, 3_600_000, DIMENSIONS).encode()
    statements.written(PARTITION, 0, [(KEY, total(3)), Mark(3)])
    statements.written(1, 0, [(other, total(4)), Mark(4)])
    statements.keep_only([1])
    assert (statements.totals, statements.marks, statements.positions) == ({other: total(4)}, {1: Mark(4)}, {1: 1})
    assert statements.grouped() == {1: {3_600_000: {other: total(4)}}}


def test_a_partition_can_be_forgotten_alone(statements: Statements) -> None:
    other = RollupKey(1, None, 3_600_000, DIMENSIONS).encode()
    statements.written(PARTITION, 0, [(KEY, total(3)), Mark(3)])
    statements.written(1, 0, [(other, total(4)), Mark(4)])
    statements.forget([1])
    assert (statements.totals, statements.marks, statements.positions) == (
        {KEY: total(3)},
        {PARTITION: Mark(3)},
        {PARTITION: 1},
    )
