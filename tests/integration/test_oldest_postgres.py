"""The oldest Postgres that the product runs on. The tests named in `ON_OLDEST` run on it too, where there is one."""

import psycopg
import pytest

from support.oldest_postgres import OLDEST
from support.postgres import PostgresServer


@pytest.mark.xdist_group("oldest")
def test_the_oldest_server_is_as_old_as_promised(oldest_postgres: PostgresServer) -> None:
    """Skipped, with the reason, where the machine has no such server: then nothing was tested on it."""
    with psycopg.connect(oldest_postgres.superuser) as connection:
        assert connection.info.server_version // 10_000 == OLDEST
