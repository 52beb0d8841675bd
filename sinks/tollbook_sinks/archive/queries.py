"""The archive's statements; tables and columns are put in for each day."""

from importlib.resources import files
from typing import Final

from psycopg import sql

from tollbook_sinks.lifecycle.queries import SUM_MEASURES
from tollbook_sinks.queries import split_queries

_TEXTS: Final = dict(split_queries(files("tollbook_sinks").joinpath("sql", "archive.sql").read_text(encoding="utf-8")))


def statement(name: str, **parts: sql.Composable) -> sql.Composed:
    """A statement of archive.sql with its placeholders filled."""
    return sql.SQL(_TEXTS[name]).format(sum_measures=SUM_MEASURES, **parts)
