"""Roles, database and tables on a Postgres server of one's own."""

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tollbook_cli.stack.database import prepare_database, prepare_roles
from tollbook_cli.stack.passwords import OWNER
from tollbook_schemas.errors import TollbookError
from tollbook_sinks import migrate


class InitialisingError(TollbookError):
    """Something that `tollbook init` was given cannot be used."""


def prepare_postgres(
    administrator: str, database: str, *, owner_password: str | None, sink_password: str | None
) -> bool:
    """Makes or updates roles, database and tables; returns whether the database was made.

    The tables are made by the owner's rights and not by the administrator's: a server that lets the owner do less than
    it needs is found out here. Raises InitialisingError and MigrationError.
    """
    try:
        prepare_roles(administrator, owner_password=owner_password, sink_password=sink_password)
        made = prepare_database(administrator, database)
    except psycopg.Error as error:
        detail = error.diag.message_primary or str(error).strip()
        raise InitialisingError(
            f"Postgres refused ({detail}): the administrator must be a superuser, or have CREATEROLE and CREATEDB"
        ) from error
    migrate(_as_owner(administrator, database))
    return made


def _as_owner(administrator: str, database: str) -> str:
    """The administrator's own connection, acting as the owner from its first statement on."""
    options = str(conninfo_to_dict(administrator).get("options") or "")
    return make_conninfo(administrator, dbname=database, options=f"{options} -c role={OWNER}".strip())
