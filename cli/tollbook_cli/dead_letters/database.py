"""The connection on which dead letters are read and decided."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection

from tollbook_cli.dead_letters.errors import LettersRefusedError
from tollbook_cli.importing.states import connect


@contextmanager
def open_letters(dsn: str) -> Iterator[Connection[Any]]:
    """A connection in autocommit mode; what Postgres refuses becomes a LettersRefusedError in one sentence."""
    try:
        with connect(dsn) as connection:
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise LettersRefusedError(
            f"{error.diag.message_primary}: dead letters are seen by tollbook_reader and decided by the owner of the "
            "tables or a member of tollbook_admin"
        ) from error
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        raise LettersRefusedError(
            f"the database has no decisions about dead letters ({error.diag.message_primary}): run `tollbook migrate`"
        ) from error
    except psycopg.Error as error:
        raise LettersRefusedError(error.diag.message_primary or str(error)) from error
