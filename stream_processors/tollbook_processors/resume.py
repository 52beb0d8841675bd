"""Where a partition's fold begins when it is assigned: at its mark, or at the log's beginning."""

import logging

from tollbook_processors.cursor import Cursor, ScopeTotals, time_of
from tollbook_processors.errors import HeadlessImportsError, SourceTruncatedError, WindowWidthError
from tollbook_processors.fold import Fold
from tollbook_processors.partition import Holding, PartitionFold
from tollbook_processors.records import LogRange
from tollbook_schemas.rollups import Mark, RollupValue, Scope

logger = logging.getLogger(__name__)

Recovered = dict[Scope, dict[bytes, RollupValue]]
"""A partition's recovered totals by scope."""


def resume(fold: Fold, partition: int, mark: Mark, recovered: Recovered, log: LogRange) -> PartitionFold:
    """Begin behind the mark, holding until the recovered totals add up to it.

    Totals that are wrong already make it begin further back. Raises SourceTruncatedError, WindowWidthError.
    """
    _refuse_other_width(fold, partition, mark)
    cursor = Cursor(partition, mark.through + 1, time_of(mark), mark.floor)
    for name, entry in mark.open.items():
        cursor.scopes[name] = ScopeTotals(entry.events, entry.first_offset)
    ahead = mark.through
    for name, totals in recovered.items():
        counted = _counted(name, totals, mark)
        if counted:
            cursor.scopes.setdefault(name, ScopeTotals()).totals = counted
            ahead = max(ahead, *(value.applied for value in counted.values()))
    refuse_truncated(partition, cursor.next_offset, ahead + 1, log)
    resumed = PartitionFold(fold, cursor, Holding(ahead, mark))
    if ahead == mark.through and not resumed.conclude():
        refuse_truncated(partition, resumed.cursor.next_offset, ahead + 1, log)
    return resumed


def _counted(name: Scope, totals: dict[bytes, RollupValue], mark: Mark) -> dict[bytes, RollupValue]:
    """Totals of what is open: applied beyond the mark, or since their scope was opened; the others are closed.

    A scope can have been open before: an import that is run again when its end is long forgotten.
    """
    opened = mark.open[name].first_offset if name in mark.open else mark.through + 1
    return {key: value for key, value in totals.items() if value.applied >= opened}


def start_over(fold: Fold, partition: int, log: LogRange, head_ms: int | None) -> PartitionFold:
    """Fold a partition that has no mark from its log's beginning, emitting.

    `head_ms` is the append time of the log's first record, None when there is none or nothing is missing before it.
    What the lost head held is unknown, so live windows that it can have held events of are left out (the floor).
    Raises HeadlessImportsError: of imports nobody could say which ones those are.
    """
    cursor = Cursor(partition, log.begin)
    if head_ms is not None:
        if fold.kind == "import":
            raise HeadlessImportsError(
                f"partition {partition} of the imports topic begins at offset {log.begin} and there is no mark: "
                "whether its imports are whole cannot be known; delete all records of that partition "
                "(kafka-delete-records), start again, and repeat the imports that had not ended"
            )
        cursor.floor = head_ms + fold.rule.future_ms
        logger.error(
            "partition %d: no mark, and its log begins at offset %d: windows that start before %d ms are left out",
            partition,
            log.begin,
            cursor.floor,
        )
    return PartitionFold(fold, cursor)


def refuse_truncated(partition: int, begin: int, end: int, log: LogRange) -> None:
    """Raise SourceTruncatedError unless the log holds the offsets from `begin` up to, not including, `end`."""
    advice = (
        "restore the topic, or delete the partition's records from the changelog (kafka-delete-records): it is then "
        "folded anew from what the log holds, and windows that began before are left out"
    )
    if log.begin > begin:
        raise SourceTruncatedError(
            f"partition {partition} needs offset {begin} of the source log, which begins at {log.begin} "
            f"(its retention is too short, or records were deleted): {advice}"
        )
    if log.end < end:
        raise SourceTruncatedError(
            f"partition {partition} was folded up to offset {end - 1}, and the source log ends at {log.end} "
            f"(the topic was recreated or lost records): {advice}"
        )


def _refuse_other_width(fold: Fold, partition: int, mark: Mark) -> None:
    if mark.width_ms not in (0, fold.rule.width_ms):
        raise WindowWidthError(
            f"partition {partition} was folded in windows of {mark.width_ms // 1000} seconds and "
            f"TOLLBOOK_WINDOW_SECONDS says {fold.rule.width_ms // 1000}: set it back, or use topics of another prefix"
        )
