"""Two rounds of `make torture`, as a user runs it: whatever dies, everything is equal to the truth again by itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Report

TESTS = Path(__file__).parent.parent
ROUNDS, SEED = 2, 11


@pytest.mark.timeout(500)
def test_two_rounds_of_faults_end_equal_to_the_truth(report: Report) -> None:
    command = [sys.executable, "-m", "torture", "--rounds", str(ROUNDS), "--seed", str(SEED)]
    ended = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout.splitlines()[-1])
    report(", ".join(f"{name} {value}" for name, value in result.items()))
    assert result["rounds"] == ROUNDS
    assert (result["lost"], result["double"], result["disputed"]) == (0, 0, 0)
    assert result["kills"] > 0
    assert result["events"] > 0
