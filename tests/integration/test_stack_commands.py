"""`tollbook up` and its companions, as a user meets them."""

import json
import shlex
from collections.abc import Iterator
from signal import SIGINT, SIGKILL
from typing import Any

import psutil
import psycopg
import pytest

from support.homes import temporary_home
from support.up_process import UpProcess, up_process
from support.waiting import eventually
from tollbook_cli.stack.kafka import answers

pytestmark = pytest.mark.xdist_group("stack_commands")  # what the module makes once serves all of its tests


@pytest.fixture(scope="module")
def up() -> Iterator[UpProcess]:
    with temporary_home() as home, up_process(home) as process:
        process.start_and_wait()
        yield process


@pytest.fixture
def down() -> Iterator[UpProcess]:
    with temporary_home() as home, up_process(home) as process:
        yield process


def test_env_prints_lines_for_a_shell(up: UpProcess) -> None:
    printed = up.run("env")
    assert printed.returncode == 0
    words = [shlex.split(line) for line in printed.stdout.splitlines()]
    assert all(word == "export" and len(rest) == 1 for word, *rest in words)
    variables = dict(assignment.split("=", 1) for _, assignment in words)
    assert variables == json.loads(up.run("env", "--json").stdout)
    assert answers(variables["TOLLBOOK_KAFKA"])
    for name, role in (("TOLLBOOK_POSTGRES", "tollbook_owner"), ("TOLLBOOK_POSTGRES_SINK", "tollbook_sink")):
        assert "password" not in variables[name]
        with psycopg.connect(variables[name]) as connection:
            assert connection.info.user == role


def test_status_names_every_process(up: UpProcess) -> None:
    status = eventually(lambda: _running_status(up))
    names = [(process["kind"], process["name"]) for process in status["processes"]]
    assert sorted(names) == [
        ("service", "kafka"),
        ("service", "postgres"),
        ("worker", "maintain"),
        ("worker", "processor"),
        ("worker", "sink"),
    ]
    assert up.run("status").returncode == 0


def test_a_killed_worker_starts_again(up: UpProcess) -> None:
    before = _process(up, "maintain")
    psutil.Process(before["pid"]).kill()

    def restarted() -> bool:
        now = _process(up, "maintain")
        return bool(now["running"]) and now["restarts"] > before["restarts"] and now["last_exit"] == -SIGKILL

    eventually(restarted)
    assert "maintain stopped (signal 9)" in up.log.read_text()


def test_a_second_up_is_refused(up: UpProcess) -> None:
    second = up.run("up")
    assert second.returncode == 1
    assert "a stack is already running" in second.stderr
    assert up.status()["addresses"]


def test_down_stops_all_of_it(down: UpProcess) -> None:
    down.start_and_wait()
    assert len(down.processes()) >= 3
    assert down.run("down").returncode == 0
    assert down.wait() == 0
    assert down.processes() == []
    assert down.run("status").returncode == 1
    assert "no stack is running" in down.run("env").stderr


def test_what_a_killed_supervisor_left_is_ended_by_the_next_start(down: UpProcess) -> None:
    down.start_and_wait()
    left = down.processes()
    down.signal(SIGKILL)
    down.wait()
    survivors = {process.pid for process in down.processes()}
    assert len(survivors) >= 2
    down.start_and_wait()
    assert all(not process.is_running() for process in left)


def test_ctrl_c_in_the_middle_of_a_start_leaves_nothing(down: UpProcess) -> None:
    down.start()
    eventually(lambda: (down.home / "state.json").exists() and len(down.processes()) >= 2, timeout=120)
    down.signal(SIGINT)
    assert down.wait() in (0, 1)
    assert down.processes() == []


def test_a_service_that_dies_ends_the_stack_with_an_error(down: UpProcess) -> None:
    status = down.start_and_wait()
    (kafka,) = [process for process in status["processes"] if process["name"] == "kafka"]
    psutil.Process(kafka["pid"]).kill()
    assert down.wait() == 1
    assert "kafka stopped (signal 9)" in down.log.read_text()
    assert down.processes() == []


def _running_status(up: UpProcess) -> dict[str, Any] | None:
    status = up.status()
    return status if status["running"] else None


def _process(up: UpProcess, name: str) -> dict[str, Any]:
    (found,) = [process for process in up.status()["processes"] if process["name"] == name]
    return dict(found)
