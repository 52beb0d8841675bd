"""A server of the oldest Postgres that the product runs on, where this machine has its programs.

`python -m support.oldest_postgres` runs every test that needs a database on it; `make test-oldest` does that.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT

from filelock import FileLock

from support.homes import sweep_homes, temporary_home
from support.services import NOT_DURABLE, POSTGRES_VARIABLE
from support.waiting import eventually
from tollbook_cli.home import Home
from tollbook_cli.stack.account import server_account
from tollbook_cli.stack.passwords import PasswordFiles
from tollbook_cli.stack.postgres import Postgres, answers
from tollbook_cli.stack.processes import end
from tollbook_cli.state import State, own_record

OLDEST = 15
ON_OLDEST = {
    "test_bill_breakdowns",
    "test_bill_exactness",
    "test_bill_reads",
    "test_compaction",
    "test_init",
    "test_migrations",
    "test_migrations_ledger",
    "test_prices_invoice",
    "test_retention",
    "test_roles_rights",
    "test_sink_writing",
    "test_tenants_isolation",
    "test_a_wrong_fold_is_replaced_and_all_ends_equal",
}
"""The modules and tests that run on it in every run: each kind of SQL that we have, once."""
PROGRAMS_VARIABLE = "TOLLBOOK_TEST_OLDEST_PROGRAMS"
USUAL_FOLDERS = (
    f"/usr/lib/postgresql/{OLDEST}/bin",
    f"/usr/pgsql-{OLDEST}/bin",
    f"/opt/homebrew/opt/postgresql@{OLDEST}/bin",
    f"/usr/local/opt/postgresql@{OLDEST}/bin",
)
ABSENT = f"no Postgres {OLDEST} on this machine: install it, or name the folder of its initdb in {PROGRAMS_VARIABLE}"
LOCALE = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
"""Text in the order of a language, as on most servers that are rented: nothing may depend on the order of bytes."""
READY_SECONDS = 60
STOP_SECONDS = 30


def oldest_programs() -> Path | None:
    """The folder with the oldest server's `initdb` and `postgres`, or None where there is none."""
    named = os.environ.get(PROGRAMS_VARIABLE)
    folders = map(Path, (named,) if named else USUAL_FOLDERS)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextmanager
def oldest_server(programs: Path) -> Iterator[str]:
    """The superuser's DSN of a new, empty server, as an unprivileged user for root; removed at the end."""
    sweep_homes()
    with temporary_home() as path, FileLock(Home(path).lock):
        home = Home(path)
        State(own_record()).write(home.state)  # by which the next run finds what a killed one left
        server = Postgres(home, programs, server_account(), PasswordFiles(home.secrets), NOT_DURABLE, LOCALE)
        server.prepare()
        process, port = server.start()
        try:
            eventually(lambda: answers(server.superuser(port)), timeout=READY_SECONDS)
            yield server.superuser(port)
        finally:
            end([process], SIGINT, STOP_SECONDS)


def _run_database_tests(arguments: list[str]) -> int:
    programs = oldest_programs()
    if programs is None:
        print(ABSENT, file=sys.stderr)
        return 1
    with oldest_server(programs) as superuser:
        command = [sys.executable, "-m", "pytest", "-m", "database", *arguments]
        environment = {**os.environ, POSTGRES_VARIABLE: superuser}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(_run_database_tests(sys.argv[1:]))
