"""Hold, audit and refold of one partition, step by step."""

from dataclasses import replace
from functools import partial

import pytest

from support.processor_events import Call, import_named
from support.processor_machine import RULE, START_MS, Machine, Written, log_of, truth_of
from tollbook_processors.errors import (
    HeadlessImportsError,
    RefoldMismatchError,
    SourceTruncatedError,
    WindowWidthError,
)
from tollbook_processors.fold import Fold
from tollbook_processors.partition import Holding, Refolding
from tollbook_processors.records import LogRange
from tollbook_processors.resume import start_over
from tollbook_schemas.errors import UnknownSchemaVersionError
from tollbook_schemas.rollups import Mark, OpenScope

WINDOW = START_MS // RULE.width_ms * RULE.width_ms
CALLS = [Written(START_MS + n, Call(n, START_MS + n, project=f"p{n % 2}")) for n in range(10)]
IMPORT = import_named(7)


mark_of = partial(Mark, width_ms=RULE.width_ms)


def folded(batches: int = 10**9, size: int = 4, written: list[Written] = CALLS) -> Machine:
    """A partition folded by one worker."""
    machine = Machine("live", log_of(written))
    machine.run(batches, size)
    return machine


def test_a_batch_leaves_a_total_for_each_key_that_changed_and_then_a_mark() -> None:
    machine = folded(batches=1)
    assert len(machine.changelog) == 3
    assert machine.said().marks[0] == mark_of(3, START_MS + 3, {WINDOW: OpenScope(4, 0)})


def test_nothing_is_said_before_the_recovered_totals_are_checked() -> None:
    machine = folded()
    del machine.changelog[-1], machine.changelog[2]
    worker = machine.resumed()
    assert worker.phase == Holding(until=9, mark=mark_of(7, START_MS + 7, {WINDOW: OpenScope(8, 0)}))
    assert worker.advance(machine.log[8:9])
    assert worker.emission() is None
    assert worker.advance(machine.log[9:])
    emission = worker.emission()
    assert emission is not None
    assert emission.mark == mark_of(9, START_MS + 9, {WINDOW: OpenScope(10, 0)})


def test_a_total_applied_beyond_the_mark_is_not_added_to_again() -> None:
    machine = folded()
    machine.changelog = [
        record for record in machine.changelog if b"mark" not in (record.key or b"") or record.offset < 3
    ]
    machine.run()
    assert machine.refolds == 0
    assert machine.said().totals() == truth_of(CALLS)


def test_totals_that_do_not_add_up_are_folded_again_up_to_the_mark_in_silence() -> None:
    machine = folded()
    machine.drop([machine.changelog[0].key or b""])
    worker = machine.resumed()
    mark = machine.said().marks[0]
    assert (worker.phase, worker.cursor.next_offset) == (Refolding(mark), 0)
    assert worker.advance(machine.log[:9])
    assert worker.emission() is None
    assert worker.advance(machine.log[9:])
    emission = worker.emission()
    assert emission is not None
    assert (emission.mark, len(emission.values)) == (mark, 2)


def test_a_refold_begins_at_the_first_offset_that_an_open_window_needs() -> None:
    later = START_MS + 2 * RULE.width_ms + RULE.grace_ms
    machine = folded(written=[*CALLS, *(Written(later + n, Call(10 + n, later + n)) for n in range(4))])
    mark = machine.said().marks[0]
    assert [scope.first_offset for scope in mark.open.values()] == [10]
    machine.drop(key.encode() for key in machine.said().values if key.scope in mark.open)
    worker = machine.resumed()
    assert (worker.phase, worker.cursor.next_offset) == (Refolding(mark), 10)


def test_stale_totals_and_an_old_mark_that_land_last_change_nothing() -> None:
    machine = folded()
    for record in machine.changelog[:3]:
        machine.append(record.key or b"", record.value)
    assert machine.resumed().cursor.next_offset == 10
    machine.run()
    assert machine.refolds == 0
    assert machine.said().totals() == truth_of(CALLS)


def test_a_refold_that_does_not_match_the_mark_stops() -> None:
    machine = folded()
    machine.changelog.clear()
    machine.append_mark(mark_of(9, START_MS + 9, {WINDOW: OpenScope(11, 0)}))
    worker = machine.resumed()
    with pytest.raises(RefoldMismatchError, match="up to offset 9"):
        worker.advance(machine.log)


def test_a_window_closes_when_the_clock_has_passed_its_grace() -> None:
    end = WINDOW + RULE.width_ms + RULE.grace_ms
    machine = folded(written=[*CALLS, Written(end, None), Written(end + 1, None), Written(end + 1, Call(99, START_MS))])
    marks = [machine.said().marks[0]]
    assert marks[0].open == {}
    assert machine.said().totals() == truth_of(CALLS)
    assert folded(written=[*CALLS, Written(end, None)]).said().marks[0].open == {WINDOW: OpenScope(10, 0)}


