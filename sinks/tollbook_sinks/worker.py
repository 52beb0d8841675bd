"""The sink's loop: read a batch, write it, and whatever goes wrong in between, begin again at Postgres' offsets."""

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from threading import Event
from typing import Any

from psycopg import Connection

from tollbook_schemas.settings import Settings
from tollbook_sinks.batches import Batch, Partition, make_batch
from tollbook_sinks.database import Database, StoppedError
from tollbook_sinks.errors import DatabaseAwayError, PartitionLostError
from tollbook_sinks.log import AskWatermarks, Log
from tollbook_sinks.offsets import read_partitions
from tollbook_sinks.positions import load_partitions
from tollbook_sinks.reading import Gap
from tollbook_sinks.records import Feed, Record
from tollbook_sinks.topology import describe_topics
from tollbook_sinks.window_width import record_width
from tollbook_sinks.writing import ensure_days, write_batch

logger = logging.getLogger(__name__)


class Worker:
    """One member of the sink's group, and the partitions that it owns as they are in Postgres."""

    def __init__(self, settings: Settings, stop: Event) -> None:
        describe_topics(settings)  # what is wrong with the topics is said at once, not at the first assignment
        self._settings = settings
        self._stop = stop
        self._database = Database(settings.postgres, stop)
        self._known: dict[Feed, Partition] = {}
        self._held: dict[Feed, list[Record]] = {}
        self._gaps: dict[Feed, Gap] = {}
        self._days: set[date] = set()
        self._log = Log(settings, self._assigned, self._revoked)

    def run(self) -> None:
        """Work until the stop event is set; the batch in hand is finished first."""
        try:
            while not self._stop.is_set():
                self._step(self._log.poll())
        except StoppedError:
            logger.info("stopped while Postgres was away")

    def close(self) -> None:
        """Leave the group and the database."""
        self._log.close()
        self._database.close()

    def _assigned(self, feeds: Collection[Feed], watermarks: AskWatermarks) -> Mapping[Feed, int]:
        logs = describe_topics(self._settings)
        self._database.insist(lambda connection: record_width(connection, self._settings.window_rule))
        self._known = self._database.insist(
            lambda connection: load_partitions(connection, feeds, logs, watermarks),
        )
        logger.info("reading %d partitions", len(feeds))
        return {feed: partition.next_offset for feed, partition in self._known.items()}

    def _revoked(self) -> None:
        self._known, self._held, self._gaps = {}, {}, {}

    def _step(self, records: Mapping[Feed, list[Record]]) -> None:
        """Write what was read, after what was held back before."""
        together = {feed: [*self._held.get(feed, ()), *records.get(feed, ())] for feed in {*self._held, *records}}
        batch = make_batch(self._settings.window_rule, self._known, together, self._gaps.values())
        if batch.has_work and not self._write(batch):
            self._read_again(together)
            return
        self._known.update({**batch.sources, **batch.changelogs})
        self._hold(batch.held)
        self._look_again(batch.gaps)

    def _write(self, batch: Batch) -> bool:
        """Whether the batch is in Postgres for certain."""

        def write(connection: Connection[Any]) -> None:
            ensure_days(connection, batch, self._days)
            write_batch(connection, batch)

        try:
            self._database.attempt(write)
        except PartitionLostError as error:
            logger.warning("%s", error)
            return False
        except DatabaseAwayError:
            return False
        return True

    def _read_again(self, feeds: Iterable[Feed]) -> None:
        """Forget a batch and read it again from where Postgres is."""
        recorded = self._database.insist(read_partitions)
        self._known = {feed: recorded[feed] for feed in self._known}
        self._hold({})
        for feed in self._known.keys() & set(feeds):
            self._log.seek(feed, self._known[feed].next_offset)

    def _hold(self, held: dict[Feed, list[Record]]) -> None:
        self._log.pause(held.keys() - self._held.keys())
        self._log.resume(self._held.keys() - held.keys())
        self._held = held

    def _look_again(self, gaps: Iterable[Gap]) -> None:
        """Read once more where offsets are missing: if the same ones are missing then, the log itself lacks them."""
        for gap in gaps:
            self._gaps[gap.feed] = gap
            self._log.seek(gap.feed, gap.expected)
