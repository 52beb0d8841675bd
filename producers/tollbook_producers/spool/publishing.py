"""The thread that makes events of what calls left and sends them to Kafka."""

import threading
import time
from functools import partial

from tollbook_producers.log import warn_once
from tollbook_producers.spool.disk import Disk
from tollbook_producers.spool.losses import Losses
from tollbook_producers.spool.orphans import Orphans
from tollbook_producers.spool.outbox import Outbox
from tollbook_producers.spool.overflow import Kept, Overflow
from tollbook_producers.spool.own import OwnFolder
from tollbook_producers.spool.sending import send, send_kept
from tollbook_producers.spool.waker import Waker

LINGER_SECONDS = 0.2
"""Between two rounds of work: the calls of a while are handled together, so that few calls meet this thread at work."""
BREATH_SECONDS = 0.0001
ACK_SECONDS = 0.05
IDLE_SECONDS = 1.0
TROUBLE_SECONDS = 1.0


class Publishing:
    """Reads this process's folder, the overflow and orphans; with the broker away it waits, and nothing grows."""

    def __init__(
        self, disk: Disk, outbox: Outbox, *, orphans: Orphans | None, losses: Losses, overflow: Overflow, waker: Waker
    ) -> None:
        self.delivered = 0
        self.failed = 0
        self.interrupted = 0
        self._disk = disk
        self._own: OwnFolder | None = None
        self._outbox = outbox
        self._orphans = orphans
        self._losses = losses
        self._overflow = overflow
        self._waker = waker
        self._reporting = False
        self._hurry = 0
        self._answered = 0
        self._deadline: float | None = None
        self._thread = threading.Thread(target=self._run, name="tollbook-publisher", daemon=True)

    def start(self) -> None:
        """Start the thread. At the interpreter's end that cannot be done: then the next process delivers."""
        try:
            self._thread.start()
        except RuntimeError as error:
            warn_once("no thread can be started, events wait in the spool", error)

    @property
    def is_running(self) -> bool:
        """Whether the thread lives."""
        return self._thread.is_alive()

    def hurry(self, more: int) -> None:
        """Somebody waits (1), or does so no longer (-1)."""
        self._hurry += more
        self._waker.ring()

    def close(self, timeout_seconds: float) -> None:
        """Deliver what there is within the bound, make events of open calls, and end the thread."""
        self._deadline = time.monotonic() + timeout_seconds
        self.hurry(1)
        if self.is_running:
            self._thread.join(timeout_seconds + TROUBLE_SECONDS)

    def abandon(self) -> None:
        """In a forked child: the thread did not come along, and the handle must never be freed."""
        self._outbox.abandon()

    def _run(self) -> None:
        while self._deadline is None:
            try:
                self._look_around()
                if not self._work():
                    self._rest()
            except Exception as error:  # noqa: BLE001  # the thread must outlive whatever happens to one event
                warn_once("events could not be published for a moment", error)
                time.sleep(TROUBLE_SECONDS)
        self._finish(self._deadline)

    def _look_around(self) -> None:
        """Now and then: open the folder if it could not be opened, see how full the spool is, adopt an orphan."""
        if self._own is None and self._disk.folder is not None:
            self._own = OwnFolder(*self._disk.folder, self._outbox, self._settled)
        if self._orphans is not None and self._orphans.look_is_due():
            self._disk.look()
            self._orphans.look()

    def _work(self) -> bool:
        """One small portion of everything. Returns whether there may be more."""
        self._outbox.poll(0)
        moved = self._orphans.step() if self._orphans is not None else False
        while self._outbox.room > 0 and (kept := self._overflow.take()) is not None:
            send_kept(self._outbox, kept, partial(self._settled_kept, kept))
            moved = True
        if self._own is not None:
            if self._outbox.room > 0:
                moved |= self._own.pump() > 0
            self._own.settle()
        return moved or self._report_losses()

    def _rest(self) -> None:
        if self._hurry or self._is_held_up():
            self._waker.away(ACK_SECONDS)
            self._outbox.poll(ACK_SECONDS)
            self._waker.back()
            return
        self._waker.pause(LINGER_SECONDS)
        if not self._outbox.in_flight:
            self._waker.going_to_sleep()
            if not self._work():
                self._waker.sleep(IDLE_SECONDS)

    def _is_held_up(self) -> bool:
        """Whether there is no room, by a broker that answers: polling one that does not only brings its complaints."""
        before, self._answered = self._answered, self._outbox.answered
        return self._outbox.room <= 0 and self._answered > before

    def _report_losses(self) -> bool:
        """Once everything else has arrived, so that the losses of an outage are one event."""
        if self._reporting or self._outbox.in_flight or not self._losses.unreported:
            return False
        report = self._losses.next_report()
        if report is not None:
            self._reporting = True
            send(self._outbox, report, self._reported)
        return True

    def _finish(self, deadline: float) -> None:
        if self._orphans is not None:
            self._orphans.leave()
            self._orphans = None
        try:
            if self._deliver_all(deadline):
                self._remove()
                return
        except Exception as error:  # noqa: BLE001  # the next process delivers what is left
            warn_once("events could not be published at the end", error)
        self._outbox.give_up()
        if self._own is not None:
            self._own.leave()

    def _deliver_all(self, deadline: float) -> bool:
        """Whether everything is on Kafka, in time."""
        has_interrupted = False
        while time.monotonic() < deadline:
            if self._work():
                continue
            if not has_interrupted and self._is_read:
                has_interrupted = True
                self._interrupt()
            elif has_interrupted and not (self._outbox.in_flight or self._losses.unreported):
                return True
            self._outbox.poll(ACK_SECONDS if self._outbox.in_flight else BREATH_SECONDS)
        return False

    @property
    def _is_read(self) -> bool:
        return not self._overflow and (self._own is None or self._own.is_read)

    def _interrupt(self) -> None:
        if self._own is not None:
            self.interrupted = self._own.open_calls
            self._own.interrupt()

    def _remove(self) -> None:
        if self._own is not None:
            self._own.remove()

    def _settled(self, delivered: bool) -> None:
        if delivered:
            self.delivered += 1
        else:
            self.failed += 1
            self._losses.drop()

    def _settled_kept(self, kept: Kept, delivered: bool) -> None:
        self._settled(delivered)
        if kept.call is None:
            self._losses.hold(-1)
        elif self._own is not None:
            self._own.note_closed(kept.call)

    def _reported(self, _delivered: bool) -> None:
        self._losses.acknowledged()
        self._reporting = False
