"""The Postgres server of one home."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from tollbook_cli.home import Home
from tollbook_cli.stack.account import Account, give
from tollbook_cli.stack.errors import ServiceError
from tollbook_cli.stack.passwords import SUPERUSER, PasswordFiles
from tollbook_cli.stack.ports import LOOPBACK, free_ports
from tollbook_cli.stack.processes import spawn

NAME = "postgres"
INITDB_SECONDS = 120
SOCKET_PATH_LIMIT = 80
"""A socket's whole path may have 107 bytes; in a deeper folder the server answers on TCP alone."""
LOCALE = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
"""The same on every machine. Servers before 17 have it from the machine instead."""
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


@dataclass(frozen=True, slots=True)
class Postgres:
    """What it takes to start the server of one home."""

    home: Home
    programs: Path
    account: Account | None
    passwords: PasswordFiles
    options: Mapping[str, str] = field(default_factory=dict)
    locale: Sequence[str] = LOCALE

    def prepare(self) -> None:
        """Makes the database cluster unless that is done. One that was cut short is made again."""
        give(self.home.postgres, self.account)
        if data_folder(self.home).exists():
            return
        draft = self.home.postgres / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        with self._password_file() as password_file:
            self._run_initdb(draft, password_file)
        draft.replace(data_folder(self.home))

    def start(self) -> tuple[psutil.Popen, int]:
        """Starts the server on a free port; returns its process and its port, not yet answering."""
        (port,) = free_ports(1)
        data = data_folder(self.home)
        options = {
            "listen_addresses": LOOPBACK,
            "port": str(port),
            "unix_socket_directories": str(data) if len(os.fsencode(data)) <= SOCKET_PATH_LIMIT else "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self.options,
        }
        settings = [f"--{name}={value}" for name, value in options.items()]
        process = spawn(
            [self.programs / "postgres", "-D", data, *settings],
            log=self.home.log(NAME),
            cwd=self.home.postgres,
            environment=ENVIRONMENT,
            account=self.account,
        )
        return process, port

    def superuser(self, port: int, database: str = "postgres") -> str:
        """The DSN of the role that may do anything."""
        return self.passwords.dsn(SUPERUSER, port, database)

    @contextmanager
    def _password_file(self) -> Iterator[Path]:
        """The superuser's password where initdb, which runs as the server's user, can read it."""
        path = self.home.postgres / "password"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(self.passwords.password(SUPERUSER))
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)
        try:
            yield path
        finally:
            path.unlink()

    def _run_initdb(self, folder: Path, password_file: Path) -> None:
        command = [str(self.programs / "initdb"), "-D", str(folder), "-U", SUPERUSER, f"--pwfile={password_file}"]
        made = subprocess.run(
            [*command, "--encoding=UTF8", *self.locale, "--auth=scram-sha-256", "--no-instructions"],
            capture_output=True,
            text=True,
            check=False,
            timeout=INITDB_SECONDS,
            cwd=self.home.postgres,
            env=ENVIRONMENT,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
        )
        if made.returncode != 0:
            raise ServiceError(f"Postgres' data folder {folder} could not be made: {made.stderr.strip()}")


def data_folder(home: Home) -> Path:
    """The database cluster of a home."""
    return home.postgres / "data"


def answers(dsn: str) -> bool:
    """Whether the server accepts a connection."""
    try:
        psycopg.connect(dsn, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
