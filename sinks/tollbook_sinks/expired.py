"""Events of days that have left the ledger: refused, because nobody could tell any more whether they are duplicates."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from tollbook_schemas.measures import measures_of, negate
from tollbook_sinks.identity import Adjustment, Window
from tollbook_sinks.partitions import Counts
from tollbook_sinks.reading import Candidate, DeadLetter
from tollbook_sinks.records import Feed

EXPIRED_DETAIL = (
    "the event's day has left the ledger, so that a duplicate could not be told from a new call: it is not counted"
)


@dataclass(slots=True)
class Refused:
    """Candidates that may go on, and what becomes of the others."""

    kept: list[Candidate] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)


def refuse_expired(
    candidates: Iterable[Candidate], expired: Collection[Window], counts: Mapping[Feed, Counts]
) -> Refused:
    """Make dead letters of the candidates in expired windows; what the totals counted of them is taken back. Pure."""
    if not expired:
        return Refused(list(candidates))
    refused = Refused()
    for candidate in candidates:
        if (candidate.stream, candidate.window_ms) not in expired:
            refused.kept.append(candidate)
            continue
        counts[candidate.record.feed].dead_letters += 1
        refused.letters.append(DeadLetter(candidate.record, "expired", EXPIRED_DETAIL, candidate.event.id))
        if candidate.on_time:
            refused.adjustments.append(Adjustment(candidate, "expired", negate(measures_of(candidate.event))))
    return refused
