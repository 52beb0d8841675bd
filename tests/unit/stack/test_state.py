"""What a stack writes down, and how its processes are told from others."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from support.waiting import eventually
from tollbook_cli.home import Home
from tollbook_cli.stack.left_overs import end_left_overs
from tollbook_cli.state import Addresses, ProcessRecord, State, live_state, own_record, read_state, running_stack

ADDRESSES = Addresses("127.0.0.1:1", "postgresql://owner", "postgresql://sink")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


def _record(pid: int) -> ProcessRecord:
    return ProcessRecord("sink", pid, psutil.Process(pid).create_time(), restarts=2, last_exit=-9)


def test_a_state_comes_back_as_it_was(home: Home) -> None:
    state = State(own_record(), services=(_record(os.getpid()),), workers=(), addresses=ADDRESSES)
    state.write(home.state)
    assert read_state(home) == state
    assert running_stack(home.path) == ADDRESSES


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"supervisor": {"name": 1}}'])
def test_an_unreadable_state_is_none(home: Home, content: str) -> None:
    home.state.write_text(content)
    assert read_state(home) is None


def test_no_state_is_no_stack(home: Home) -> None:
    assert live_state(home) is None
    assert running_stack(home.path) is None


def test_a_dead_supervisors_addresses_are_not_used(home: Home) -> None:
    reused = replace(own_record(), created=own_record().created - 3600)
    State(reused, addresses=ADDRESSES).write(home.state)
    assert running_stack(home.path) is None


def test_left_overs_are_ended(home: Home, sleeper: subprocess.Popen[bytes]) -> None:
    State(own_record(), workers=(_record(sleeper.pid),)).write(home.state)
    assert end_left_overs(home) == ["sink"]
    eventually(lambda: sleeper.poll() is not None)


def test_another_process_with_the_same_pid_is_left_alone(home: Home, sleeper: subprocess.Popen[bytes]) -> None:
    record = _record(sleeper.pid)
    State(own_record(), workers=(replace(record, created=record.created - 60),)).write(home.state)
    assert end_left_overs(home) == []
    assert sleeper.poll() is None


def test_a_broker_nobody_wrote_down_is_known_by_its_command_line(home: Home) -> None:
    properties = str(home.kafka / "server.properties")
    stray = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", properties])
    try:
        assert end_left_overs(home) == ["kafka"]
        eventually(lambda: stray.poll() is not None)
    finally:
        stray.kill()
        stray.wait()
