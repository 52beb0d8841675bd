"""`run_sink`: topics to Postgres, in the foreground."""

from contextlib import closing
from threading import Event

from tollbook_schemas.settings import Settings
from tollbook_sinks.worker import Worker


def run_sink(settings: Settings, stop: Event) -> None:
    """Write ledger, totals and their corrections as the role of the sink until `stop` is set.

    `settings.postgres` is the sink's own connection string. Any number may run: they share the partitions. While
    Postgres is away it waits and nothing is lost. Raises TollbookError for everything that a person has to look at,
    among them UnknownSchemaVersionError before any offset moved beyond such a record; start it again once it is mended.
    """
    with closing(Worker(settings, stop)) as worker:
        worker.run()
