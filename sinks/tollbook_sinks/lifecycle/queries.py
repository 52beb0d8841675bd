"""The maintainer's statements, with the lists of columns put in."""

from typing import Final

from psycopg import sql

from tollbook_schemas.dimensions import Dimensions
from tollbook_schemas.measures import MEASURES
from tollbook_sinks.queries import columns, load_queries

SUM_MEASURES: Final = sql.SQL(", ").join(sql.SQL("sum({0}) AS {0}").format(sql.Identifier(name)) for name in MEASURES)
"""Each measure summed under its own name; the sums are numeric, so that no tampering can overflow them."""

COLUMNS: Final = {
    "dimensions": columns(Dimensions._fields),
    "measures": columns(MEASURES),
    "sum_measures": SUM_MEASURES,
}
QUERIES: Final = load_queries("lifecycle.sql", **COLUMNS)
