"""`tollbook demo` as a user runs it, on a stack of its own: killed, interrupted, finished and repeated."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaException, TopicPartition

from support.homes import temporary_home
from support.waiting import eventually
from tollbook_cli.commands.demo import command
from tollbook_cli.home import Home
from tollbook_cli.stack.left_overs import end_left_overs
from tollbook_cli.state import live_state, running_stack
from tollbook_schemas import Topics

CALLS = 48
TRACE = {"calls": 28_185, "prompt_tokens": 40_421_844, "completion_tokens": 4_334_561}
BEGUN = 500
"""So many more records on the imports topic: the import is under way."""
INTERRUPTED = 130


@pytest.fixture
def home() -> Iterator[Path]:
    with temporary_home() as path:
        yield path
        end_left_overs(Home(path))


def start_demo(home: Path, *arguments: str) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "tollbook_cli", "demo", f"--calls={CALLS}", *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOLLBOOK_")}
    return subprocess.Popen(
        line,
        env={**environment, "TOLLBOOK_HOME": str(home), "COLUMNS": "160"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=300)
    return output


class ImportsTopic:
    """How many records stand on the imports topic of the stack that the demo starts."""

    def __init__(self, home: Path) -> None:
        addresses = eventually(lambda: running_stack(home), timeout=120)
        self._consumer = Consumer({"bootstrap.servers": addresses.kafka, "group.id": "looking"}, logger=None)

    def records(self) -> int:
        """Their number, 0 before the topic is there. Raises AssertionError while the broker does not say."""
        name = Topics().imports
        try:
            topic = self._consumer.list_topics(timeout=5).topics.get(name)
            places = [TopicPartition(name, number) for number in topic.partitions] if topic else []
            return sum(self._consumer.get_watermark_offsets(place, timeout=5)[1] for place in places)
        except KafkaException as error:
            raise AssertionError(str(error)) from error


def signal_while_importing(home: Path, number: signal.Signals) -> tuple[int, str]:
    """Start the demo and signal it while its import is under way; its exit code and output."""
    process = start_demo(home)
    try:
        topic = ImportsTopic(home)
        process.send_signal(signal.SIGSTOP)  # else it might import while we look at what there was before
        before = eventually(lambda: (topic.records(),))[0]
        process.send_signal(signal.SIGCONT)
        eventually(lambda: topic.records() > before + BEGUN, timeout=120)
    finally:
        process.send_signal(signal.SIGCONT)
        process.send_signal(number)
    output = finish(process)
    return process.returncode, output


def run_to_the_end(home: Path, figures: Path) -> dict[str, Any]:
    process = start_demo(home, "--json", str(figures))
    output = finish(process)
    assert process.returncode == 0, output
    assert "What to try next" in output
    read: dict[str, Any] = json.loads(figures.read_text())
    return read


def check_figures(figured: dict[str, Any]) -> None:
    """The documented shape, and the figures that must hold."""
    documented = json.loads((command.__doc__ or "").partition("\b\n")[2].partition("\n\n")[0])
    assert figured.keys() == documented.keys()
    assert figured["ok"] is True
    assert figured["trace"].keys() == documented["trace"].keys()
    assert figured["live"].keys() == documented["live"].keys()
    assert figured["checks"][0].keys() == documented["checks"][0].keys()
    checks = {check["name"]: check for check in figured["checks"]}
    assert checks["trace"]["found"] == TRACE
    assert {"trace, window 2023-11-16 18:00", "trace, window 2023-11-16 19:00", "live calls"} < checks.keys()
    assert all(check["ok"] and check["found"] == check["expected"] for check in checks.values())
    assert figured["trace"]["statement"]["totals"]["calls"] == TRACE["calls"]
    assert figured["trace"]["statement"]["confidence"]["is_final"] is True
    assert all(window["proven"] for window in figured["trace"]["statement"]["windows"])
    assert figured["live"]["statement"]["totals"]["calls"] == CALLS
    assert figured["live"]["requests"] > CALLS


def test_killed_interrupted_finished_and_repeated(home: Path, tmp_path: Path) -> None:
    killed, _ = signal_while_importing(home, signal.SIGKILL)
    assert killed == -signal.SIGKILL

    interrupted, output = signal_while_importing(home, signal.SIGINT)
    assert interrupted == INTERRUPTED, output
    assert "run `tollbook demo` again" in output
    assert "Traceback" not in output
    assert live_state(Home(home)) is None

    first = run_to_the_end(home, tmp_path / "first.json")
    check_figures(first)
    second = run_to_the_end(home, tmp_path / "second.json")
    check_figures(second)
    assert second["trace"]["import"]["status"] == "already_imported"
    assert second["trace"]["statement"]["totals"] == first["trace"]["statement"]["totals"]
    assert second["live"]["workspace_id"] != first["live"]["workspace_id"]
    assert live_state(Home(home)) is None


def test_a_folder_that_does_not_exist_is_misuse(tmp_path: Path) -> None:
    process = start_demo(tmp_path, "--json", str(tmp_path / "no" / "figures.json"))
    assert "there is no such folder" in finish(process)
    assert process.returncode == 2
