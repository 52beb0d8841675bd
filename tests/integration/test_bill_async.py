"""One definition of a question answers over a synchronous and an asynchronous connection alike."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection, IsolationLevel

from support.billing_events import random_event, seeded, usage_event
from support.billing_rows import Recorded, connect, write_usage
from support.both import done
from support.postgres import Database
from tollbook_billing import (
    SnapshotError,
    UsageRangeError,
    UsageScope,
    collection_usage,
    invoice_lines,
    project_usage,
    provider_differences,
    read_usage,
    refresh_figures,
    session_figures,
    session_usage,
    template_usage,
    usage_at_prices,
    usage_events,
    workspace_usage,
)

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
PROJECT = UsageScope("project", "p1")
QUESTIONS: tuple[Callable[[Any], Any], ...] = (
    lambda connection: project_usage(connection, "p1", by=("day", "model"), zone="Europe/Berlin"),
    lambda connection: session_usage(connection, "s1"),
    lambda connection: collection_usage(connection, "c1"),
    lambda connection: template_usage(connection, "t1", workspace_id="w1"),
    lambda connection: workspace_usage(connection, "w1", book="sell"),
    lambda connection: read_usage(connection, UsageScope("all", None)),
    lambda connection: usage_events(connection, PROJECT, where={"status": "error"}),
    lambda connection: session_figures(connection, "s1"),
    lambda connection: refresh_figures(connection, PROJECT),
    lambda connection: invoice_lines(connection, PROJECT, book="cost"),
    lambda connection: provider_differences(connection, PROJECT),
    lambda connection: usage_at_prices(connection, [], PROJECT),
)


def _fill(database: Database) -> None:
    random = seeded(2)
    events = [random_event(random, NOON, number) for number in range(60)]
    refresh = {"use_case": "infographic_project_themes", "operation_id": "o", "prompt_tokens": 3}
    events.append(usage_event(NOON, 60, **refresh))
    with connect(database.owner) as connection:
        write_usage(connection, [Recorded(event, number) for number, event in enumerate(events)])


async def _asynchronously(dsn: str, use: Callable[[AsyncConnection[Any]], Awaitable[Any]]) -> Any:
    async with await AsyncConnection.connect(dsn) as connection:
        return await use(connection)


def test_every_question_has_the_same_answer_both_ways(database: Database) -> None:
    _fill(database)

    async def everything(connection: AsyncConnection[Any]) -> list[Any]:
        return [await done(question(connection)) for question in QUESTIONS]

    with connect(database.owner) as connection:
        answers = [question(connection) for question in QUESTIONS]
    assert all(answers)
    assert asyncio.run(_asynchronously(database.owner, everything)) == answers


def test_refusals_and_snapshots_are_the_same_both_ways(database: Database) -> None:
    _fill(database)

    async def refused(connection: AsyncConnection[Any]) -> None:
        with pytest.raises(UsageRangeError, match="window boundaries"):
            await project_usage(connection, "p1", NOON.replace(minute=1))
        await connection.execute("SELECT 1")
        with pytest.raises(SnapshotError, match="REPEATABLE_READ"):
            await project_usage(connection, "p1")
        await connection.rollback()
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        await connection.execute("SELECT 1 FROM llm_windows")
        with connect(database.owner) as other:
            other.execute("DELETE FROM llm_usage_partials")
        assert (await project_usage(connection, "p1")).totals.calls

    asyncio.run(_asynchronously(database.owner, refused))


def test_an_answer_leaves_no_transaction_behind_and_does_not_end_a_callers_own(database: Database) -> None:
    with psycopg.connect(database.owner) as connection:
        invoice_lines(connection, PROJECT)
        assert connection.info.transaction_status is psycopg.pq.TransactionStatus.IDLE
        connection.execute("CREATE TEMPORARY TABLE mine (id integer)")
        with pytest.raises(UsageRangeError):
            invoice_lines(connection, PROJECT, NOON.replace(minute=1))
        connection.execute("INSERT INTO mine VALUES (1)")


def test_a_question_can_be_made_without_a_connection() -> None:
    question = project_usage.question("p1", by=("month",))
    assert (question.parameters["id"], question.parameters["by"], len(question.queries)) == ("p1", ["month"], 4)
    assert "statement of a project" in str(project_usage.__doc__)
