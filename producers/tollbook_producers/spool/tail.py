"""Reads a folder's lines in order while they are being written."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tollbook_producers.spool.descriptor import Descriptor
from tollbook_producers.spool.line import Record, decode, salvage
from tollbook_producers.spool.segment import position, segment_numbers, segment_of, segment_path

CHUNK_BYTES = 1024 * 1024
"""Read at once: what calls left in a while is handled in one go, in which nothing lets other threads run.

Small portions were measured to be worse for the calls under way: each begins a new fight for the interpreter.
"""


@dataclass(slots=True)  # made for every line: freezing would make it three times as slow
class Line:
    """A record and the position behind it."""

    record: Record
    end: int


@dataclass(slots=True)
class Damage:
    """Lines that nothing could be read from. `torn` ones were cut short at the end of their segment."""

    corrupt: int = 0
    torn: int = 0
    segments: set[int] = field(default_factory=set)
    """The segments with corrupt lines."""


class Tail:
    """A reader of one folder. `is_closed` says whether nothing more is written to a segment."""

    def __init__(self, folder: Path, is_closed: Callable[[int], bool]) -> None:
        self.damage = Damage()
        self._folder = folder
        self._is_closed = is_closed
        self._number = min(segment_numbers(folder), default=1)
        self._offset = 0
        self._chunk = CHUNK_BYTES
        self._file: Descriptor | None = None
        self._at_end = False

    @property
    def position(self) -> int:
        """Everything before it was read."""
        return position(self._number, self._offset)

    @property
    def at_end(self) -> bool:
        """Whether all there is was read and nothing more can come."""
        return self._at_end

    def read(self) -> Iterator[Line]:
        """The next lines; none where there are none yet. Raises OSError where the disk fails.

        Each is decoded when it is its turn: many records at once would scatter the memory of whatever else runs here.
        """
        closed = self._is_closed(self._number)  # asked before reading: what was written until then is read now
        chunk = self._read_chunk()
        end = chunk.rfind(b"\n") + 1
        if end:
            self._chunk = CHUNK_BYTES
            yield from self._parse(chunk, end)
        elif len(chunk) == self._chunk:
            self._chunk *= 2
            yield from self.read()
        elif closed:
            self._turn(chunk)

    def mark_corrupt(self, line: Line) -> None:
        """A record that cannot be used although it is whole."""
        self.damage.corrupt += 1
        self.damage.segments.add(segment_of(line.end))

    def _read_chunk(self) -> bytes:
        if self._file is None:
            try:
                self._file = Descriptor(segment_path(self._folder, self._number), os.O_RDONLY)
            except FileNotFoundError:  # a folder without any segment
                return b""
        return os.pread(self._file.fd, self._chunk, self._offset)

    def _parse(self, chunk: bytes, end: int) -> Iterator[Line]:
        begin, start = self.position, 0
        while start < end:
            after = chunk.index(b"\n", start) + 1
            record = self._record(chunk[start : after - 1])
            self._offset += after - start
            start = after
            if record is not None:
                yield Line(record, begin + start)

    def _record(self, text: bytes) -> Record | None:
        record = decode(text)
        if record is None:
            self.damage.corrupt += 1
            self.damage.segments.add(self._number)
            record = salvage(text)
        return record

    def _turn(self, rest: bytes) -> None:
        """Leave a segment that is read. A last line without its newline was not taken for written by its writer."""
        self._offset += len(rest)
        if rest:
            self.damage.torn += 1
        following = [number for number in segment_numbers(self._folder) if number > self._number]
        if following:
            self._number, self._offset = following[0], 0
            self._close()
        else:
            self._at_end = True

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
