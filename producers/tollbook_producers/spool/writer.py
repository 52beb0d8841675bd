"""Appends lines to this process's folder, from any thread, without a lock and without waiting."""

import os
import threading
import time
from errno import ENOSPC
from pathlib import Path
from weakref import ref

from tollbook_producers.log import warn_once
from tollbook_producers.spool.append import Write, append
from tollbook_producers.spool.segment import Segment

SEGMENT_BYTES = 4 * 1024 * 1024
RETRY_SECONDS = 1.0
"""How long a disk that failed is left alone."""


class Writer:
    """The segments of one process. `limit` is how many bytes they may hold together."""

    def __init__(
        self,
        folder: Path,
        limit: int,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        fsync: bool = False,
        write: Write = append,
    ) -> None:
        self.limit = limit
        self._folder = folder
        self._fsync = fsync
        self._write = write
        self._segment_bytes = min(SEGMENT_BYTES, segment_bytes)
        self._rolling = threading.Lock()
        self._retry_at = 0.0
        self._segment: Segment | None = Segment(folder, 1)
        self._current = 1
        self._earlier: dict[int, int] = {}  # sizes
        self._earlier_bytes = 0
        self._in_use = {1: ref(self._segment)}

    @property
    def current(self) -> int:
        """The segment that lines go to now."""
        return self._current

    @property
    def used(self) -> int:
        """Bytes in the segments."""
        segment = self._segment
        return self._earlier_bytes + (segment.size if segment is not None else 0)

    def append(self, line: bytes, reserve: int = 0) -> bool:
        """Write a line and leave `reserve` bytes free. Returns whether it is on disk; never raises for a disk."""
        segment, size = self._segment, len(line)
        if segment is None or self._earlier_bytes + segment.size + size + reserve > self.limit:
            return False
        if self._retry_at and time.monotonic() < self._retry_at:
            return False
        try:
            if segment.is_full or segment.size >= self._segment_bytes:
                segment = self._roll(segment)
            if self._write(segment.descriptor.fd, line) != size:
                segment.is_full = True  # nothing more behind a torn line, if it can be helped
                raise OSError(ENOSPC, "a line was cut short")
            segment.size += size
            if self._fsync:
                os.fdatasync(segment.descriptor.fd)
        except OSError as error:
            self._failed(error)
            return False
        return True

    def is_closed(self, number: int) -> bool:
        """Whether nothing is written to a segment any more, not even by a thread that was slow to get there."""
        return (number != self._current or self._segment is None) and self._in_use[number]() is None

    def removed(self, number: int) -> None:
        """A segment is gone and its room is free."""
        self._earlier_bytes -= self._earlier.pop(number, 0)
        del self._in_use[number]

    def close(self) -> None:
        """Write nothing more."""
        segment, self._segment = self._segment, None
        if segment is not None:
            self._leave(segment)

    def _roll(self, full: Segment) -> Segment:
        """Begin the next segment. A thread that finds another one at it goes on in the old segment."""
        if not self._rolling.acquire(blocking=False):
            return full
        try:
            if self._segment is not full:
                return self._segment or full
            following = Segment(self._folder, full.number + 1)
            self._in_use[following.number] = ref(following)
            self._leave(full)
            self._segment, self._current = following, following.number
            return following
        finally:
            self._rolling.release()

    def _leave(self, segment: Segment) -> None:
        self._earlier[segment.number] = segment.size
        self._earlier_bytes += segment.size

    def _failed(self, error: OSError) -> None:
        self._retry_at = time.monotonic() + RETRY_SECONDS
        warn_once("the spool's disk takes nothing", error)
