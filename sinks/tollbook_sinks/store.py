"""The database behind the sink's loop: Postgres."""

from collections.abc import Collection
from datetime import date
from threading import Event
from typing import Any

from psycopg import Connection

from tollbook_schemas.settings import Settings
from tollbook_sinks.batches import Batch, Partition
from tollbook_sinks.database import Database
from tollbook_sinks.generations import refuse_replaced
from tollbook_sinks.offsets import RecordedPartitions, read_partitions
from tollbook_sinks.ports import AskWatermarks
from tollbook_sinks.positions import load_partitions
from tollbook_sinks.records import Feed
from tollbook_sinks.topology import describe_topics
from tollbook_sinks.window_width import record_width
from tollbook_sinks.writing import ensure_days, write_batch


class PostgresStore:
    """See Store."""

    def __init__(self, settings: Settings, stop: Event) -> None:
        self._settings = settings
        self._database = Database(settings.postgres, stop)
        self._days: set[date] = set()

    def load(self, assigned: Collection[Feed], watermarks: AskWatermarks) -> dict[Feed, Partition]:
        """See Store.

        Raises GenerationReplacedError, LogIdentityError, LogTruncatedError, WindowWidthError and what `describe_topics`
        does.
        """
        self._database.insist(self._refuse_replaced)
        logs = describe_topics(self._settings)
        self._database.insist(lambda connection: record_width(connection, self._settings.window_rule))
        return self._database.insist(
            lambda connection: load_partitions(RecordedPartitions(connection), assigned, logs, watermarks),
        )

    def recorded(self) -> dict[Feed, Partition]:
        """See Store. Raises GenerationReplacedError."""
        self._database.insist(self._refuse_replaced)
        return self._database.insist(read_partitions)

    def write(self, batch: Batch) -> None:
        """See Store. Raises GenerationReplacedError."""

        def write(connection: Connection[Any]) -> None:
            self._refuse_replaced(connection)
            ensure_days(connection, batch, self._days)
            write_batch(connection, batch)

        self._database.attempt(write)

    def close(self) -> None:
        """See Store."""
        self._database.close()

    def _refuse_replaced(self, connection: Connection[Any]) -> None:
        refuse_replaced(connection, self._settings.generations)
