"""Budgets: what is spent of them, alerts once, and a check before a call that never fails the call."""

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection, Connection, sql

from support.billing_events import usage_event
from support.billing_plans import index_of, scans
from support.billing_prices import Price, write_prices
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database
from tollbook_billing.budgets import AsyncBudgetCheck, BudgetCheck, budget_status

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
MONTH = NOW.replace(day=1, hour=0)
ACME: dict[str, Any] = {"workspace_id": "acme", "project_id": "p1", "model": "m", "completion_tokens": 0}


class Clock:
    """Stands still until it is told to move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def connection(database: Database) -> Iterator[Connection[Any]]:
    """A model at 1 USD a token, and the owner's connection."""
    with connect(database.owner) as made:
        write_prices(made, [Price("openai", "m", "input_text", Decimal(1), unit=1)])
        yield made


def _set(connection: Connection[Any], scope: str, scope_id: str, amount: Any, **more: Any) -> None:
    values = {"workspace": scope_id if scope == "workspace" else None, "shares": "{0.5,0.8,1}", "book": "cost"} | more
    connection.execute(
        """
        INSERT INTO llm_budgets (scope, scope_id, workspace_id, book, amount, alert_shares, starts, why)
        VALUES (%(scope)s, %(id)s, %(workspace)s, %(book)s, %(amount)s, %(shares)s::numeric[], %(month)s, 'a test')
        """,
        {"scope": scope, "id": scope_id, "amount": amount, "month": MONTH} | values,
    )


def _use(connection: Connection[Any], *calls: dict[str, Any], final: bool = False) -> None:
    records = [Recorded(usage_event(NOW, number, **(ACME | call)), number) for number, call in enumerate(calls)]
    write_usage(connection, records, compacted={("live", NOW)} if final else ())


def _status(connection: Connection[Any], scope: Any = "workspace", scope_id: str = "acme") -> Any:
    """The one BudgetStatus, whose figures are compared with plain numbers."""
    (found,) = budget_status(connection, scope, scope_id)
    return found


def test_what_is_spent_holds_open_windows_and_says_what_it_lacks(connection: Connection[Any]) -> None:
    _set(connection, "workspace", "acme", 10)
    none = _status(connection)
    assert (none.spent, none.share, none.alert_share, none.is_complete) == (0, 0, None, True)
    search, timeout = {"prompt_tokens": 2, "web_search_requests": 3}, {"status": "timeout", "completion_tokens": None}
    _use(connection, {"prompt_tokens": 6}, search, timeout, {"prompt_tokens": 9, "workspace_id": "other"})
    some = _status(connection)
    assert (some.month, some.amount, some.spent, some.share, some.alert_share) == (
        *(MONTH, 10, 8, Decimal("0.8"), Decimal("0.8")),
    )
    assert (some.provisional, some.calls, some.calls_without_usage, some.unpriced) == (8, 3, 1, {"web_search": 3})
    assert (some.is_spent, some.is_complete) == (False, False)


def test_usage_that_nobody_can_price_is_unknown_and_not_zero(connection: Connection[Any]) -> None:
    _set(connection, "workspace", "acme", 10)
    _use(connection, {"prompt_tokens": 6, "model": "free"})
    unknown = _status(connection)
    assert (unknown.spent, unknown.share, unknown.is_spent, unknown.unpriced) == (None, None, None, {"input_text": 6})


def test_a_later_entry_replaces_an_earlier_one_and_null_ends_it(connection: Connection[Any]) -> None:
    _set(connection, "workspace", "acme", 10)
    _set(connection, "workspace", "acme", 20)
    _set(connection, "workspace", "acme", 30, month=MONTH.replace(year=MONTH.year + 1))
    assert _status(connection).amount == 20
    assert [one.amount for one in budget_status(connection, "workspace", "acme", MONTH + timedelta(days=400))] == [30]
    assert budget_status(connection, "workspace", "acme", MONTH - timedelta(days=1)) == ()
    _set(connection, "workspace", "acme", None)
    assert budget_status(connection, "workspace", "acme") == ()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"amount": 0}, "llm_budgets_amount_check"),
        ({"amount": 1, "shares": "{}"}, "alert_shares"),
        ({"amount": 1, "shares": "{0.5,0.50}"}, "alert_shares"),
        ({"amount": 1, "shares": "{0}"}, "alert_shares"),
        ({"amount": 1, "month": MONTH - timedelta(days=1)}, "past months are over"),
        ({"amount": 1, "month": MONTH + timedelta(hours=1)}, "starts_check"),
        ({"amount": 1, "workspace": "other"}, "a_workspace_is_its_own"),
    ],
)
def test_what_is_no_budget_is_refused(connection: Connection[Any], values: dict[str, Any], reason: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match=reason):
        _set(connection, "workspace", "acme", **values)


