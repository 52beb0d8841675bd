"""Recorder, folder and publisher's thread of one process, put together."""

import time
from secrets import token_hex

from tollbook_producers.counters import PublisherStats
from tollbook_producers.spool.disk import Disk
from tollbook_producers.spool.losses import Losses
from tollbook_producers.spool.orphans import Orphans
from tollbook_producers.spool.outbox import Outbox
from tollbook_producers.spool.overflow import Overflow
from tollbook_producers.spool.publishing import Publishing
from tollbook_producers.spool.recorder import SpoolRecorder
from tollbook_producers.spool.waker import Waker
from tollbook_schemas import Settings

_POLL_SECONDS = 0.005


class Spool:
    """Keeps what calls leave until Kafka has it. Raises KafkaException for settings that librdkafka refuses."""

    def __init__(self, settings: Settings) -> None:
        spooler, overflow, waker = token_hex(8), Overflow(), Waker()
        self._losses = Losses(spooler)
        self.recorder = SpoolRecorder(self._losses, overflow, waker)
        outbox = Outbox(settings)
        orphans = Orphans(settings, outbox) if settings.spool else None
        self._disk = Disk(settings, spooler, self.recorder, self._losses)
        self._publishing = Publishing(
            self._disk, outbox, orphans=orphans, losses=self._losses, overflow=overflow, waker=waker
        )
        self._publishing.start()

    def stats(self) -> PublisherStats:
        """What became of this process's events so far."""
        publishing = self._publishing
        return PublisherStats(
            recorded=self.recorder.recorded.value() + publishing.interrupted,
            delivered=publishing.delivered,
            failed=publishing.failed,
            dropped=self._losses.dropped,
            spooled_bytes=self._disk.used,
        )

    def flush(self, timeout_seconds: float) -> int:
        """Wait until everything is on Kafka, at most that long. Returns how many events are not, dropped ones too."""
        deadline = time.monotonic() + timeout_seconds
        self._publishing.hurry(1)
        try:
            while (left := self._left()) and self._publishing.is_running and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
        finally:
            self._publishing.hurry(-1)
        return left

    def close(self, timeout_seconds: float) -> None:
        """Deliver within the bound; what is left stays for the next process."""
        self.recorder.close()
        self._publishing.close(timeout_seconds)

    def disown(self) -> None:
        """In a forked child: all of this is the parent's."""
        self.recorder.disown()
        self._publishing.abandon()

    def _left(self) -> int:
        return self.stats().pending + (1 if self._losses.unreported else 0)
