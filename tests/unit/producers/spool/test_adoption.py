"""What is found in a dead process's folder, without a broker: who may adopt it, and what status says."""

from pathlib import Path

from tollbook_producers.spool.adoption import Recovered, adopt_next, rewritten_in
from tollbook_producers.spool.folder import DAMAGED, bytes_in, set_aside
from tollbook_producers.spool.owner import Destination, Word, adopt
from tollbook_producers.spool.segment import position, segment_path
from tollbook_producers.spool.status import spool_status
from unit.producers.spool.lines import FACTS, HERE, dead_folder, left_records, write_segment

RECORDS: list[list[object]] = [
    ["b", "c1", FACTS],
    ["b", "c2", FACTS],
    ["e", "c1", "id1", FACTS],
    ["l", "id2", FACTS],
    ["b", "c3", FACTS],
]


def test_only_a_folder_that_belongs_here_is_adopted(tmp_path: Path) -> None:
    elsewhere = Destination("other:9092", HERE.topic, "x")
    dead_folder(tmp_path, [], elsewhere).release()
    assert adopt_next(tmp_path, lambda destination: destination == HERE) is None
    living, dead = dead_folder(tmp_path, []), dead_folder(tmp_path, [])
    dead.release()
    owner = adopt_next(tmp_path, lambda destination: destination == HERE)
    assert owner is not None
    assert owner.folder == dead.folder
    assert adopt_next(tmp_path, lambda _: True, {path for path in tmp_path.iterdir() if path != living.folder}) is None


def test_status_counts_what_is_left(tmp_path: Path) -> None:
    owner = dead_folder(tmp_path, RECORDS)
    owner.set(Word.DROPPED, 7)
    owner.set(Word.REPORTED, 2)
    owner.set(Word.IN_MEMORY, 3)
    with segment_path(owner.folder, 1).open("ab") as segment:
        segment.write(b"corrupt\ntorn")
    [alive] = spool_status(tmp_path).folders
    assert (alive.is_owned, alive.undelivered, alive.open_calls, alive.dropped) == (True, 2, 2, 5)
    owner.set(Word.ACKED, position(1, 10**6))
    owner.release()
    [dead] = spool_status(tmp_path).folders
    assert (dead.is_owned, dead.undelivered, dead.open_calls, dead.dropped) == (False, 0, 2, 8)
    assert (dead.corrupt_lines, dead.torn_lines, dead.destination) == (1, 1, HERE)
    assert adopt(owner.folder) is not None  # looking took no lock with it


def test_status_of_no_spool_is_empty(tmp_path: Path) -> None:
    status = spool_status(tmp_path / "never-made")
    assert (status.folders, status.damaged_segments, status.damaged_bytes) == ((), 0, 0)


def test_calls_written_again_are_found_before_reading(tmp_path: Path) -> None:
    write_segment(tmp_path, 1, RECORDS)
    write_segment(tmp_path, 2, [["r", "c2", FACTS], *left_records(2), ["r", "c3", {"x": ' ["r",'}]])
    assert rewritten_in(tmp_path) == {"c2", "c3"}


def test_damaged_segments_are_kept_within_a_bound(tmp_path: Path) -> None:
    owner = dead_folder(tmp_path, left_records(3))
    size = segment_path(owner.folder, 1).stat().st_size
    write_segment(owner.folder, 2, left_records(3))
    set_aside(owner.folder, 1, size)
    set_aside(owner.folder, 2, size)
    assert bytes_in(tmp_path / DAMAGED) == size
    assert [path.name for path in owner.folder.iterdir()] == ["owner"]
    assert spool_status(tmp_path).damaged_segments == 1


def test_figures_add_up() -> None:
    total = Recovered(1, 2, 3, 4, 5, 6)
    total.add(Recovered(1, 1, 1, 1, 1, 1))
    assert total == Recovered(2, 3, 4, 5, 6, 7)
