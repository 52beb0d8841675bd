"""Starts Kafka and Postgres side by side and stops them in order."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from functools import partial
from threading import Event, Lock
from typing import Any, TypeVar

import psutil

from tollbook_cli.home import Home
from tollbook_cli.reporting import Report
from tollbook_cli.stack import kafka, postgres
from tollbook_cli.stack.errors import ServiceError
from tollbook_cli.stack.kafka import Kafka
from tollbook_cli.stack.passwords import PasswordFiles
from tollbook_cli.stack.postgres import Postgres
from tollbook_cli.stack.processes import end, last_lines, stop_signal
from tollbook_cli.stack.software import Software
from tollbook_cli.stack.workers import describe_exit
from tollbook_cli.state import ProcessRecord

READY_SECONDS = 120.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.1
ATTEMPTS = 3
"""A port that was free when it was chosen may be taken a moment later: then others are tried."""

Address = TypeVar("Address", str, int)


class Services:
    """The two servers of one home. `changed` is called whenever a process was started."""

    def __init__(
        self,
        home: Home,
        software: Software,
        passwords: PasswordFiles,
        options: Mapping[str, str],
        changed: Callable[[], None],
    ) -> None:
        self._home = home
        self._changed = changed
        self._kafka = Kafka(home, software.java, software.jars)
        self.postgres = Postgres(home, software.programs, software.account, passwords, options)
        self._processes: dict[str, psutil.Popen] = {}
        self._lock = Lock()
        self._stopping = Event()

    def start(self, report: Report) -> tuple[str, int]:
        """Starts both; returns Kafka's bootstrap address and Postgres' port, both answering. Raises ServiceError."""
        with ThreadPoolExecutor(2) as pool:
            broker = pool.submit(self._start_kafka, report)
            server = pool.submit(self._start_postgres, report)
            try:
                both: list[Future[Any]] = [broker, server]
                finished, _ = wait(both, return_when=FIRST_EXCEPTION)
                for future in finished:
                    future.result()
                return broker.result(), server.result()
            except BaseException:
                self._stopping.set()
                raise

    def stop(self) -> None:
        """Stops Kafka, then Postgres."""
        self._stopping.set()
        for name in sorted(self._processes):
            end([self._processes[name]], stop_signal(name), STOP_SECONDS)

    def failure(self) -> ServiceError | None:
        """Why the stack cannot go on: a service that stopped, or None."""
        for name, process in self._processes.items():
            if (code := process.poll()) is not None:
                return self._stopped(name, code)
        return None

    def records(self) -> tuple[ProcessRecord, ...]:
        """The running services, for the state."""
        with self._lock:
            return tuple(
                ProcessRecord(name, process.pid, process.create_time())
                for name, process in self._processes.items()
                if process.poll() is None
            )

    def _start_kafka(self, report: Report) -> str:
        report("Kafka", 0, 1)
        self._kafka.prepare()
        address = self._until_ready(kafka.NAME, self._kafka.start, kafka.answers)
        report("Kafka", 1, 1)
        return address

    def _start_postgres(self, report: Report) -> int:
        report("Postgres", 0, 1)
        self.postgres.prepare()
        port = self._until_ready(postgres.NAME, self.postgres.start, self._postgres_answers)
        report("Postgres", 1, 1)
        return port

    def _postgres_answers(self, port: int) -> bool:
        return postgres.answers(self.postgres.superuser(port))

    def _until_ready(
        self,
        name: str,
        start: Callable[[], tuple[psutil.Popen, Address]],
        ready: Callable[[Address], bool],
    ) -> Address:
        for _ in range(ATTEMPTS):
            process, address = self._launch(name, start)
            if self._await(name, process, partial(ready, address)):
                return address
        raise self._stopped(name, process.returncode)

    def _launch(self, name: str, start: Callable[[], tuple[psutil.Popen, Address]]) -> tuple[psutil.Popen, Address]:
        with self._lock:
            self._refuse_when_stopping()
            process, address = start()
            self._processes[name] = process
        self._changed()
        return process, address

    def _await(self, name: str, process: psutil.Popen, ready: Callable[[], bool]) -> bool:
        """Whether the service got ready; False when its process ended instead."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self._refuse_when_stopping()
            if process.poll() is not None:
                return False
            if ready():
                return True
            time.sleep(POLL_SECONDS)
        raise ServiceError(f"{name} did not answer within {READY_SECONDS:g} s: see {self._home.log(name)}")

    def _refuse_when_stopping(self) -> None:
        if self._stopping.is_set():
            raise ServiceError("the start was given up")

    def _stopped(self, name: str, code: int) -> ServiceError:
        log = self._home.log(name)
        return ServiceError(f"{name} stopped ({describe_exit(code)}), see {log}:\n{last_lines(log)}")
