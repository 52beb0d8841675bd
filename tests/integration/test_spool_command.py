"""`tollbook spool` prints what its help says, and drains."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from conftest import MakeSettings
from support.provider_broker import read_events
from support.spool_truth import compare, start_worker, started_calls
from support.waiting import eventually
from tollbook_cli.commands import spool
from tollbook_cli.environment import settings_environment
from tollbook_schemas import Settings


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tollbook_cli", "spool", *arguments]
    environment = {**os.environ, **settings_environment(settings)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)


def examples() -> list[dict[str, Any]]:
    """The JSON objects in the command's help."""
    text = (spool.command.__doc__ or "").partition("\b")[2].partition("Example:")[0]
    return [json.loads(part) for part in re.split(r"\n\s*(?:status|drain)\n", text)[1:]]


def test_status_and_drain_of_what_a_killed_worker_left(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(spool_dir=tmp_path / "spool", home=tmp_path)
    truth = tmp_path / "truth"
    worker = start_worker(settings, truth, threads=2)
    eventually(lambda: truth.exists() and len(started_calls(truth)) > 30, 60)
    status_example, drain_example = examples()
    alive = json.loads(run(settings, "status", "--json").stdout)
    assert [folder["is_owned"] for folder in alive["folders"]] == [True]
    worker.kill()
    worker.wait(30)
    dead = json.loads(run(settings, "status", "--json").stdout)
    assert dead.keys() == status_example.keys()
    [folder] = dead["folders"]
    assert folder.keys() == status_example["folders"][0].keys()
    assert (folder["is_owned"], folder["destination"]["kafka"]) == (False, settings.kafka)
    assert folder["open_calls"] in (1, 2)
    assert "dead" in run(settings, "status").stdout
    done = run(settings, "drain", "--json")
    assert done.returncode == 0, done.stderr
    drained = json.loads(done.stdout)
    assert drained.keys() == drain_example.keys()
    assert (drained["folders"], drained["undelivered"], drained["in_use"]) == (1, [], [])
    assert (drained["outcomes"], drained["interrupted"]) == (folder["undelivered"], folder["open_calls"])
    outcome = compare(settings, truth)
    assert (outcome.lost, outcome.double) == (0, 0)
    again = run(settings, "drain")
    assert (again.returncode, len(read_events(settings))) == (0, outcome.records)
    assert "nothing waits" in run(settings, "status").stdout


def test_a_drain_that_cannot_deliver_says_so(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(spool_dir=tmp_path / "spool", home=tmp_path)
    away = settings.model_copy(update={"kafka": "127.0.0.1:9"})
    worker = start_worker(away, tmp_path / "truth", threads=1, calls=5)
    assert worker.wait(60) == 0
    failed = run(away, "drain", "--timeout", "0.5")
    assert failed.returncode == 1
    assert "left behind" in failed.stdout
    assert run(settings, "drain", "--any-kafka").returncode == 0
