"""What alerts are computed from: one snapshot of Postgres, the ends of Kafka's logs, and the spool of this machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from tollbook_schemas.topics import StreamKind

Step = Literal["ledger", "processor", "totals"]
"""What may be behind: the sink in the source topic, the processor in it, the sink in the changelog."""


@dataclass(frozen=True, slots=True)
class UsageGap:
    """Successful calls of one kind in the sliding time: those with usage and those `missing` it make `calls`."""

    provider: str
    model: str
    use_case: str
    calls: int
    missing: int

    @property
    def ratio(self) -> float:
        """The part of the calls whose usage is missing."""
        return self.missing / self.calls


@dataclass(frozen=True, slots=True)
class UndecidedLetters:
    """Dead letters with one reason of which nothing is decided; the append time of the first."""

    reason: str
    count: int
    first_at: datetime


@dataclass(frozen=True, slots=True)
class UnfinishedWindow:
    """A window that is not compacted."""

    stream: str
    start: datetime
    state: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lag:
    """How far one step is behind in a partition. `records` None: Kafka did not say; `seconds` None: no clock tells."""

    step: Step
    kind: StreamKind
    partition: int
    records: int | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Producer:
    """Whose calls they are: the attribution that every wrapper gives."""

    environment: str | None
    project_id: str | None

    def __str__(self) -> str:
        return f"environment {self.environment or '-'}, project {self.project_id or '-'}"


@dataclass(frozen=True, slots=True)
class LeavingDay:
    """A day that has expired and is still here."""

    day: date
    expired_at: datetime


@dataclass(frozen=True, slots=True)
class SpoolFacts:
    """The spool of this machine: calls that had no room, what dead processes left, and damaged segments set aside."""

    dropped: int = 0
    stranded: int = 0
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it at one moment, `now`, by Postgres' clock.

    `kafka` says why the ends of the logs are not known, None where they are. `oldest_kept_day` is the ledger's first
    day that has not expired, `clock` the slowest live clock of the ledger; None where there is none. `spool` is None
    where nobody looked.
    """

    now: datetime
    usage_gaps: Sequence[UsageGap] = ()
    undecided: Sequence[UndecidedLetters] = ()
    unsent_requeues: int = 0
    windows: Sequence[UnfinishedWindow] = ()
    lags: Sequence[Lag] = ()
    idle: Sequence[Producer] = ()
    dropped_calls: int = 0
    leaving: Sequence[LeavingDay] = ()
    oldest_kept_day: date | None = None
    clock: datetime | None = None
    kafka: str | None = None
    spool: SpoolFacts | None = None
