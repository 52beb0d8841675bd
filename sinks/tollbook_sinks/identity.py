"""Decides what each candidate was, once the ledger has said which ids it had already. Pure.

The gross totals counted every on-time record, so what was no ledger row is taken back; they did not count what came
late, so that is added (architecture.md 18).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from tollbook_schemas.measures import Measures, measures_of, negate
from tollbook_sinks.partitions import Counts
from tollbook_sinks.reading import LIVE, Candidate, DeadLetter
from tollbook_sinks.records import Feed

Window = tuple[str, int]
"""A stream and a window's start in milliseconds."""

Place = tuple[Feed, int]
"""A record's own place in the log: its partition and offset."""

Reason = Literal["duplicate", "conflict", "late", "expired"]

CONFLICT_DETAIL = "another record with this id and other content came first: two calls share an id, mend the producer"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Signed measures that keep the ledger and the gross totals equal."""

    candidate: Candidate
    reason: Reason
    measures: Measures


@dataclass(slots=True)
class Settled:
    """What the candidates of a batch were, beside the ledger rows."""

    adjustments: list[Adjustment] = field(default_factory=list)
    conflicts: list[DeadLetter] = field(default_factory=list)


def place(candidate: Candidate) -> Place:
    """Where the candidate's record stands in the log."""
    return candidate.record.feed, candidate.record.offset


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """By id, so that two sinks never wait for each other in a circle; of equal ids the first in the log comes first."""
    return sorted(candidates, key=_order)


def tell_apart(
    candidates: Iterable[Candidate], recorded: Mapping[UUID, bytes]
) -> tuple[list[Candidate], dict[Place, bytes]]:
    """Candidates in order: those that become rows, and for each other one the content digest of the row with its id.

    `recorded` holds the digests of the rows that have any of these ids already.
    """
    known = dict(recorded)
    fresh: list[Candidate] = []
    refused: dict[Place, bytes] = {}
    for candidate in candidates:
        first = known.get(candidate.event.id)
        if first is None:
            known[candidate.event.id] = candidate.digest
            fresh.append(candidate)
        else:
            refused[place(candidate)] = first
    return fresh, refused


def _order(candidate: Candidate) -> tuple[int, bool, int, int]:
    record = candidate.record
    return candidate.event.id.int, candidate.stream != LIVE, record.feed.partition, record.offset


def late_for_compacted(candidates: Iterable[Candidate], compacted: Collection[Window]) -> list[Candidate]:
    """The candidates, those for a compacted window marked late whatever their clock says: its totals never change."""
    return [
        replace(candidate, on_time=False) if (candidate.stream, candidate.window_ms) in compacted else candidate
        for candidate in candidates
    ]


def settle(
    candidates: Iterable[Candidate], first_digests: Mapping[Place, bytes], counts: Mapping[Feed, Counts]
) -> Settled:
    """Count every candidate as ledger row, duplicate or conflict, and say what that adjusts.

    `first_digests` holds, for each candidate that the ledger did not take, the content digest of the row with its id.
    """
    settled = Settled()
    for candidate in candidates:
        of_partition = counts[candidate.record.feed]
        first = first_digests.get(place(candidate))
        if first is None:
            of_partition.ledger += 1
            _settle_row(candidate, settled)
        elif first == candidate.digest:
            of_partition.duplicates += 1
            _take_back(candidate, "duplicate", settled)
        else:
            of_partition.conflicts += 1
            settled.conflicts.append(DeadLetter(candidate.record, "conflict", CONFLICT_DETAIL, candidate.event.id))
            _take_back(candidate, "conflict", settled)
    return settled


def _settle_row(candidate: Candidate, settled: Settled) -> None:
    if not candidate.on_time:
        settled.adjustments.append(Adjustment(candidate, "late", measures_of(candidate.event)))


def _take_back(candidate: Candidate, reason: Reason, settled: Settled) -> None:
    if candidate.on_time:
        settled.adjustments.append(Adjustment(candidate, reason, negate(measures_of(candidate.event))))
