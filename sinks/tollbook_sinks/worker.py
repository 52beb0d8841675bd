"""The sink's loop: read a batch, write it, and whatever goes wrong in between, begin again at Postgres' offsets.

While a batch is written the next one is read and made of what the partitions will be then. If the write fails, it is
dropped, like all that was read.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from threading import Event

from tollbook_schemas.judge import refuse_broken_clock
from tollbook_schemas.windows import WindowRule
from tollbook_sinks.batches import Batch, Partition, make_batch
from tollbook_sinks.errors import DatabaseAwayError, PartitionLostError, StoppedError
from tollbook_sinks.ports import AskWatermarks, MakeSource, Store, WriteAhead
from tollbook_sinks.reading import Gap
from tollbook_sinks.records import Feed, Record
from tollbook_sinks.writing_ahead import Writer

logger = logging.getLogger(__name__)


class Worker:
    """One member of the sink's group, and the partitions that it owns as they are once all that is begun is written.

    `time_ns` is this machine's clock: nanoseconds since 1970.
    """

    def __init__(
        self,
        rule: WindowRule,
        store: Store,
        make_log: MakeSource,
        time_ns: Callable[[], int] = time.time_ns,
        make_writer: Callable[[Callable[[Batch], None]], WriteAhead] = Writer,
    ) -> None:
        self._rule = rule
        self._store = store
        self._writer = make_writer(store.write)
        self._time_ns = time_ns
        self._known: dict[Feed, Partition] = {}
        self._held: dict[Feed, list[Record]] = {}
        self._gaps: dict[Feed, Gap] = {}
        self._log = make_log(self._assigned, self._revoked)

    def run(self, stop: Event) -> None:
        """Work until the stop event is set; the batch in hand is finished first."""
        try:
            while not stop.is_set():
                self.step()
            self._is_written()
        except StoppedError:
            logger.info("stopped while Postgres was away")

    def close(self) -> None:
        """Leave the group, once what is being written is."""
        self._writer.close()
        self._log.close()

    def step(self) -> None:
        """Read once, and begin to write what was read, after what was held back before."""
        records = self._log.poll()
        self._refuse_broken_clock(records)
        together = {feed: [*self._held.get(feed, ()), *records.get(feed, ())] for feed in {*self._held, *records}}
        batch = make_batch(self._rule, self._known, together, self._gaps.values())
        if not self._is_written():
            self._read_again()
            return
        if batch.has_work:
            self._writer.begin(batch)
        self._known.update({**batch.sources, **batch.changelogs})
        self._hold(batch.held)
        self._look_again(batch.gaps)

    def _assigned(self, feeds: Collection[Feed], watermarks: AskWatermarks) -> Mapping[Feed, int]:
        self._writer.wait()
        self._known = self._store.load(feeds, watermarks)
        logger.info("reading %d partitions", len(feeds))
        return {feed: partition.next_offset for feed, partition in self._known.items()}

    def _revoked(self) -> None:
        self._writer.wait()
        self._known, self._held, self._gaps = {}, {}, {}

    def _refuse_broken_clock(self, records: Mapping[Feed, list[Record]]) -> None:
        wall_ms = self._time_ns() // 1_000_000
        for feed, of_feed in records.items():
            if feed.side == "source" and feed.kind == "live":
                refuse_broken_clock(max(record.appended_ms for record in of_feed), wall_ms)

    def _is_written(self) -> bool:
        """Whether what was begun is in Postgres for certain; nothing begun is."""
        try:
            self._writer.finish()
        except PartitionLostError as error:
            logger.warning("%s", error)
            return False
        except DatabaseAwayError:
            return False
        return True

    def _read_again(self) -> None:
        """Forget what was read and read it again from where Postgres is."""
        recorded = self._store.recorded()
        self._known = {feed: recorded[feed] for feed in self._known}
        self._gaps = {}
        self._hold({})
        for feed, partition in self._known.items():
            self._log.seek(feed, partition.next_offset)

    def _hold(self, held: dict[Feed, list[Record]]) -> None:
        self._log.pause(held.keys() - self._held.keys())
        self._log.resume(self._held.keys() - held.keys())
        self._held = held

    def _look_again(self, gaps: Iterable[Gap]) -> None:
        """Read once more where offsets are missing: if the same ones are missing then, the log itself lacks them."""
        for gap in gaps:
            self._gaps[gap.feed] = gap
            self._log.seek(gap.feed, gap.expected)
