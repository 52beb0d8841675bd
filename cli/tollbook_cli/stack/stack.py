"""The local stack: both services, prepared, and the workers, watched over until it is stopped."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from tollbook_cli.environment import settings_environment
from tollbook_cli.home import Home, choose_home
from tollbook_cli.reporting import Report, unreported
from tollbook_cli.stack.account import make_folder, require_entry
from tollbook_cli.stack.database import DATABASE, prepare_database, prepare_roles
from tollbook_cli.stack.errors import AlreadyRunningError, NotRunningError, StackError
from tollbook_cli.stack.left_overs import end_left_overs
from tollbook_cli.stack.passwords import OWNER, SINK, PasswordFiles
from tollbook_cli.stack.services import Services
from tollbook_cli.stack.signals import uninterrupted
from tollbook_cli.stack.software import provide_software
from tollbook_cli.stack.supervision import Supervision
from tollbook_cli.stack.topics import prepare_topics
from tollbook_cli.stack.workers import Worker
from tollbook_cli.state import Addresses, State, live_state, own_record
from tollbook_schemas.settings import Settings
from tollbook_sinks import migrate

WORKERS = ("processor", "sink", "maintain")
PREPARATION = "Database and topics"


def _say_nothing(_event: str) -> None:
    """Nobody wants to hear of restarts."""


class Stack:
    """Kafka, Postgres and the workers of one data folder; also a context manager.

    `workers=()` runs the services alone. `postgres_options` are server parameters by name. `notify` hears one sentence
    for each worker that stopped or runs again, from another thread.
    """

    def __init__(
        self,
        home: Path | None,
        settings: Settings,
        *,
        workers: Sequence[str] = WORKERS,
        postgres_options: Mapping[str, str] | None = None,
        notify: Callable[[str], None] = _say_nothing,
    ) -> None:
        self.home = Home(home.absolute()) if home else choose_home(settings)
        self._settings = settings.without_login()
        self._worker_names = workers
        self._postgres_options = postgres_options or {}
        self._notify = notify
        self._file_lock = FileLock(self.home.lock, thread_local=False)
        self._state_lock = Lock()
        self._services: Services | None = None
        self._supervision: Supervision | None = None
        self._addresses: Addresses | None = None
        self._superuser: str | None = None

    @property
    def addresses(self) -> Addresses:
        """Where the services answer. Raises NotRunningError before the start."""
        if self._addresses is None:
            raise NotRunningError(self.home.path)
        return self._addresses

    @property
    def superuser(self) -> str:
        """The DSN of the Postgres role that may do anything; for tests. Raises NotRunningError before the start."""
        if self._superuser is None:
            raise NotRunningError(self.home.path)
        return self._superuser

    def start(self, progress: Report = unreported) -> Self:
        """Starts everything and returns when it answers. Raises StackError, and then nothing is left running."""
        self._take_lock()
        try:
            end_left_overs(self.home)
            self._save()
            addresses = self._start_services(progress)
            self._start_workers(addresses, progress)
            self._addresses = addresses
            self._save()
        except BaseException:
            self.stop()
            raise
        return self

    def wait(self) -> None:
        """Returns when another thread stopped the stack. Raises ServiceError when a service ended by itself."""
        if self._supervision:
            self._supervision.wait()

    def stop(self) -> None:
        """Stops workers, Kafka and Postgres, in this order. Does nothing when nothing runs."""
        with uninterrupted():
            if self._supervision:
                self._supervision.stop()
            if self._services:
                self._services.stop()
            self._supervision = self._services = self._addresses = self._superuser = None
            if self._file_lock.is_locked:
                self.home.state.unlink(missing_ok=True)
                self._file_lock.release()

    def __enter__(self) -> Self:
        return self if self._addresses else self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _take_lock(self) -> None:
        try:
            make_folder(self.home.path)
            self._file_lock.acquire(timeout=0)
        except Timeout:
            state = live_state(self.home)
            raise AlreadyRunningError(self.home.path, state.supervisor.pid if state else None) from None
        except OSError as error:
            raise StackError(
                f"the data folder {self.home.path} cannot be used ({error.strerror}): set TOLLBOOK_HOME to another"
            ) from error

    def _start_services(self, progress: Report) -> Addresses:
        software = provide_software(progress)
        require_entry(self.home.postgres, software.account)
        passwords = PasswordFiles(self.home.secrets)
        self._services = Services(self.home, software, passwords, self._postgres_options, self._save)
        kafka, port = self._services.start(progress)
        self._superuser = self._services.postgres.superuser(port)
        addresses = Addresses(
            kafka=kafka,
            postgres_owner=passwords.dsn(OWNER, port, DATABASE),
            postgres_sink=passwords.dsn(SINK, port, DATABASE),
        )
        progress(PREPARATION, 0, 3)
        prepare_roles(self._superuser, owner_password=passwords.password(OWNER), sink_password=passwords.password(SINK))
        prepare_database(self._superuser)
        progress(PREPARATION, 1, 3)
        migrate(addresses.postgres_owner)
        progress(PREPARATION, 2, 3)
        prepare_topics(addresses.kafka, self._settings)
        progress(PREPARATION, 3, 3)
        return addresses

    def _start_workers(self, addresses: Addresses, progress: Report) -> None:
        services = self._services
        if services is None:
            raise NotRunningError(self.home.path)
        workers = [self._worker(name, addresses) for name in self._worker_names]
        self._supervision = Supervision(workers, failure=services.failure, changed=self._save, notify=self._notify)
        self._supervision.start(lambda count: progress("Workers", count, len(workers)))

    def _worker(self, name: str, addresses: Addresses) -> Worker:
        dsn = {"sink": addresses.postgres_sink, "maintain": addresses.postgres_owner}.get(name, "")
        own = {
            "kafka": addresses.kafka,
            "postgres": dsn,
            "home": self.home.path,
            "metrics_port": self._metrics_port(name),
        }
        settings = self._settings.model_copy(update=own)
        environment = {**os.environ, **settings_environment(settings)}
        return Worker(name, environment=environment, log=self.home.log(name), cwd=self.home.path)

    def _metrics_port(self, name: str) -> int | None:
        """Counted up from the one that is set: three processes cannot listen on one."""
        first = self._settings.metrics_port
        return first + self._worker_names.index(name) if first else first

    def _save(self) -> None:
        """Writes the state. Called from the threads that start processes, right after each."""
        with self._state_lock:
            State(
                supervisor=own_record(),
                services=self._services.records() if self._services else (),
                workers=self._supervision.records() if self._supervision else (),
                addresses=self._addresses,
            ).write(self.home.state)
