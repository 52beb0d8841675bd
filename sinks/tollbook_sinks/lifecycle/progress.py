"""What the sink has recorded about the partitions, read for the closing rule."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from tollbook_schemas.rollups import Scope
from tollbook_schemas.topics import StreamKind
from tollbook_schemas.windows import NO_CLOCK
from tollbook_sinks.lifecycle.closing import Progress
from tollbook_sinks.lifecycle.queries import QUERIES

Ends = Mapping[tuple[int, str], frozenset[str]]
"""By partition and side ('ledger' or 'rollup'), the imports that ended there; empty for one that is not there."""


def read_progress(connection: Connection[Any], imports: Collection[str]) -> list[Progress]:
    """Every partition that either side has registered, with the ends of the given imports.

    One that only one side knows has no clock on the other, so that nothing closes before both have seen it.
    """
    ends = _read_ends(connection, imports)
    with connection.cursor(row_factory=dict_row) as cursor:
        return [progress_of(row, ends) for row in cursor.execute(QUERIES["progress"])]


def _read_ends(connection: Connection[Any], imports: Collection[str]) -> Ends:
    ends: defaultdict[tuple[int, str], frozenset[str]] = defaultdict(frozenset)
    if imports:
        rows = connection.execute(QUERIES["import_ends"], {"import_ids": list(imports)})
        ends.update({(partition, side): frozenset(ids) for partition, side, ids in rows})
    return ends


def progress_of(row: Mapping[str, Any], ends: Ends) -> Progress:
    """A row of the query `progress`; what one side does not know is null."""
    kind: StreamKind = row["kind"]
    partition: int = row["partition"]
    is_import = kind == "import"
    return Progress(
        kind,
        partition,
        ledger_clock=row["ledger_clock"] or NO_CLOCK,
        rollup_clock=row["rollup_clock"] or NO_CLOCK,
        open_scopes=frozenset(_scope(kind, name) for name in row["open"] or ()),
        ledger_ends=ends[partition, "ledger"] if is_import else frozenset(),
        rollup_ends=ends[partition, "rollup"] if is_import else frozenset(),
    )


def _scope(kind: StreamKind, name: str) -> Scope:
    return int(name) if kind == "live" else name
