"""Calls that left no event of their own, by number, and the events that say so."""

import threading
import time
from uuid import UUID

from tollbook_producers.attribution import UNATTRIBUTED
from tollbook_producers.spool.open_calls import Outcome
from tollbook_producers.spool.owner import Header, Owner, Word
from tollbook_schemas import derived_event_id

MAX_CALLS = 10**6
"""As many calls as one event may stand for."""


class Losses:
    """Counts in memory and, where there is one, in a folder's header, so that they survive the process.

    A report is begun in the header before its event is sent: whoever takes over after a crash sends the same event
    under the same id, so nothing counts twice.
    """

    def __init__(self, spooler: str) -> None:
        self._lock = threading.RLock()  # a call may end inside a finalizer, in the middle of another one's counting
        self._spooler = spooler
        self._words = dict.fromkeys(Word, 0)
        self._owner: Owner | None = None

    @classmethod
    def left_behind(cls, owner: Owner, header: Header, spooler: str) -> "Losses":
        """What a dead process lost: what it counted, and the calls that only its memory knew."""
        losses = cls(spooler)
        losses._words = {word: header[word] for word in Word}
        losses._words[Word.DROPPED] += losses._words[Word.IN_MEMORY]
        losses._words[Word.IN_MEMORY] = 0
        losses._owner = owner
        return losses

    def keep_in(self, owner: Owner) -> None:
        """Keep the counts in this header from now on. Raises OSError."""
        with self._lock:
            self._owner = owner
            for word in (Word.DROPPED, Word.REPORTED, Word.REPORT_MS, Word.REPORTING, Word.IN_MEMORY):
                owner.set(word, self._words[word])

    @property
    def dropped(self) -> int:
        """Calls lost so far."""
        return self._words[Word.DROPPED]

    @property
    def unreported(self) -> int:
        """Lost calls that no acknowledged event tells of."""
        return self._words[Word.DROPPED] - self._words[Word.REPORTED]

    def drop(self, calls: int = 1) -> None:
        """Calls left no event."""
        self._add(Word.DROPPED, calls)

    def hold(self, calls: int) -> None:
        """Calls that only memory knows: more of them, or fewer."""
        self._add(Word.IN_MEMORY, calls)

    def next_report(self) -> Outcome | None:
        """The event that tells of losses; the same one until it is acknowledged. None where all is told.

        Raises OSError where the header cannot be written: an event that nobody knows to be sent could count twice.
        """
        with self._lock:
            if not self.unreported:
                return None
            if self._words[Word.REPORTING] == self._words[Word.REPORTED]:
                self._begin_report()
            reported, reporting = self._words[Word.REPORTED], self._words[Word.REPORTING]
            return _report(self._spooler, reported, reporting, self._words[Word.REPORT_MS])

    def acknowledged(self) -> None:
        """The report is on Kafka. Raises OSError."""
        with self._lock:
            self._set(Word.REPORTED, self._words[Word.REPORTING])

    def _begin_report(self) -> None:
        self._set(Word.REPORT_MS, time.time_ns() // 1_000_000)
        self._set(Word.REPORTING, self._words[Word.REPORTED] + min(self.unreported, MAX_CALLS))

    def _set(self, word: Word, value: int) -> None:
        if self._owner is not None:
            self._owner.set(word, value)
        self._words[word] = value

    def _add(self, word: Word, calls: int) -> None:
        with self._lock:
            self._words[word] += calls
            if self._owner is None:
                return
            try:
                self._owner.set(word, self._words[word])
            except OSError:  # the total is in memory, and written with the next one
                return


def _report(spooler: str, reported: int, reporting: int, time_ms: int) -> Outcome:
    source = f"{spooler}:{reported}-{reporting}"
    facts = {
        "use_case": UNATTRIBUTED,
        "provider": "unknown",
        "model": "unknown",
        "status": "error",
        "error_type": "dropped",
        "call_count": reporting - reported,
        "aggregate": True,
        "source_id": source,
    }
    event_id: UUID = derived_event_id(time_ms, "dropped", source)
    return Outcome(str(event_id), facts)
