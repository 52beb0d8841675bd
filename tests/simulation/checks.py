"""What must hold: some of it after every write to a changelog, some after every commit, all of it when all is quiet."""

from collections import Counter, defaultdict

from simulation.calls import Counted, plus
from simulation.logs import Stored
from simulation.rules import require
from simulation.tables import Rows
from simulation.truth import Fact, Key, LogTruth
from simulation.world import World
from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.measures import to_sparse
from tollbook_schemas.rollups import Mark, decode_rollup
from tollbook_sinks.identity import Window
from tollbook_sinks.partitions import SourcePartition
from tollbook_sinks.reading import Candidate
from tollbook_sinks.records import Feed

Answers = dict[Key, Counted]
ACCOUNTS = ("ledger", "duplicates", "conflicts", "dead_letters", "ticks", "ends", "gaps")


def statement_is_true(world: World, feed: Feed, record: Stored) -> None:
    """Every statement of a changelog is true of the source log, for ever."""
    said = decode_rollup(feed.kind, feed.partition, record.key, record.value or b"")
    truth = world.truths[feed.source]
    if isinstance(said, Mark):
        _clock_is_believable(world, feed, said.clock)
        fact = truth.at(said.through)
        stated = {scope: (entry.events, entry.first_offset) for scope, entry in said.open.items()}
        require((said.clock, said.ended) == (fact.clock, fact.ended), "a mark tells another time", feed, said, fact)
        require(stated == fact.open, "a mark tells of other open windows", feed, said, fact)
    else:
        key, value = said
        named = _key(key.import_id or "live", key.window_ms, key.dimensions)
        true = truth.totals.get(named, {}).get(value.applied)
        stated_total = to_sparse(value.measures)
        require(stated_total == true, "a false total", feed, named, value.applied, stated_total, true)


class Watch:
    """Watches what is told of windows: it only grows, never tells of more than the ledger holds, and final is final.

    The views count a correction as soon as a total holds what it takes back, also before the batch's mark.
    """

    def __init__(self) -> None:
        self.told: Answers = {}
        self.finals: dict[Window, dict[Dimensions, Counted]] = {}

    def watch(self, world: World) -> None:
        """After a commit."""
        rows = world.database.rows
        answers, ledger = told(rows), ledger_totals(rows)
        for key in self.told.keys() | answers.keys():
            before, now, there = self.told.get(key, {}), answers.get(key, {}), ledger.get(key, {})
            dips = any(now.get(name, 0) < value for name, value in before.items())
            require(not dips or is_excused(world, key[:2]), "an answer dips", key, before, now)
            more = any(value > there.get(name, 0) for name, value in now.items())
            require(not more, "an answer exceeds the ledger", key, now, there)
            self.told[key] = now
        self._watch_finals(world)
        for feed, partition in rows.partitions.items():
            if isinstance(partition, SourcePartition):
                _clock_is_believable(world, feed, partition.time.clock)

    def _watch_finals(self, world: World) -> None:
        rows = world.database.rows
        for window, state in rows.windows.items():
            require(state != "disputed" or is_excused(world, window), "disputed for no reason", window)
            if state == "compacted" and window not in self.finals:
                self.finals[window] = _finals(rows, window)
                final_is_whole(world, window)
            elif window in self.finals:
                require(_finals(rows, window) == self.finals[window], "a final total changed", window)
        require(all(key[:2] in self.finals for key in rows.rollups), "final rows of an open window")


def _clock_is_believable(world: World, feed: Feed, clock: int) -> None:
    """A worker stops before it takes a live record stamped minutes ahead of its own clock."""
    require(feed.kind == "import" or clock <= world.wall_ms + 120_000, "a broken broker's clock was believed", feed)


def final_is_whole(world: World, window: Window) -> None:
    """Final rows are the gross totals of the whole log; an import's, of the log up to its ends."""
    rows, true = world.database.rows, dict[Key, Counted]()
    for truth in world.truths.values():
        for key, totals in truth.totals.items():
            if key[:2] == window:
                true[key] = plus(true.get(key, {}), totals[max(totals)])
    final = {_key(*window, dimensions): total for dimensions, total in _finals(rows, window).items()}
    is_rerun = any(window[0] in truth.reruns for truth in world.truths.values())
    require(is_rerun or final == true, "final and not whole", window, final, true)


def told(rows: Rows) -> Answers:
    """The answer about every window, as the views tell it: totals, and the corrections that belong to them."""
    answers: defaultdict[Key, Counted] = defaultdict(dict)
    for (stream, window, _, dimensions), value in rows.partials.items():
        _add(answers, _key(stream, window, dimensions), to_sparse(value.measures))
    for (stream, window, dimensions), total in rows.rollups.items():
        _add(answers, _key(stream, window, dimensions), to_sparse(total))
    for (_, _, reason), entry in rows.adjustments.items():
        row = entry.candidate
        if rows.windows[row.stream, row.window_ms] == "compacted" or _is_counted(rows, row, reason):
            _add(answers, _key(row.stream, row.window_ms, row.dimensions), to_sparse(entry.measures))
    return answers


