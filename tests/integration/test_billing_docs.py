"""The SQL of docs/billing.md runs as it stands, for a role that may only read, and finds something."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from support.billing_events import usage_event
from support.billing_prices import Price, write_prices
from support.billing_rows import Recorded, connect, write_usage
from support.postgres import Database
from tollbook_cli.pricing.correct import correct_prices
from tollbook_cli.pricing.price import Price as AskedPrice

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = Path(__file__).parents[2] / "docs" / "billing.md"
BLOCKS = re.findall(r"^```sql\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def reader(database: Database) -> Iterator[Connection[Any]]:
    """A reader of a database with two calls of project p1 in workspace acme, priced, corrected and unpriced."""
    usage = {"prompt_tokens": 10, "completion_tokens": 0, "web_search_requests": 1, "workspace_id": "acme"}
    event = usage_event(NOON, 0, model="gpt-4.1", **usage)
    paid = usage_event(NOON, 1, provider="xai", model="m", provider_cost_usd=Decimal(1), **usage)
    right = {"provider": "openai", "model": "gpt-4.1", "token_class": "input_text", "price": 1}
    with connect(database.owner) as connection:
        write_prices(connection, [Price("openai", "gpt-4.1", "input_text", Decimal(3))], "sell")
        write_usage(connection, [Recorded(event, 0), Recorded(paid, 1)])
        correct_prices(connection, AskedPrice.model_validate(right), NOON, NOON.replace(hour=13), "a test")
    with connect(database.superuser) as connection:
        connection.execute("SET ROLE pg_read_all_data")
        yield connection


def test_every_block_answers(reader: Connection[Any]) -> None:
    assert len(BLOCKS) >= 9
    for block in BLOCKS:
        assert reader.execute(block.encode()).fetchall(), block
