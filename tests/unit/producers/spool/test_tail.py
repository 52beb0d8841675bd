"""A folder is read completely but for the very lines that are torn or corrupt."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tollbook_producers.spool.line import encode
from tollbook_producers.spool.segment import position, segment_path
from tollbook_producers.spool.tail import Tail
from unit.producers.spool.lines import left_records, read_all, write_segment


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_segment_cut_anywhere_loses_only_its_last_line(data: st.DataObject) -> None:
    records = left_records(5)
    with TemporaryDirectory() as made:
        folder = Path(made)
        content = write_segment(folder, 1, records)
        cut = data.draw(st.integers(0, len(content)))
        segment_path(folder, 1).write_bytes(content[:cut])
        write_segment(folder, 2, records)
        ends = [len(b"".join(encode(record) for record in records[: count + 1])) for count in range(5)]
        whole = sum(cut >= end for end in ends)  # without its newline no line was taken for written
        found, tail = read_all(folder)
        assert found == records[:whole] + records
        assert (tail.damage.corrupt, tail.damage.torn) == (0, 0 if cut in {0, *ends} else 1)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_flipped_bit_costs_at_most_the_lines_it_is_in(data: st.DataObject) -> None:
    records = left_records(5)
    with TemporaryDirectory() as made:
        folder = Path(made)
        content = bytearray(write_segment(folder, 1, records))
        content[data.draw(st.integers(0, len(content) - 2))] ^= 1 << data.draw(st.integers(0, 7))
        segment_path(folder, 1).write_bytes(content)
        found, tail = read_all(folder)
        assert [record for record in records if record in found] == found
        assert len(found) >= 3
        assert tail.damage.corrupt + tail.damage.torn == 1


def test_lines_are_read_while_they_are_written(tmp_path: Path) -> None:
    records = left_records(3)
    lines = [encode(record) for record in records]
    closed: set[int] = set()
    tail = Tail(tmp_path, closed.__contains__)
    assert list(tail.read()) == []
    with segment_path(tmp_path, 1).open("ab", buffering=0) as segment:
        segment.write(lines[0] + lines[1][:10])
        assert [line.record for line in tail.read()] == records[:1]
        assert tail.position == position(1, len(lines[0]))
        assert list(tail.read()) == []
        segment.write(lines[1][10:])
        assert [line.record for line in tail.read()] == records[1:2]
    write_segment(tmp_path, 2, records[2:])
    assert list(tail.read()) == []
    closed.add(1)
    assert list(tail.read()) == []
    assert [line.record for line in tail.read()] == records[2:]
    assert not tail.at_end
    assert tail.damage.corrupt == tail.damage.torn == 0


def test_a_line_longer_than_a_chunk(tmp_path: Path) -> None:
    long: list[list[object]] = [["l", "x", {"tags": ["y" * 100_000]}], *left_records(1)]
    write_segment(tmp_path, 1, long)
    assert read_all(tmp_path)[0] == long


def test_a_folder_without_segments_is_at_its_end(tmp_path: Path) -> None:
    assert read_all(tmp_path)[0] == []
