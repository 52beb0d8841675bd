"""For any log, any crashes and any damage to the changelog: what it says equals a naive truth."""

from hypothesis import given
from hypothesis import strategies as st

from support.processor_logs import import_logs, live_logs
from support.processor_machine import Machine, Written, log_of, truth_of
from tollbook_schemas.rollups import place_of
from tollbook_schemas.topics import StreamKind

LIVES = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 9), st.integers(0, 4)), max_size=5)
"""Workers that were killed: batches folded, records a batch, last records that never reached the changelog."""


def streams(max_size: int = 60) -> st.SearchStrategy[tuple[StreamKind, list[Written]]]:
    """A kind with a log of it."""
    return st.one_of(
        st.tuples(st.just("live"), live_logs(max_size)), st.tuples(st.just("import"), import_logs(max_size))
    )


def lived(stream: tuple[StreamKind, list[Written]], lives: list[tuple[int, int, int]]) -> Machine:
    """A partition that was folded by workers killed at any point; the last life is not over yet."""
    kind, written = stream
    machine = Machine(kind, log_of(written))
    for batches, size, lost in lives:
        machine.run(batches, size, lose_last=lost)
    return machine


@given(streams(), LIVES)
def test_a_log_folded_across_kills_says_the_truth(
    stream: tuple[StreamKind, list[Written]], lives: list[tuple[int, int, int]]
) -> None:
    machine = lived(stream, lives)
    machine.run()
    assert machine.said().totals() == truth_of(stream[1])


@given(streams(), LIVES, st.integers(1, 9))
def test_the_last_mark_accounts_for_the_log_and_for_the_totals_of_what_is_open(
    stream: tuple[StreamKind, list[Written]], lives: list[tuple[int, int, int]], size: int
) -> None:
    machine = lived(stream, lives)
    machine.run(size=size)
    said = machine.said()
    if machine.log:
        mark = said.marks[0]
        assert mark.through == machine.log[-1].offset
        assert mark.clock == max(record.timestamp for record in machine.log)
        for scope, entry in mark.open.items():
            assert entry.events == sum(value.measures[0] for key, value in said.values.items() if key.scope == scope)


@given(streams(), LIVES, st.data())
def test_stale_values_that_land_last_change_nothing(
    stream: tuple[StreamKind, list[Written]], lives: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    machine = lived(stream, [*lives, (4, 5, 0)])
    for record in data.draw(
        st.lists(st.sampled_from(machine.changelog), max_size=20) if machine.changelog else st.just([])
    ):
        machine.append(record.key or b"", record.value)
    machine.run()
    assert machine.refolds == 0
    assert machine.said().totals() == truth_of(stream[1])


@given(streams(), LIVES, st.data())
def test_keys_that_vanished_from_open_windows_are_folded_again(
    stream: tuple[StreamKind, list[Written]], lives: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    machine = lived(stream, [*lives, (4, 5, 0)])
    said = machine.said()
    opened = said.marks[0].open if said.marks else {}
    keys = sorted(key.encode() for key in said.values if key.scope in opened)
    gone = data.draw(st.sets(st.sampled_from(keys)) if keys else st.just(set()))
    machine.drop(gone)
    machine.run()
    assert machine.refolds == bool(gone)
    assert machine.said().totals() == truth_of(stream[1])


@given(streams(), LIVES, st.integers(0, 30))
def test_without_its_last_marks_a_partition_goes_on_from_an_older_one(
    stream: tuple[StreamKind, list[Written]], lives: list[tuple[int, int, int]], keep: int
) -> None:
    machine = lived(stream, [*lives, (6, 5, 0)])
    marks = [record for record in machine.changelog if b'"mark"' in (record.key or b"")]
    gone = {record.offset for record in marks[keep:]}
    machine.changelog = [record for record in machine.changelog if record.offset not in gone]
    machine.run()
    assert machine.refolds == 0
    assert machine.said().totals() == truth_of(stream[1])


@given(streams(), LIVES, st.data())
def test_garbage_with_a_high_offset_is_ignored(
    stream: tuple[StreamKind, list[Written]], lives: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    machine = lived(stream, [*lives, (4, 5, 0)])
    keys = [record.key or b"" for record in machine.changelog] + [b"", b"[]", b"junk"]
    values = (b'{"applied":99999999,"measures":{"events":1},"crc32":1}', b"\xff", b"", None)
    for _ in range(data.draw(st.integers(1, 5))):
        machine.append(data.draw(st.sampled_from(keys)), data.draw(st.sampled_from(values)))
    machine.run()
    assert machine.refolds == 0
    assert machine.said().totals() == truth_of(stream[1])


@given(streams(), LIVES, st.data())
def test_a_worker_killed_while_it_folds_again_leaves_the_truth_to_the_next(
    stream: tuple[StreamKind, list[Written]], lives: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    machine = lived(stream, [*lives, (4, 5, 0)])
    opened = machine.said().marks[0].open if machine.changelog else {}
    machine.drop(key.encode() for key in machine.said().values if place_of(key.encode())[1] in opened)
    for batches in data.draw(st.lists(st.integers(0, 3), max_size=3)):
        machine.run(batches, 2)
    machine.run()
    assert machine.said().totals() == truth_of(stream[1])
