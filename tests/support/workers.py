"""Worker processes as the product starts them: `python -m tollbook_cli <command>`."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from support.postgres import Database
from tollbook_cli.environment import settings_environment
from tollbook_schemas.settings import Settings

STOP_SECONDS = 30


class WorkerProcess:
    """One command in a process of its own, with its output in `log`."""

    def __init__(self, command: str, environment: Mapping[str, str], log: Path) -> None:
        self.command = command
        self.log = log
        self._environment = environment
        self._process = self._start()

    @property
    def exit_code(self) -> int | None:
        """The exit code once it has ended (negative: the signal's number), else None."""
        return self._process.poll()

    @property
    def output(self) -> str:
        """Everything that it and its earlier runs printed."""
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """Ends it with SIGKILL: it notices nothing."""
        self._process.kill()
        self._process.wait(STOP_SECONDS)

    def restart(self) -> None:
        """Starts it again after `kill` or `stop`; the log goes on."""
        assert self.exit_code is not None, f"{self.command} is still running"
        self._process = self._start()

    def stop(self) -> int:
        """Asks it to stop, waits and returns its exit code; kills it when it does not stop in time."""
        self._process.terminate()
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def _start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "tollbook_cli", *self.command.split()],
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )


@contextmanager
def run_worker(
    command: str,
    settings: Settings,
    database: Database,
    log_folder: Path,
    env: Mapping[str, str] | None = None,
) -> Iterator[WorkerProcess]:
    """Runs a command with these very settings until the block ends; `env` adds variables.

    The sink logs in as the sink's role, every other command as the owner. The log is in `log_folder`.
    """
    program = command.split(maxsplit=1)[0]
    dsn = database.sink if program == "sink" else database.owner
    variables = settings_environment(settings.model_copy(update={"postgres": dsn}))
    log = log_folder / f"{program}-{settings.processor_instance}.log"
    worker = WorkerProcess(command, {**os.environ, **variables, **(env or {})}, log)
    try:
        yield worker
    finally:
        if worker.exit_code is None:
            worker.stop()
