"""What this process's own folder still owes to Kafka."""

from collections import deque
from collections.abc import Callable

from tollbook_producers.log import warn_once
from tollbook_producers.spool.folder import remove_folder, set_aside
from tollbook_producers.spool.line import CLOSED, REWRITTEN, encode
from tollbook_producers.spool.open_calls import OpenCalls
from tollbook_producers.spool.outbox import Outbox
from tollbook_producers.spool.owner import Owner, Word
from tollbook_producers.spool.segment import segment_of, segment_path
from tollbook_producers.spool.sending import InOrder
from tollbook_producers.spool.tail import Tail
from tollbook_producers.spool.writer import Writer


class OwnFolder:
    """Reads back what the process's threads write, sends the outcomes, and removes segments that are done with.

    Used by the publisher's thread alone; memory holds no more than the calls that are open and the events in flight.
    """

    def __init__(self, owner: Owner, writer: Writer, outbox: Outbox, settled: Callable[[bool], None]) -> None:
        self._owner = owner
        self._writer = writer
        self._calls = OpenCalls()
        self._tail = Tail(owner.folder, writer.is_closed)
        self._outbox = outbox
        self._sending = InOrder(outbox, settled)
        self._acked = 0
        self._oldest = 1
        self._notes: deque[bytes] = deque()

    @property
    def open_calls(self) -> int:
        """Calls that began and, as far as is read, did not end."""
        return len(self._calls)

    @property
    def is_read(self) -> bool:
        """Whether everything was read and nothing more can come."""
        return self._tail.at_end

    def pump(self) -> int:
        """Read the next lines and send their outcomes, while there is room. Returns how many lines there were."""
        lines = 0
        for line in self._tail.read():
            lines += 1
            try:
                outcome = self._calls.take(line.record, segment_of(line.end))
            except ValueError:
                self._tail.mark_corrupt(line)
                continue
            if outcome is not None:
                self._sending.send(outcome, line.end)
                self._note_end(line.record)
                if self._outbox.room <= 0:
                    break
        return lines

    def settle(self) -> None:
        """Remember how far everything is acknowledged, and remove the segments before that."""
        acked = self._sending.acked(self._tail.position)
        if acked == self._acked:
            return
        try:
            self._owner.set(Word.ACKED, acked)
            self._acked = acked
            while self._oldest < segment_of(acked) and self._let_go(self._oldest):
                self._oldest += 1
        except OSError as error:
            warn_once("the spool's folder cannot be tidied", error)

    def note_closed(self, call: str) -> None:
        """The event of a call that began here went to Kafka by another way."""
        self._calls.close(call)
        self._notes.append(encode((CLOSED, call)))
        self._write_notes()

    def interrupt(self) -> None:
        """At the end of the process: the calls that are open leave their events now. Everything must be read."""
        for outcome in self._calls.interrupted():
            self._sending.send(outcome, self._tail.position)
        self._calls = OpenCalls()

    def remove(self) -> None:
        """Everything is on Kafka: the folder goes."""
        for number in self._tail.damage.segments:
            set_aside(self._owner.folder, number, self._writer.limit)
        remove_folder(self._owner)

    def leave(self) -> None:
        """Leave what is not delivered to the next process."""
        self._owner.release()

    def _note_end(self, record: list[object]) -> None:
        """A call whose facts were written again ended before that line: say so behind it."""
        call = record[1]
        if isinstance(call, str) and call in self._calls.rewritten:
            self._notes.append(encode((CLOSED, call)))

    def _let_go(self, number: int) -> bool:
        """Remove a segment, unless calls that began in it are open and cannot be written down elsewhere."""
        if not self._rewrite(number) or not self._write_notes():
            return False
        if number in self._tail.damage.segments:
            self._tail.damage.segments.discard(number)
            set_aside(self._owner.folder, number, self._writer.limit)
        else:
            segment_path(self._owner.folder, number).unlink(missing_ok=True)
        self._writer.removed(number)
        return True

    def _rewrite(self, number: int) -> bool:
        for call, facts in self._calls.begun_until(number):
            if not self._writer.append(encode((REWRITTEN, call, facts))):
                return False
            self._calls.rewritten.add(call)
        return True

    def _write_notes(self) -> bool:
        while self._notes:
            if not self._writer.append(self._notes[0]):
                return False
            self._notes.popleft()
        return True