def test_an_import_closes_at_its_end() -> None:
    calls = [Written(START_MS, Call(n, START_MS - 10**9), IMPORT) for n in range(5)]
    machine = Machine(
        "import", log_of([*calls, Written(START_MS + 5, IMPORT), Written(START_MS + 6, Call(9, 0), IMPORT)])
    )
    machine.run(1, 5)
    assert machine.said().marks[0].open == {IMPORT: OpenScope(5, 0)}
    machine.run()
    assert machine.said().marks[0] == mark_of(6, START_MS + 6, {}, {IMPORT: START_MS + 5})
    assert machine.said().totals() == truth_of(calls)


def test_a_log_that_begins_beyond_the_mark_is_refused() -> None:
    machine = folded(batches=1)
    with pytest.raises(SourceTruncatedError, match=r"needs offset 4 .* begins at 6.*kafka-delete-records"):
        machine.resumed(LogRange(6, 10))


def test_a_log_that_ends_before_the_mark_is_refused() -> None:
    with pytest.raises(SourceTruncatedError, match="ends at 5"):
        folded().resumed(LogRange(0, 5))


def test_a_refold_that_the_log_no_longer_reaches_is_refused() -> None:
    machine = folded()
    machine.drop([machine.changelog[0].key or b""])
    with pytest.raises(SourceTruncatedError, match="needs offset 0"):
        machine.resumed(LogRange(1, 10))


def test_without_a_mark_and_a_head_windows_that_may_not_be_whole_are_left_out() -> None:
    head = WINDOW + RULE.width_ms - RULE.future_ms
    later = [Written(head + n, Call(n, head + RULE.future_ms * (n % 2))) for n in range(6)]
    log = log_of([*CALLS, *later])[10:]
    worker = start_over(Fold("live", RULE), 0, LogRange(10, 16), head)
    assert worker.advance(log)
    emission = worker.emission()
    assert emission is not None
    assert emission.mark.floor == WINDOW + RULE.width_ms
    assert emission.mark.open == {WINDOW + RULE.width_ms: OpenScope(3, 11)}


def test_without_a_mark_and_a_head_imports_are_refused() -> None:
    with pytest.raises(HeadlessImportsError, match=r"begins at offset 3.*repeat the imports"):
        start_over(Fold("import", RULE), 0, LogRange(3, 9), START_MS)


def test_a_record_of_a_newer_version_stops_the_fold() -> None:
    machine = Machine("live", log_of([Written(START_MS, b'{"schema_version":2}')]))
    with pytest.raises(UnknownSchemaVersionError):
        machine.run()


def test_an_import_run_again_after_its_end_was_forgotten_begins_anew() -> None:
    again = START_MS + 10 + RULE.horizon_ms
    written = [
        *(Written(START_MS, Call(n, START_MS, project=f"p{n}"), IMPORT) for n in range(3)),
        Written(START_MS + 1, IMPORT),
        *(Written(again, Call(n, START_MS, project=f"p{n}"), IMPORT) for n in range(2)),
    ]
    machine = Machine("import", log_of(written))
    machine.run(size=2)
    assert machine.said().marks[0].open == {IMPORT: OpenScope(2, 4)}
    machine.run()
    assert machine.refolds == 0, "what the import counted before its end is no part of what is open"


def test_a_refold_ignores_what_the_mark_has_closed_and_forgotten() -> None:
    other, again = import_named(8), START_MS + RULE.horizon_ms + 10
    written = [
        Written(START_MS, Call(0, START_MS), IMPORT),
        Written(START_MS, Call(1, START_MS), other),
        Written(START_MS + 1, other),
        Written(again, Call(2, START_MS), IMPORT),
        Written(again, Call(3, START_MS), other),
    ]
    machine = Machine("import", log_of(written))
    machine.run(1, 4)
    machine.drop(key.encode() for key in machine.said().values if key.scope == IMPORT)
    machine.run()
    assert machine.refolds == 1
    assert machine.said().marks[0].open == {IMPORT: OpenScope(2, 0), other: OpenScope(1, 4)}


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_an_import_that_ends_and_begins_anew_in_one_batch_leaves_both_totals(size: int) -> None:
    again = START_MS + RULE.horizon_ms + 10
    written = [
        *(Written(START_MS, Call(n, START_MS), IMPORT) for n in range(3)),
        Written(START_MS + 1, IMPORT),
        *(Written(again, Call(n, START_MS), IMPORT) for n in range(2)),
    ]
    machine = Machine("import", log_of(written))
    machine.run(size=size)
    assert machine.said().marks[0].open == {IMPORT: OpenScope(2, 4)}
    applied = [statement[1].applied for statement in machine.statements()]
    assert 2 in applied
    assert applied[-1] == 5


def test_totals_in_windows_of_another_width_are_refused() -> None:
    machine = folded()
    mark = machine.said().marks[0]
    machine.append_mark(replace(mark, through=mark.through + 1, width_ms=2 * RULE.width_ms))
    with pytest.raises(WindowWidthError, match="windows of 20 seconds and TOLLBOOK_WINDOW_SECONDS says 10"):
        machine.resumed()
