"""`run_sink`: topics to Postgres, in the foreground."""

import logging
from contextlib import closing
from functools import partial
from threading import Event

from tollbook_schemas.settings import Settings
from tollbook_sinks.database import Database
from tollbook_sinks.errors import GenerationReplacedError, StoppedError
from tollbook_sinks.figures import MeasuredStore, SinkFigures
from tollbook_sinks.garbage import rare_collections
from tollbook_sinks.generations import live_generations
from tollbook_sinks.log import Log
from tollbook_sinks.store import PostgresStore
from tollbook_sinks.switching import quick_switches
from tollbook_sinks.topology import describe_topics
from tollbook_sinks.worker import Worker

logger = logging.getLogger(__name__)


def run_sink(settings: Settings, stop: Event, figures: SinkFigures | None = None) -> None:
    """Write ledger, totals and their corrections as the role of the sink until `stop` is set.

    `settings.postgres` is the sink's own connection string. Any number may run: they share the partitions. While
    Postgres is away it waits and nothing is lost. What it does is counted in `figures`. Raises TollbookError for
    everything that a person has to look at, among them UnknownSchemaVersionError before any offset moved beyond such a
    record; start it again once it is mended.
    """
    with rare_collections(), quick_switches():
        while not stop.is_set():
            try:
                _run(_of_live_generations(settings, stop), stop, figures or SinkFigures())
            except GenerationReplacedError as replaced:
                logger.info("%s: reading on with those", replaced)
            except StoppedError:
                return


def _of_live_generations(settings: Settings, stop: Event) -> Settings:
    with closing(Database(settings.postgres, stop)) as database:
        return settings.of_generations(database.insist(live_generations))


def _run(settings: Settings, stop: Event, figures: SinkFigures) -> None:
    figures.generations = settings.generations
    describe_topics(settings)  # what is wrong with the topics is said at once, not at the first assignment
    with (
        closing(PostgresStore(settings, stop)) as store,
        closing(Worker(settings.window_rule, MeasuredStore(store, figures), partial(Log, settings))) as worker,
    ):
        worker.run(stop)
