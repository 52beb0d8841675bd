"""What a query plan touches."""

from collections.abc import Iterator
from typing import Any

from psycopg import Connection

_SCANS = """
    SELECT c.relname, '', pg_stat_get_xact_numscans(c.oid)
    FROM pg_class AS c
    WHERE c.relkind = 'r' AND c.relname LIKE 'llm\\_%'
    UNION ALL
    SELECT c.relname, coalesce(parent.relname, index.relname), pg_stat_get_xact_numscans(index.oid)
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indrelid
    JOIN pg_class AS index ON index.oid = i.indexrelid
    LEFT JOIN pg_inherits AS up ON up.inhrelid = index.oid
    LEFT JOIN pg_class AS parent ON parent.oid = up.inhparent
    WHERE c.relkind = 'r' AND c.relname LIKE 'llm\\_%'
"""


def scans(connection: Connection[Any], call: str) -> list[dict[str, Any]]:
    """The scan nodes that a call of an SQL function plans: each with its type, table and index."""
    explain = f"EXPLAIN (FORMAT JSON) SELECT * FROM {call}"  # noqa: S608  # of the test itself
    row = connection.execute(explain.encode()).fetchone()
    assert row is not None
    return [node for node in _nodes(row[0][0]["Plan"]) if "Relation Name" in node]


def read_by(connection: Connection[Any], call: str) -> dict[str, set[str]]:
    """What a call of any function really reads: each of our tables with the indexes used; empty for a whole table.

    A partitioned table's indexes have the names that they have there. Functions in PL/pgSQL show EXPLAIN nothing.
    """
    with connection.transaction():
        before = set(connection.execute(_SCANS.encode()))
        connection.execute(f"SELECT * FROM {call}".encode())  # noqa: S608  # of the test itself
        found: dict[str, set[str]] = {}
        for table, index, _ in set(connection.execute(_SCANS.encode())) - before:
            found.setdefault(table, set()).update([index] if index else [])
    return found


def index_of(connection: Connection[Any], node: dict[str, Any]) -> str:
    """The index that a scan uses, by the name it has on the partitioned table; empty for none."""
    name = node.get("Index Name", "")
    row = connection.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent WHERE i.inhrelid = to_regclass(%s)",
        [name or None],
    ).fetchone()
    return str(row[0] if row else name)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        # The heap part of a bitmap scan names no index: its child does.
        if plan["Node Type"] == "Bitmap Heap Scan" and "Index Name" in child:
            plan["Index Name"] = child["Index Name"]
        yield from _nodes(child)
