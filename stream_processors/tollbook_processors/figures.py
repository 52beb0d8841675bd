"""What a running processor did, read beside it for whoever wants to see; it decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

import faust

from tollbook_processors.faust_table import RollupTable
from tollbook_schemas.topics import StreamKind


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """Of one stream kind: records by what became of them, audits and refolds, and by partition the next offset."""

    kind: StreamKind
    counts: Mapping[str, int]
    next_offsets: Mapping[int, int]


def read_figures(app: faust.App) -> list[StreamFigures]:
    """As they are at this moment, from any thread. Nothing of a stream that has not begun yet."""
    tables = [table for table in app.tables.values() if isinstance(table, RollupTable)]
    return [_figures(table) for table in tables if table.has_begun]


def _figures(table: RollupTable) -> StreamFigures:
    stream = table.stream
    offsets = {partition: own.fold.cursor.next_offset for partition, own in dict(stream.owned).items()}
    return StreamFigures(stream.fold.kind, dict(stream.fold.counts), offsets)