@pytest.mark.parametrize("table", ["llm_budgets", "llm_budget_alerts"])
def test_budgets_and_alerts_stay_as_they_were_entered(connection: Connection[Any], table: str) -> None:
    _set(connection, "workspace", "acme", 1)
    _use(connection, {"prompt_tokens": 1})
    connection.execute("SELECT record_budget_alerts()")
    for statement in ("UPDATE {} SET amount = 2", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute(sql.SQL(statement).format(sql.Identifier(table)))


def test_an_alert_is_recorded_once_for_a_share_and_a_month(connection: Connection[Any], database: Database) -> None:
    _set(connection, "workspace", "acme", 10)
    _set(connection, "project", "p1", 100)
    _use(connection, {"prompt_tokens": 8}, final=True)
    with connect(database.superuser) as maintainer:
        maintainer.execute("SET ROLE tollbook_maintainer")
        recorded = maintainer.execute(
            "SELECT share, spent, amount, workspace_id FROM record_budget_alerts()"
        ).fetchall()
        assert sorted(recorded) == [(Decimal("0.5"), 8, 10, "acme"), (Decimal("0.8"), 8, 10, "acme")]
        assert maintainer.execute("SELECT record_budget_alerts()").fetchall() == []
    _set(connection, "workspace", "acme", 16)
    assert connection.execute("SELECT share FROM record_budget_alerts()").fetchall() == [(Decimal("0.5"),)]


def test_a_tenant_sees_only_what_it_pays(connection: Connection[Any], database: Database) -> None:
    for book, scope_id in (("sell", "acme"), ("cost", "acme"), ("sell", "other")):
        _set(connection, "workspace", scope_id, 1, book=book)
    with connect(database.superuser) as admin:
        role = f"tenant_{database.name}"
        admin.execute(sql.SQL("CREATE ROLE {} IN ROLE tollbook_tenant").format(sql.Identifier(role)))
        try:
            connection.execute("INSERT INTO llm_tenants (role_name, workspace_id) VALUES (%s, 'acme')", [role])
            admin.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
            assert admin.execute("SELECT book, scope_id FROM llm_budgets").fetchall() == [("sell", "acme")]
            assert [row[0] for row in admin.execute("SELECT scope_id FROM get_budget_statuses()")] == ["acme"]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                admin.execute("SELECT record_budget_alerts()")
        finally:
            admin.execute("RESET ROLE")
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def test_a_check_asks_once_in_a_while(connection: Connection[Any]) -> None:
    clock = Clock()
    opened: list[int] = []

    def connects() -> nullcontext[Connection[Any]]:
        opened.append(1)
        return nullcontext(connection)

    check = BudgetCheck(connects, keep_s=5, clock=clock)
    _set(connection, "workspace", "acme", 10)
    assert check.allows("acme", "p1")
    _use(connection, {"prompt_tokens": 10})
    assert check.allows("acme", "p1")
    assert len(opened) == 1
    clock.now = 5
    assert not check.allows("acme", "p1")
    assert check.allows("other", "p1")
    assert check.allows(None, "p1")
    assert check.answer("acme", "p1").budgets[0].spent == 10


def test_a_projects_budget_may_be_of_one_workspace(connection: Connection[Any]) -> None:
    _set(connection, "project", "p1", 5, workspace="acme")
    _use(connection, {"prompt_tokens": 4}, {"prompt_tokens": 4, "workspace_id": "other"})
    assert _status(connection, "project", "p1").spent == 4
    check = BudgetCheck(lambda: nullcontext(connection), keep_s=0)
    assert check.allows("acme", "p1")
    _set(connection, "project", "p1", 3, workspace="acme")
    assert [check.allows(workspace, "p1") for workspace in ("acme", "other", None)] == [False, True, True]


def test_a_failure_never_reaches_the_call_unless_asked(caplog: pytest.LogCaptureFixture) -> None:
    def connects() -> nullcontext[Connection[Any]]:
        raise psycopg.OperationalError("nobody answers")

    clock = Clock()
    check = BudgetCheck(connects, keep_s=5, clock=clock)
    assert all(check.allows("acme") for _ in range(3))
    assert isinstance(check.answer("acme").error, psycopg.OperationalError)
    assert len(caplog.records) == 1
    with pytest.raises(psycopg.OperationalError):
        BudgetCheck(connects, raises=True, clock=clock).allows("acme")


def test_a_slow_database_is_not_waited_for(connection: Connection[Any], database: Database) -> None:
    with psycopg.connect(database.superuser) as other:
        other.execute("LOCK TABLE llm_budgets IN ACCESS EXCLUSIVE MODE")
        answer = BudgetCheck(lambda: nullcontext(connection), patience_s=0.05).answer("acme")
    assert answer.allowed
    assert isinstance(answer.error, psycopg.errors.QueryCanceled)
    assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)


def test_the_asynchronous_check_says_the_same(connection: Connection[Any], database: Database) -> None:
    _set(connection, "workspace", "acme", 10)
    _use(connection, {"prompt_tokens": 10})

    async def asks() -> tuple[bool, bool, bool]:
        async with await AsyncConnection.connect(database.owner, autocommit=True) as own:
            check = AsyncBudgetCheck(lambda: nullcontext(own))
            return await check.allows("acme"), await check.allows("acme", "p1"), await check.allows("other")

    assert asyncio.run(asks()) == (False, False, True)


@pytest.mark.parametrize("question", ["get_budget_status('workspace', 'acme')", "get_budget_statuses()"])
def test_a_budget_is_read_by_index_and_needs_no_ledger(connection: Connection[Any], question: str) -> None:
    _set(connection, "workspace", "acme", 10)
    usage = [
        Recorded(
            usage_event(NOW - timedelta(minutes=number), number, **(ACME | {"workspace_id": f"w{number % 60}"})), 0
        )
        for number in range(1500)
    ]
    write_usage(
        connection, [Recorded(one.event, number) for number, one in enumerate(usage)], compacted={("live", NOW)}
    )
    connection.execute("ANALYZE")
    nodes = [node for node in scans(connection, question) if node["Relation Name"].startswith("llm_usage")]
    assert not any(node["Relation Name"].startswith("llm_usage_events") for node in nodes)
    partials = {index_of(connection, node) for node in nodes if node["Relation Name"] == "llm_usage_partials"}
    assert partials <= {"llm_usage_partials_workspace", "llm_usage_partials_pkey"}
