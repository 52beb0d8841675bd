"""What a person should look at, as a command sees it: facts of Postgres and Kafka, and of the spool on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tollbook_producers.spool.status import spool_status
from tollbook_schemas.settings import Settings
from tollbook_sinks.alerts import Alert, LogEnds, SpoolFacts, find_alerts, look, thresholds_of
from tollbook_sinks.lifecycle import MaintenanceFailedError, connect


def current_alerts(settings: Settings) -> list[Alert]:
    """The alerts just now. Raises DatabaseUnreachableError, MaintenanceFailedError."""
    with explained(), connect(settings.postgres, "tollbook status") as connection:
        facts = look(settings, connection, LogEnds(settings), spool_facts(settings.spool_folder))
    return find_alerts(facts, thresholds_of(settings))


def spool_facts(folder: Path) -> SpoolFacts:
    """What the spool of this machine says."""
    status = spool_status(folder)
    dead = [one for one in status.folders if not one.is_owned]
    return SpoolFacts(
        dropped=sum(one.dropped for one in status.folders),
        stranded=sum(one.undelivered + one.open_calls for one in dead),
        damaged=status.damaged_segments,
    )


@contextmanager
def explained() -> Iterator[None]:
    """What Postgres refuses becomes an error of one sentence."""
    try:
        yield
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        raise MaintenanceFailedError(f"{error.diag.message_primary}: run `tollbook migrate`") from error
    except psycopg.Error as error:
        raise MaintenanceFailedError(error.diag.message_primary or str(error)) from error
