"""Reads changelog records: the highest statement of each key, the highest mark. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tollbook_schemas.rollups import BadRollupRecordError, Mark, RollupKey, RollupValue, decode_rollup
from tollbook_sinks.partitions import ChangelogPartition
from tollbook_sinks.records import Record


@dataclass(slots=True)
class Statements:
    """The highest statement of each key in a batch of changelog records."""

    totals: dict[RollupKey, RollupValue] = field(default_factory=dict)

    def add(self, key: RollupKey, value: RollupValue) -> None:
        """Keep the value if it speaks of a higher offset than what is known of the key."""
        known = self.totals.get(key)
        if known is None or value.applied > known.applied:
            self.totals[key] = value


def read_changelog(
    state: ChangelogPartition, records: Iterable[Record], source_next: int | None, into: Statements
) -> list[Record]:
    """Read records of one partition, advance `state`, and return those to be held back.

    A statement about source offsets that the ledger's side has not read yet is held, with all that follows it, until
    `source_next` has passed it: answers about open windows are totals and ledger adjustments together, and must not run
    apart. None holds nothing back. A record that no processor of ours wrote is counted and skipped.
    """
    rest = list(records)
    for index, record in enumerate(rest):
        if record.offset < state.next_offset:
            continue
        statement = _decode(record)
        if source_next is not None and _reaches(statement) >= source_next:
            return rest[index:]
        state.next_offset = record.offset + 1
        _take(state, statement, into)
    return []


def _decode(record: Record) -> tuple[RollupKey, RollupValue] | Mark | None:
    try:
        return decode_rollup(record.feed.kind, record.feed.partition, record.key, record.value or b"")
    except BadRollupRecordError:
        return None


def _reaches(statement: tuple[RollupKey, RollupValue] | Mark | None) -> int:
    """The highest source offset that a statement speaks of, -1 for none."""
    if statement is None:
        return -1
    return statement.through if isinstance(statement, Mark) else statement[1].applied


def _take(state: ChangelogPartition, statement: tuple[RollupKey, RollupValue] | Mark | None, into: Statements) -> None:
    if statement is None:
        state.bad += 1
    elif isinstance(statement, Mark):
        if statement.through >= state.mark.through:
            state.mark = statement
    else:
        into.add(*statement)
