"""The SQL of docs/billing.md runs as it stands, for a role that may only read, and finds something."""

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection
from typer.testing import CliRunner

from support.billing_events import usage_event
from support.billing_prices import Price, write_prices
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database
from tollbook_cli.app import make_app
from tollbook_cli.pricing.correct import correct_prices
from tollbook_cli.pricing.price import Price as AskedPrice

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BUDGET = """
    INSERT INTO llm_budgets (scope, scope_id, workspace_id, amount, why)
    VALUES ('workspace', 'acme', 'acme', 0.00001, 'a test')
"""
PAGE = Path(__file__).parents[2] / "docs" / "billing.md"
BLOCKS = re.findall(r"^```sql\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
COMMANDS = re.findall(r"^tollbook ((?:export|budgets) .*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
PYTHON = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def reader(database: Database) -> Iterator[Connection[Any]]:
    """A reader of a database with calls of project p1 in workspace acme, priced, corrected and unpriced."""
    usage = {"prompt_tokens": 10, "completion_tokens": 0, "web_search_requests": 1, "workspace_id": "acme"}
    usage |= {"session_id": "s1", "collection_id": "c1", "operation_id": "o1"}
    event = usage_event(NOON, 0, model="gpt-4.1", **usage)
    now = usage_event(datetime.now(UTC).replace(minute=0), 2, model="gpt-4.1", **usage)
    late = usage_event(NOON, 3, model="gpt-4.1", **usage)
    paid = usage_event(NOON, 1, provider="xai", model="m", provider_cost_usd=Decimal(1), **usage)
    refresh = usage_event(NOON, 4, use_case="infographic_collection_themes", model="gpt-4.1", **usage)
    right = {"provider": "openai", "model": "gpt-4.1", "token_class": "input_text", "price": 1}
    with connect(database.owner) as connection:
        write_prices(connection, [Price("openai", "gpt-4.1", "input_text", Decimal(3))], "sell")
        records = [Recorded(event, 0), Recorded(paid, 1), Recorded(now, 2), Recorded(refresh, 4)]
        write_usage(connection, [*records, Recorded(late, 3, "late")], compacted={("live", NOON)})
        correct_prices(connection, AskedPrice.model_validate(right), NOON, NOON.replace(hour=13), "a test")
        connection.execute(BUDGET)
        connection.execute("SELECT record_budget_alerts()")
    with connect(database.superuser) as connection:
        connection.execute("SET ROLE pg_read_all_data")
        yield connection


def test_every_block_answers(reader: Connection[Any]) -> None:
    assert len(BLOCKS) >= 14
    for block in BLOCKS:
        answer = reader.execute(block.encode()).fetchall()
        assert answer, block
        if "is_equal" in block:
            assert all(row[-1] is True for row in answer), answer


def test_every_export_and_budget_command_runs(
    reader: Connection[Any], database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.owner)
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) >= 8
    for line in COMMANDS:
        arguments = shlex.split(line)
        ran = CliRunner().invoke(make_app(arguments[0]), arguments)
        assert ran.exit_code == 0, (line, ran.output or ran.exception)
    assert len(list(tmp_path.iterdir())) == 4


def test_the_python_runs(reader: Connection[Any], database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.owner)
    names: dict[str, Any] = {}
    for block in PYTHON:
        exec(block, names)  # noqa: S102  # the page is ours
    assert names["allowed"] is False
    assert names["page"].events
