"""The audit: all its questions in one snapshot."""

from typing import Any

import psycopg
from psycopg import Connection

from tollbook_schemas.windows import WindowRule
from tollbook_sinks.audit.offsets import audit_offsets
from tollbook_sinks.audit.periods import audit_periods
from tollbook_sinks.audit.queries import QUERIES
from tollbook_sinks.audit.report import AuditReport
from tollbook_sinks.audit.windows import audit_windows
from tollbook_sinks.lifecycle.errors import AuditFailedError
from tollbook_sinks.lifecycle.session import connect
from tollbook_sinks.window_width import refuse_other_width


def audit(connection: Connection[Any], rule: WindowRule) -> AuditReport:
    """Prove from the tables alone that every offset is accounted for and that windows, days and months add up.

    Works on one snapshot, so the pipe may go on; writes nothing, locks nothing that a writer waits for. Reads the whole
    ledger. The connection must have no transaction open and the right to read every table. Raises psycopg.Error.
    """
    with connection.transaction():
        connection.execute(QUERIES["one_snapshot"])
        row = connection.execute(QUERIES["taken_at"]).fetchone()
        partitions, findings = audit_offsets(connection)
        windows = audit_windows(connection, rule)
        periods = audit_periods(connection)
    if row is None:
        raise AssertionError("a SELECT without FROM always has one row")
    return AuditReport(
        taken_at=row[0],
        partitions=tuple(partitions),
        windows=windows.states,
        proven_events=windows.proven_events,
        proven_calls=windows.proven_calls,
        findings=(*findings, *windows.findings, *periods),
    )


def audit_database(dsn: str, rule: WindowRule) -> AuditReport:
    """`audit` on a connection of its own. Raises DatabaseUnreachableError, AuditFailedError."""
    with connect(dsn, "tollbook audit") as connection:
        try:
            refuse_other_width(connection, rule)
            return audit(connection, rule)
        except psycopg.Error as error:
            raise AuditFailedError(error.diag.message_primary or str(error)) from error
