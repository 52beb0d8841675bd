"""A batch: what was read from the log, in the form in which it is written to Postgres at once. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tollbook_schemas.windows import WindowRule
from tollbook_sinks.changelog import Statements, read_changelog
from tollbook_sinks.identity import Window
from tollbook_sinks.partitions import ChangelogPartition, SourcePartition
from tollbook_sinks.reading import LIVE, Gap, Reading, read_source
from tollbook_sinks.records import Feed, Record

Partition = SourcePartition | ChangelogPartition


@dataclass(slots=True)
class Batch:
    """One transaction's work.

    `expected` are the offsets before it, `sources` and `changelogs` the partitions as they are after it. `held` records
    wait for their source; `gaps` have to be read again.
    """

    reading: Reading = field(default_factory=Reading)
    statements: Statements = field(default_factory=Statements)
    expected: dict[Feed, int] = field(default_factory=dict)
    sources: dict[Feed, SourcePartition] = field(default_factory=dict)
    changelogs: dict[Feed, ChangelogPartition] = field(default_factory=dict)
    held: dict[Feed, list[Record]] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def moved(self) -> dict[Feed, Partition]:
        """The partitions whose offset moved."""
        after: dict[Feed, Partition] = {**self.sources, **self.changelogs}
        return {feed: one for feed, one in after.items() if one.next_offset != self.expected[feed]}

    @property
    def has_work(self) -> bool:
        """Whether any offset moved."""
        return bool(self.moved)

    @property
    def windows(self) -> set[Window]:
        """Every window that an event or a total of this batch belongs to."""
        from_events = {(candidate.stream, candidate.window_ms) for candidate in self.reading.candidates}
        return from_events | {(key.import_id or LIVE, key.window_ms) for key in self.statements.totals}


def make_batch(
    rule: WindowRule,
    known: Mapping[Feed, Partition],
    records: Mapping[Feed, list[Record]],
    confirmed: Iterable[Gap] = (),
) -> Batch:
    """Read records of any partitions in `known`: sources first, so that the totals find their ledger rows read."""
    batch = Batch()
    gaps = {gap.feed: gap for gap in confirmed}
    owned = {feed: records[feed] for feed in sorted(records) if feed in known}
    for feed, of_feed in owned.items():
        state = known[feed]
        if isinstance(state, SourcePartition):
            batch.expected[feed] = state.next_offset
            batch.sources[feed] = state.for_batch()
            gap = read_source(rule, batch.sources[feed], of_feed, gaps.get(feed), batch.reading)
            batch.gaps += [gap] if gap else []
    for feed, of_feed in owned.items():
        state = known[feed]
        if isinstance(state, ChangelogPartition):
            batch.expected[feed] = state.next_offset
            batch.changelogs[feed] = state.for_batch()
            source = batch.sources.get(feed.source) or known.get(feed.source)
            source_next = source.next_offset if source else None
            held = read_changelog(batch.changelogs[feed], of_feed, source_next, batch.statements)
            if held:
                batch.held[feed] = held
    return batch
