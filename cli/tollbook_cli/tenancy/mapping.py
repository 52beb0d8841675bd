"""The mapping of roles to workspaces in Postgres: read, and changed in one transaction with who and why."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection, errors, sql
from psycopg.rows import DictRow, dict_row

from tollbook_billing import open_database
from tollbook_cli.tenancy.errors import RoleRightsError, TenantError
from tollbook_sinks.admin import record_admin_action
from tollbook_sinks.queries import read_queries

_QUERIES = read_queries("tollbook_cli.tenancy", "tenants.sql")


@contextmanager
def open_tenants(dsn: str) -> Iterator[Connection[Any]]:
    """A connection; what Postgres refuses becomes a TenantError in one sentence."""
    try:
        with open_database(dsn) as connection:
            yield connection
    except errors.InsufficientPrivilege as error:
        raise TenantError(
            f"{error.diag.message_primary}: tenants are set by the owner of the tables or a member of tollbook_admin"
        ) from error
    except errors.UndefinedTable as error:
        raise TenantError("the database does not know tenants yet: run `tollbook migrate`") from error
    except psycopg.Error as error:
        hint = f": {error.diag.message_hint}" if error.diag.message_hint else ""
        raise TenantError(f"{error.diag.message_primary or error}{hint}") from error


def list_tenants(connection: Connection[Any]) -> list[DictRow]:
    """Each mapped role with its workspace, who mapped it and when, and whether it is held."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_QUERIES["list"]).fetchall()


def add_tenant(connection: Connection[Any], role: str, workspace: str, why: str) -> bool:
    """Map a role to a workspace; returns whether the role was made.

    Raises RoleRightsError where the role is missing or no member of tollbook_tenant and whoever asks cannot change
    that, TenantError where it is a tenant already, AdminRefusedError.
    """
    with connection.transaction():
        record_admin_action(connection, "add tenant", why, {"role": role, "workspace": workspace})
        made = _prepare_role(connection, role)
        try:
            connection.execute(_QUERIES["add"], {"role": role, "workspace": workspace})
        except errors.UniqueViolation as error:
            raise TenantError(f"{role} speaks for a workspace already: remove it first") from error
    return made


def remove_tenant(connection: Connection[Any], role: str, why: str) -> str:
    """Take a role out of the mapping, so that it sees nothing; returns its workspace. The role itself stays."""
    with connection.transaction():
        row = connection.execute(_QUERIES["remove"], {"role": role}).fetchone()
        if row is None:
            raise TenantError(f"{role} is no tenant: `tollbook tenants list` shows those that are")
        record_admin_action(connection, "remove tenant", why, {"role": role, "workspace": row[0]})
    return str(row[0])


def _prepare_role(connection: Connection[Any], role: str) -> bool:
    found = connection.execute(_QUERIES["role"], {"role": role}).fetchone()
    missing = found is None
    try:
        if missing:
            connection.execute(_QUERIES["create_role"].format(role=sql.Identifier(role)))
        if found is None or not found[0]:
            connection.execute(_QUERIES["grant_role"].format(role=sql.Identifier(role)))
    except errors.InsufficientPrivilege as error:
        raise RoleRightsError(sql.Identifier(role).as_string(connection)) from error
    return missing
