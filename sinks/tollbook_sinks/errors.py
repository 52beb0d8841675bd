"""What the sink and the migrations can refuse. One sentence a class; every message says what to do."""

from tollbook_schemas.errors import TollbookError
from tollbook_schemas.generations import Generations


class MigrationError(TollbookError):
    """The tables could not be brought up to date."""


class LogIdentityError(TollbookError):
    """The topic is not the one that this database was filled from."""


class LogTruncatedError(TollbookError):
    """The log no longer holds, or does not hold, the records that this database needs next."""


class PartitionCountError(TollbookError):
    """A source topic has more partitions than its changelog."""


class KafkaUnreachableError(TollbookError):
    """No broker answers at the configured address."""


class KafkaRefusedError(TollbookError):
    """This login may not do what a sink does."""


class ClientTimestampsError(TollbookError):
    """A topic is stamped by its clients, so that lateness would depend on their clocks."""


class LogReadError(TollbookError):
    """Kafka refuses to hand out records, and trying again will not help."""


class TopicMissingError(TollbookError):
    """A topic that the sink reads does not exist."""


class PartitionLostError(TollbookError):
    """Another writer moved this partition's offset: it owns the partition now."""


class DatabaseAwayError(TollbookError):
    """Postgres is away, or asks to try again; what was under way may or may not have happened."""


class SinkDatabaseError(TollbookError):
    """The database refuses what the sink needs, and trying again will not help."""


class WindowWidthError(TollbookError):
    """The database's windows have another width than the settings."""


class StoppedError(Exception):
    """The sink was asked to stop while it waited for Postgres: no failure."""


class GenerationReplacedError(Exception):
    """A replay has made another generation the live one: the sink begins again with its changelogs; no failure."""

    def __init__(self, read: Generations, live: Generations) -> None:
        super().__init__(f"a replay has replaced generation {tuple(read)} of the totals by {tuple(live)}")


class AdminBusyError(TollbookError):
    """Another administrator's action is at work in this database."""

    def __init__(self, pid: int, user: str | None, application: str | None) -> None:
        holder = f"{application or 'a session'} of role {user} (Postgres backend {pid})"
        super().__init__(f"one administrator's action at a time: {holder} is at work; wait for its end, or end it")


class AdminRefusedError(TollbookError):
    """The role is no administrator's."""

    def __init__(self, user: str, action: str) -> None:
        super().__init__(
            f"the role {user!r} may not do this ({action}): connect as the owner of the tables or as a role that is "
            "a member of tollbook_admin"
        )
