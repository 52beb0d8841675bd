"""The audit's questions, with the lists of columns put in."""

from typing import Final

from tollbook_sinks.lifecycle.queries import COLUMNS
from tollbook_sinks.queries import load_queries

QUERIES: Final = load_queries("audit.sql", **COLUMNS)
