"""What the declared schema would not let pass unseen: rights that were widened, rows that are hidden no more."""

from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest

from support.postgres import Database, PostgresServer
from support.sink_schema import describe_schema


@pytest.fixture(scope="module")
def shared(postgres: PostgresServer) -> Iterator[Database]:
    """Each test looks before and after what it changes."""
    with postgres.database() as made:
        yield made


@pytest.mark.parametrize(
    ("change", "gone", "new"),
    [
        ("DROP POLICY tenants ON llm_usage_rollups", "policy tenants for select to tollbook_tenant", ""),
        (
            "ALTER POLICY tenants ON llm_session_usage USING (true)",
            "using (workspace_id = ( SELECT llm_tenant_workspace()",
            "to tollbook_tenant using true",
        ),
        ("ALTER POLICY tenants ON llm_operation_usage TO tollbook_tenant, tollbook_sink", "tenants", "tollbook_sink"),
        ("CREATE POLICY wide ON llm_usage_partials USING (true)", "", "policy wide for all to public using true"),
        ("ALTER TABLE llm_usage_adjustments NO FORCE ROW LEVEL SECURITY", ", for the owner too", "row-level security"),
        ("ALTER TABLE llm_usage_events DISABLE ROW LEVEL SECURITY", "row-level security, for the owner too", ""),
        (
            "GRANT SELECT (differences) ON llm_windows TO tollbook_tenant",
            "proven) to tollbook_tenant",
            "differences, proven) to tollbook_tenant",
        ),
        ("GRANT UPDATE (why) ON llm_pricing TO PUBLIC", "", "grant UPDATE (why) to public"),
        ("GRANT CREATE ON SCHEMA public TO tollbook_sink", "grant USAGE to", "grant CREATE, USAGE to tollbook_sink"),
        ("DROP TRIGGER llm_usage_rollups_added ON llm_usage_rollups", "TRIGGER llm_usage_rollups_added", ""),
        ("ALTER TABLE llm_usage_rollups DISABLE TRIGGER llm_usage_rollups_moved", "_moved", ", enabled D"),
    ],
)
def test_a_change_of_rights_is_a_difference(shared: Database, change: str, gone: str, new: str) -> None:
    before = Counter(describe_schema(shared.owner))
    with psycopg.connect(shared.superuser) as connection:
        connection.execute(change.encode())
    after = Counter(describe_schema(shared.owner))
    lost, added = before - after, after - before
    assert [gone in line for line in lost] == [True] * bool(gone)
    assert [new in line for line in added] == [True] * bool(new)
