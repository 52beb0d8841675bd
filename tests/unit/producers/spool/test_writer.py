"""Appending: whole lines, bounded, and honest about a disk that takes nothing."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from errno import EIO, ENOSPC
from pathlib import Path

import pytest

from tollbook_producers.spool import writer as writer_module
from tollbook_producers.spool.failpoint import full_after
from tollbook_producers.spool.line import encode
from tollbook_producers.spool.segment import segment_numbers, segment_path
from tollbook_producers.spool.writer import Writer
from unit.producers.spool.lines import left_records, read_all

LIMIT = 1_000_000


def sizes(folder: Path) -> list[int]:
    return [segment_path(folder, number).stat().st_size for number in segment_numbers(folder)]


def test_lines_of_many_threads_stand_whole_in_many_segments(tmp_path: Path) -> None:
    writer = Writer(tmp_path, LIMIT, segment_bytes=5_000)
    records = left_records(2_000)
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda record: writer.append(encode(record)), records))
    writer.close()
    found, tail = read_all(tmp_path)
    assert sorted(map(repr, found)) == sorted(map(repr, records))
    assert (tail.damage.corrupt, tail.damage.torn) == (0, 0)
    assert len(sizes(tmp_path)) > 1  # while one thread begins the next segment, others may write on in the old one
    late = 7 * len(encode(records[-1])) * len(sizes(tmp_path))  # lines of slow threads, at every change of segment
    assert writer.used == pytest.approx(sum(sizes(tmp_path)), abs=late)


def test_the_bound_holds_and_room_given_back_is_used(tmp_path: Path) -> None:
    writer = Writer(tmp_path, 10_000, segment_bytes=2_000)
    line = encode(left_records(1)[0])
    taken = [writer.append(line) for _ in range(200)]
    assert taken == sorted(taken, reverse=True)
    assert 10_000 - len(line) < sum(sizes(tmp_path)) <= 10_000
    segment_path(tmp_path, 1).unlink()
    writer.removed(1)
    assert writer.append(line)


def test_beginnings_leave_room_for_outcomes(tmp_path: Path) -> None:
    writer = Writer(tmp_path, 1_000)
    line = b"x" * 99 + b"\n"
    assert [writer.append(line, reserve=500) for _ in range(7)] == [True] * 5 + [False] * 2
    assert [writer.append(line) for _ in range(7)] == [True] * 5 + [False] * 2


def test_a_disk_that_fails_is_left_alone_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def broken(_fd: int, data: bytes) -> int:
        asked.append(data)
        raise OSError(EIO, "broken")

    writer = Writer(tmp_path, LIMIT, write=broken)
    assert [writer.append(b"x\n") for _ in range(10)] == [False] * 10
    assert len(asked) == 1
    monkeypatch.setattr(time, "monotonic", lambda: 1e12)
    assert not writer.append(b"x\n")
    assert len(asked) == 2


def test_a_line_cut_short_by_a_full_disk_is_the_last_of_its_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = left_records(6)
    lines = [encode(record) for record in records]
    room = [sum(map(len, lines[:2])) + 10]

    def write(fd: int, data: bytes) -> int:
        taken = min(room[0], len(data))
        if not taken:
            raise OSError(ENOSPC, "full")
        room[0] -= taken
        return os.write(fd, data[:taken])

    writer = Writer(tmp_path, LIMIT, write=write)
    assert [writer.append(line) for line in lines[:4]] == [True, True, False, False]
    room[0] = 10**6
    monkeypatch.setattr(writer_module, "RETRY_SECONDS", 0)
    writer._retry_at = 0.0
    assert [writer.append(line) for line in lines[4:]] == [True, True]
    writer.close()
    found, tail = read_all(tmp_path)
    assert found == [*records[:2], *records[4:]]
    assert (tail.damage.torn, tail.damage.corrupt, len(sizes(tmp_path))) == (1, 0, 2)


def test_a_segment_is_closed_only_when_its_last_writer_has_let_go(tmp_path: Path) -> None:
    writer = Writer(tmp_path, LIMIT, segment_bytes=10)
    slow = writer._segment
    assert writer.append(b"0123456789\n")
    assert writer.append(b"0123456789\n")
    assert (writer.current, writer.is_closed(1), writer.is_closed(2)) == (2, False, False)
    del slow
    assert writer.is_closed(1)
    writer.close()
    assert writer.is_closed(2)
    assert not writer.append(b"x\n")


def test_the_failpoint_fills_up_and_cuts_the_last_line(tmp_path: Path) -> None:
    write = full_after(5)
    assert write is not None
    with (tmp_path / "file").open("wb", buffering=0) as file:
        assert [write(file.fileno(), b"123"), write(file.fileno(), b"456")] == [3, 2]
        with pytest.raises(OSError, match="failpoint"):
            write(file.fileno(), b"7")


def test_fsync_is_asked_for_at_every_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fdatasync", synced.append)
    Writer(tmp_path / "", LIMIT).append(b"x\n")
    assert synced == []
    segment_path(tmp_path, 1).unlink()
    writer = Writer(tmp_path, LIMIT, fsync=True)
    assert writer.append(b"x\n")
    assert writer.append(b"x\n")
    assert len(synced) == 2
