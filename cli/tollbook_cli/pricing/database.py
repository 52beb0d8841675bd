"""The connection that the price list is read and changed on, and its queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection

from tollbook_billing import open_database
from tollbook_cli.pricing.errors import PriceTableError
from tollbook_sinks.queries import read_queries

QUERIES = read_queries("tollbook_cli.pricing", "prices.sql")


@contextmanager
def open_prices(dsn: str) -> Iterator[Connection[Any]]:
    """A connection; what Postgres refuses becomes a PriceTableError in one sentence."""
    try:
        with open_database(dsn) as connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise PriceTableError(
            f"{error.diag.message_primary}: prices are set by the owner of the tables or a member of tollbook_admin"
        ) from error
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction) as error:
        raise PriceTableError(
            f"the database has no such price list ({error.diag.message_primary}): run `tollbook migrate`"
        ) from error
    except psycopg.Error as error:
        hint = f" {error.diag.message_hint}" if error.diag.message_hint else ""
        raise PriceTableError(f"{error.diag.message_primary or error}.{hint}") from error
