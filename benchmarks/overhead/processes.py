"""Runs contestants in processes of their own and reads what they print."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MODULES = {
    "none": "untracked",
    "ours": "tollbook",
    "ours_away": "tollbook_away",
    "opentelemetry": "open_telemetry",
    "openinference": "open_inference",
    "langfuse": "langfuse_openai",
}
_SET_HERE = ("TOLLBOOK_", "LLM_USAGE_", "OTEL_", "LANGFUSE_")
"""What the caller's shell says of these must change nothing."""

_EVERYTHING = "1000000"

Process = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Places:
    """Where contestants find their backends: bootstrap addresses of Kafka, and the sink's URL."""

    kafka: str
    kafka_away: str
    sink: str

    def environment(self, name: str, home: str) -> dict[str, str]:
        """What a contestant's process is told."""
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith(_SET_HERE)},
            "TOLLBOOK_HOME": home,
            "TOLLBOOK_KAFKA": self.kafka_away if name == "ours_away" else self.kafka,
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.sink,
            # By default it drops what comes faster than it sends: calls here follow each other without a pause.
            "OTEL_BSP_MAX_QUEUE_SIZE": _EVERYTHING,
            "OTEL_BLRP_MAX_QUEUE_SIZE": _EVERYTHING,
            "LANGFUSE_BASE_URL": self.sink,
            "LANGFUSE_PUBLIC_KEY": "pk-lf-benchmark",
            "LANGFUSE_SECRET_KEY": "sk-lf-benchmark",
        }


def run_contestant(places: Places, name: str, *arguments: str | int) -> dict[str, Any]:
    """What the contestant printed.

    Raises CalledProcessError when it failed; its complaints are on standard error.
    """
    return run_together(places, (name,), *arguments)[name]


def run_together(places: Places, names: Sequence[str], *arguments: str | int) -> dict[str, dict[str, Any]]:
    """As `run_contestant`, for several at once."""
    with ExitStack() as started:
        processes = {name: started.enter_context(_started(places, name, arguments)) for name in names}
        return {name: _answer(process) for name, process in processes.items()}


@contextmanager
def _started(places: Places, name: str, arguments: Sequence[str | int]) -> Iterator[Process]:
    """A contestant's process with a spool of its own; both are gone afterwards."""
    command = [sys.executable, "-m", "benchmarks.overhead.worker", MODULES[name], *map(str, arguments)]
    with (
        tempfile.TemporaryDirectory(prefix="tollbook-bench-spool-", ignore_cleanup_errors=True) as home,
        subprocess.Popen(command, cwd=ROOT, env=places.environment(name, home), stdout=subprocess.PIPE) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def _answer(process: Process) -> dict[str, Any]:
    output, _ = process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    figures: dict[str, Any] = json.loads(output.splitlines()[-1])
    return figures
