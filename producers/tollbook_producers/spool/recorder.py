"""The recorder of a process: what calls leave is on disk before it does anything else."""

from collections.abc import Mapping
from typing import Any

from tollbook_producers.log import warn_once
from tollbook_producers.spool.line import BEGAN, ENDED, LEFT, PROGRESSED, encode, encode_beginning
from tollbook_producers.spool.losses import Losses
from tollbook_producers.spool.overflow import Kept, Overflow, Tally
from tollbook_producers.spool.waker import Waker
from tollbook_producers.spool.writer import Writer

Facts = Mapping[str, Any]
_RESERVED_PART = 16
"""Beginnings leave that part of the spool free, so that the outcomes of the calls under way still fit."""


class SpoolRecorder:
    """Writes a line for whatever happens to a call; without a disk, outcomes are kept in memory until they are sent.

    Where both are full, calls go on and are counted.
    """

    def __init__(self, losses: Losses, overflow: Overflow, waker: Waker) -> None:
        self.writer: Writer | None = None
        self.recorded = Tally()
        self._losses = losses
        self._overflow = overflow
        self._waker = waker
        self._unwritten: set[str] = set()
        self._is_gone = False

    def began(self, reserved: str, facts: Facts) -> None:
        """Write the intent. A call whose intent cannot be written is counted until its outcome is safe."""
        if not self._is_gone and not self._write_beginning(encode_beginning(reserved, facts)):
            self._unwritten.add(reserved)
            self._losses.hold(1)

    def progressed(self, reserved: str, facts: Facts) -> None:
        """Write the running totals."""
        if self._is_gone:
            return
        if reserved not in self._unwritten:
            self._write_beginning(encode((PROGRESSED, reserved, facts)))
        elif self._write_beginning(encode((BEGAN, reserved, facts))):
            self._unwritten.discard(reserved)
            self._losses.hold(-1)

    def ended(self, reserved: str, event_id: str, facts: Facts) -> None:
        """Write the outcome. In a forked child this does nothing: the call is the parent's."""
        if self._is_gone:
            return
        if self._unwritten and reserved in self._unwritten:
            self._unwritten.discard(reserved)
            self._leave(event_id, facts)
            self._losses.hold(-1)
        elif (writer := self.writer) is not None and writer.append(encode((ENDED, reserved, event_id, facts))):
            self.recorded.add()
        else:
            self._bypass(reserved, event_id, facts)
        if self._waker.is_asleep:
            self._waker.wake()
        else:
            self._waker.make_way()

    def left(self, event_id: str, facts: Facts) -> None:
        """Write an event without a beginning."""
        if not self._is_gone:
            self._leave(event_id, facts)
            self._waker.wake()

    def lost(self, error: BaseException) -> None:
        """Count a call for which nothing could be recorded."""
        self._losses.drop()
        warn_once("a call left no event", error)

    def disown(self) -> None:
        """In a forked child: what began before the fork is the parent's."""
        self._is_gone = True

    def close(self) -> None:
        """Record nothing more. Open calls that only memory knows are counted as dropped."""
        self._is_gone = True
        if self.writer is not None:
            self.writer.close()
        if self._unwritten:
            self._losses.drop(len(self._unwritten))
            self._losses.hold(-len(self._unwritten))

    def _write(self, line: bytes) -> bool:
        return self.writer is not None and self.writer.append(line)

    def _write_beginning(self, line: bytes) -> bool:
        writer = self.writer
        return writer is not None and writer.append(line, writer.limit // _RESERVED_PART)

    def _leave(self, event_id: str, facts: Facts) -> None:
        line = encode((LEFT, event_id, facts))
        if self._write(line):
            self.recorded.add()
            return
        self._losses.hold(1)
        if self._overflow.put(Kept(line, None)):
            self.recorded.add()
        else:
            self._losses.drop()
            self._losses.hold(-1)
            warn_once("neither the spool nor memory has room for more events")

    def _bypass(self, reserved: str, event_id: str, facts: Facts) -> None:
        """Keep the outcome of a call whose beginning is on disk in memory.

        It goes by the reserved id, so that a kill on the way cannot make two events of one call: what the next process
        makes of the beginning has the same id. An id that others derive too stays. Where memory is full the beginning
        remains, and becomes the event of an interrupted call.
        """
        left = event_id if facts.get("source_id") is not None else reserved
        if self._overflow.put(Kept(encode((LEFT, left, facts)), reserved)):
            self.recorded.add()
