"""`run_sink`: topics to Postgres, in the foreground."""

from contextlib import closing
from functools import partial
from threading import Event

from tollbook_schemas.settings import Settings
from tollbook_sinks.garbage import rare_collections
from tollbook_sinks.log import Log
from tollbook_sinks.store import PostgresStore
from tollbook_sinks.topology import describe_topics
from tollbook_sinks.worker import Worker


def run_sink(settings: Settings, stop: Event) -> None:
    """Write ledger, totals and their corrections as the role of the sink until `stop` is set.

    `settings.postgres` is the sink's own connection string. Any number may run: they share the partitions. While
    Postgres is away it waits and nothing is lost. Raises TollbookError for everything that a person has to look at,
    among them UnknownSchemaVersionError before any offset moved beyond such a record; start it again once it is mended.
    """
    describe_topics(settings)  # what is wrong with the topics is said at once, not at the first assignment
    with (
        rare_collections(),
        closing(PostgresStore(settings, stop)) as store,
        closing(Worker(settings.window_rule, store, partial(Log, settings))) as worker,
    ):
        worker.run(stop)
