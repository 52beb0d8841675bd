"""Events made from facts and handed to Kafka, and how far a folder's are acknowledged."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tollbook_producers.event_builder import event_record
from tollbook_producers.log import warn_once
from tollbook_producers.spool.line import decode
from tollbook_producers.spool.open_calls import Outcome
from tollbook_producers.spool.outbox import Done, Outbox
from tollbook_producers.spool.overflow import Kept


def send(outbox: Outbox, outcome: Outcome, done: Done) -> None:
    """Make the event and send it; `done` is told at once that it never arrives where no valid event can be made."""
    try:
        key, value = event_record(outcome.facts, outcome.event_id)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with one call, the others go on
        warn_once("no event could be made of a call", error)
        done(False)
    else:
        outbox.send(key, value, done)


def send_kept(outbox: Outbox, kept: Kept, done: Done) -> None:
    """Send an outcome that the disk did not take."""
    record = decode(kept.line.rstrip(b"\n"))
    if record is None:  # it was encoded in this process
        done(False)
    else:
        send(outbox, Outcome(record[1], record[2]), done)


@dataclass(slots=True)
class _Sent:
    position: int
    is_done: bool = False


class InOrder:
    """Outcomes of one folder in flight. `settled` is told of each one whether it was delivered."""

    def __init__(self, outbox: Outbox, settled: Callable[[bool], None]) -> None:
        self._outbox = outbox
        self._settled = settled
        self._sent: deque[_Sent] = deque()

    def __len__(self) -> int:
        return len(self._sent)

    def send(self, outcome: Outcome, position: int) -> None:
        """Send an outcome whose line ends at this position."""
        sent = _Sent(position)
        self._sent.append(sent)
        send(self._outbox, outcome, partial(self._done, sent))

    def acked(self, read: int) -> int:
        """The position up to which everything is done, when everything before `read` was sent."""
        while self._sent and self._sent[0].is_done:
            self._sent.popleft()
        # The line in front of the first one under way is not known, but an outcome that ends no later is done.
        return self._sent[0].position - 1 if self._sent else read

    def _done(self, sent: _Sent, delivered: bool) -> None:
        sent.is_done = True
        self._settled(delivered)
