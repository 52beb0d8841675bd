"""The schema as readable lines, out of the catalogs.

After a new migration: `TOLLBOOK_POSTGRES=... tollbook migrate` on an empty database, then
`PYTHONPATH=tests python -m support.sink_schema "$TOLLBOOK_POSTGRES" > tests/integration/schema.snapshot`.
"""

import sys
from importlib.resources import files

import psycopg

from tollbook_sinks.queries import split_queries


def describe_schema(dsn: str) -> list[str]:
    """Tables with columns, constraints, indexes, grants, policies and triggers; views; functions and who may call them.

    Of the ledger's days, which come and go, nothing.
    """
    query = dict(split_queries(files("support").joinpath("sink_schema.sql").read_text(encoding="utf-8")))["schema"]
    with psycopg.connect(dsn) as connection:
        return [row[0] for row in connection.execute(query)]


if __name__ == "__main__":
    sys.stdout.write("\n".join(describe_schema(sys.argv[1])) + "\n")