def _is_counted(rows: Rows, row: Candidate, reason: str) -> bool:
    total = rows.partials.get((row.stream, row.window_ms, row.record.feed.partition, row.dimensions))
    return reason == "late" or (total is not None and row.record.offset <= total.applied)


def ledger_totals(rows: Rows) -> Answers:
    """The ledger's own sums."""
    totals: defaultdict[Key, Counted] = defaultdict(dict)
    for row in rows.ledger.values():
        call = row.event
        counted = {"events": 1, f"calls_{call.status.value}": call.call_count}
        if call.prompt_tokens is not None:
            counted |= {"calls_with_usage": call.call_count, "prompt_tokens_calls": call.call_count}
            counted |= {"prompt_tokens": call.prompt_tokens} if call.prompt_tokens else {}
        _add(totals, _key(row.stream, row.window_ms, row.dimensions), counted)
    return totals


def all_is_accounted_for(world: World) -> None:
    """When all is quiet: ledger, counters, adjustments and answers are the truth."""
    rows = world.database.rows
    _ledger_is_the_truth(world)
    for feed, truth in world.truths.items():
        _partition_is_accounted_for(world, feed, truth)
    answers, ledger = told(rows), ledger_totals(rows)
    for key in answers.keys() | ledger.keys():
        if not is_excused(world, key[:2]):
            require(answers.get(key, {}) == ledger.get(key, {}), "an answer is not the ledger's", key)


def all_is_final(world: World) -> None:
    """When every clock has passed every window: each is compacted."""
    for window, state in world.database.rows.windows.items():
        excused = state == "disputed" and is_excused(world, window)
        require(state == "compacted" or excused, "a window is not final", window, state)
        if state == "compacted":
            final_is_whole(world, window)


def is_excused(world: World, window: Window) -> bool:
    """Whether totals may be missing: cleaned away before a sink read them, or an import was run again after its end."""
    return world.config.is_harsh or any(window[0] in truth.reruns for truth in world.truths.values())


def _ledger_is_the_truth(world: World) -> None:
    first: dict[str, set[tuple[Feed, int]]] = defaultdict(set)
    for feed, truth in world.truths.items():
        seen: set[str] = set()
        for fact in truth.facts:
            if fact.call and fact.verdict != "dead" and fact.call.id not in seen:
                seen.add(fact.call.id)
                first[fact.call.id].add((feed, fact.offset))
    ledger = {name: (row.record.feed, row.record.offset) for name, row in world.database.rows.ledger.items()}
    require(ledger.keys() == first.keys(), "the ledger has other ids", ledger.keys() ^ first.keys())
    for name, place in ledger.items():
        require(place in first[name], "not the first in its log", name, place, first[name])
    for row in world.database.rows.ledger.values():
        verdict = world.truths[row.record.feed].at(row.record.offset).verdict
        is_right = row.on_time == (verdict == "on_time") or is_excused(world, (row.stream, row.window_ms))
        require(is_right, "a ledger row was judged otherwise", verdict, row)


def _partition_is_accounted_for(world: World, feed: Feed, truth: LogTruth) -> None:
    rows = world.database.rows
    partition = rows.partitions[feed]
    assert isinstance(partition, SourcePartition)
    counts = Counter(_account(rows, feed, fact) for fact in truth.facts)
    end = truth.facts[-1].offset + 1 if truth.facts else 0
    counts["gaps"] = end - len(truth.facts)
    of_sink = {name: getattr(partition.counts, name) for name in ACCOUNTS}
    require(of_sink == {name: counts[name] for name in ACCOUNTS}, "another account", feed, of_sink, counts)
    require(partition.next_offset == end, "not read to its end", feed)


def _account(rows: Rows, feed: Feed, fact: Fact) -> str:
    if fact.call is None or fact.verdict in ("tick", "end", "dead"):
        return {"tick": "ticks", "end": "ends"}.get(fact.verdict, "dead_letters")
    row = rows.ledger[fact.call.id]
    if (row.record.feed, row.record.offset) == (feed, fact.offset):
        return "ledger"
    return "duplicates" if row.record.value == fact.call.record[1] else "conflicts"


def _key(stream: str, window: int, dimensions: Dimensions) -> Key:
    return stream, window, dimensions.project_id or "", dimensions.model


def _finals(rows: Rows, window: Window) -> dict[Dimensions, Counted]:
    return {key[2]: to_sparse(total) for key, total in rows.rollups.items() if key[:2] == window}


def _add(answers: defaultdict[Key, Counted], key: Key, counted: Counted) -> None:
    answers[key] = plus(answers[key], counted)
