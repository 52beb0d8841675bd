"""Brings the database's tables up to date: numbered SQL files, each applied once, in order."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import yoyo  # type: ignore[import-untyped]  # yoyo ships no types
from psycopg.conninfo import conninfo_to_dict

from tollbook_sinks.errors import MigrationError
from tollbook_sinks.queries import load_queries

SEARCH_PATH = "-c search_path=public"
_SQL = load_queries("migrate.sql")


def migrate(dsn: str) -> None:
    """Apply every migration that the database does not have yet. Safe to call again, and from two places at once.

    `dsn` is a libpq connection string or URL of the role that owns (or will own) the tables. Raises MigrationError when
    that role lacks rights or a migration fails; the failed migration leaves nothing behind.
    """
    with as_file(files("tollbook_sinks") / "migrations") as folder:
        migrate_from(folder, dsn)


def migrate_from(folder: Path, dsn: str) -> None:
    """Apply the migrations of any folder; `migrate` says the rest."""
    try:
        with _alone(dsn):
            _apply(folder, dsn)
    except psycopg.errors.InsufficientPrivilege as error:
        raise MigrationError(_rights(error)) from error
    except psycopg.OperationalError as error:
        raise MigrationError(f"the database does not answer, check the address: {error}") from error
    except psycopg.Error as error:
        raise MigrationError(f"the migration failed and was rolled back: {error}") from error


@contextmanager
def _alone(dsn: str) -> Iterator[None]:
    """Hold the one lock of all migrations; a killed holder's lock goes with its connection."""
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        row = connection.execute(_SQL["may_create_tables"]).fetchone()
        if row is None or not row[0]:
            raise MigrationError(
                f"the role {connection.info.user!r} may not create tables in schema public of database "
                f"{connection.info.dbname!r}: connect as the owner of the database, or grant it CREATE on the schema"
            )
        connection.execute(_SQL["lock_migrations"])
        yield


def _apply(folder: Path, dsn: str) -> None:
    with yoyo.get_backend(_uri(dsn)) as backend:
        # Only a killed migration can have left this behind: the living ones wait for the lock above.
        backend.break_lock()
        with backend.lock():
            for migration in backend.to_apply(yoyo.read_migrations(str(folder))):
                with backend.transaction():  # the tables and the note that they exist, or neither
                    migration.process_steps(backend, "apply")
                    backend.mark_one(migration, log=False)


def _uri(dsn: str) -> str:
    """The same connection as yoyo's kind of URL; everything is a parameter, so sockets and password files work."""
    parameters = {name: str(value) for name, value in conninfo_to_dict(dsn).items() if value is not None}
    options = f"{parameters.pop('options', '')} {SEARCH_PATH}".strip()
    return f"postgresql+psycopg:///?{urlencode({**parameters, 'options': options})}"


def _rights(error: psycopg.Error) -> str:
    return (
        f"the migrating role lacks a right: {error.diag.message_primary}; connect as the owner of the database, and if "
        "the owner may not create roles, let a superuser create the role tollbook_sink first"
    )
