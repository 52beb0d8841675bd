"""Topics to Postgres: the tables, and the sink that fills them in one transaction a batch."""

from tollbook_sinks.errors import (
    ClientTimestampsError,
    KafkaUnreachableError,
    LogIdentityError,
    LogReadError,
    LogTruncatedError,
    MigrationError,
    PartitionCountError,
    SinkDatabaseError,
    TopicMissingError,
    WindowWidthError,
)
from tollbook_sinks.migrate import migrate
from tollbook_sinks.run import run_sink

__all__ = [
    "ClientTimestampsError",
    "KafkaUnreachableError",
    "LogIdentityError",
    "LogReadError",
    "LogTruncatedError",
    "MigrationError",
    "PartitionCountError",
    "SinkDatabaseError",
    "TopicMissingError",
    "WindowWidthError",
    "migrate",
    "run_sink",
]
