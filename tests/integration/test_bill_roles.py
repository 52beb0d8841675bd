"""Reading a bill takes no more than the right to read."""

from datetime import UTC, datetime

import psycopg
import pytest

from support.billing_events import usage_event
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database
from tollbook_billing import BillingDatabaseError, open_database, project_usage

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)


def test_a_role_that_may_only_read_gets_the_answer(database: Database) -> None:
    with connect(database.owner) as connection:
        write_usage(connection, [Recorded(usage_event(NOON, 0, prompt_tokens=5), 0)])
    with connect(database.superuser) as connection:
        connection.execute("SET ROLE pg_read_all_data")
        assert project_usage(connection, "p1").totals.prompt_tokens == 5
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM llm_usage_partials")


def test_a_role_without_the_right_to_read_is_told_what_it_lacks(database: Database) -> None:
    with connect(database.sink) as connection, pytest.raises(BillingDatabaseError, match=r"SELECT .* llm_"):
        project_usage(connection, "p1")


def test_an_unreachable_server_is_one_sentence() -> None:
    with pytest.raises(BillingDatabaseError, match="cannot be reached"), open_database("host=127.0.0.1 port=1"):
        pass
