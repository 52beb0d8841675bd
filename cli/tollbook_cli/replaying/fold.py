"""The replay's own processor: a process that ends with the one that started it, however that ends."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from tollbook_cli.environment import settings_environment
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import StreamKind
from tollbook_sinks.replay import FoldFailedError

INSTANCE = "replay"
MAX_STOPS = 5
PAUSE_SECONDS = 1.0
STEADY_SECONDS = 60.0
STOP_SECONDS = 20.0
LAST_BYTES = 10_000


class FoldProcess:
    """The process, and how often it stopped itself in a row."""

    def __init__(self, settings: Settings, kind: StreamKind, log: IO[bytes]) -> None:
        update = {"processor_instance": INSTANCE, "postgres": ""}
        self._environment = {**os.environ, **settings_environment(settings.model_copy(update=update))}
        self._kind = kind
        self._log = log
        self._stops = 0
        self._process = self._start()

    def tend(self) -> None:
        """See Fold."""
        code = self._process.poll()
        if code is None:
            return
        self._stops = 1 if time.monotonic() - self._started > STEADY_SECONDS else self._stops + 1
        if self._stops >= MAX_STOPS:
            raise FoldFailedError(
                f"the replay's processor stopped {self._stops} times in a row (exit code {code}), and nothing was "
                f"changed: {self._last_line()}"
            )
        time.sleep(PAUSE_SECONDS)
        self._process = self._start()

    def stop(self) -> None:
        """End it; what it has not written yet nobody needs."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        self._started = time.monotonic()
        return subprocess.Popen(
            [sys.executable, "-m", "tollbook_cli.replaying.worker", self._kind],
            stdin=subprocess.PIPE,  # never written to: its end says that we have ended
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=self._environment,
            start_new_session=True,  # Ctrl-C is for us; we then stop it
        )

    def _last_line(self) -> str:
        file = self._log.fileno()
        size = os.fstat(file).st_size
        # Not by seeking: the process writes where the file stands.
        lines = os.pread(file, LAST_BYTES, max(0, size - LAST_BYTES)).decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


@contextmanager
def folding(settings: Settings, kind: StreamKind) -> Iterator[FoldProcess]:
    """Runs it until the block ends."""
    with tempfile.TemporaryFile() as log:
        process = FoldProcess(settings, kind, log)
        try:
            yield process
        finally:
            process.stop()
