"""Every seam is still there, and an armed process dies at it and nowhere else."""

import subprocess
import sys
from pathlib import Path
from signal import SIGKILL

import pytest

from torture.failpoints import SEAMS, place_of

DEMONSTRATION = """
import sys
from torture import failpoints
failpoints.arm(failpoints.Seam("demo", "json", "dumps", sys.argv[1], 9), 2)
import json
for number in (1, 2):
    print("before", number, flush=True)
    json.dumps(number)
    print("after", number, flush=True)
"""


@pytest.mark.parametrize("name", SEAMS)
def test_the_function_of_each_seam_is_there(name: str) -> None:
    owner, function = place_of(SEAMS[name])
    assert callable(getattr(owner, function))


@pytest.mark.parametrize("how", ["before", "after"])
def test_death_comes_at_the_nth_passing(how: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", DEMONSTRATION, how],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == -SIGKILL
    assert ended.stdout.splitlines() == ["before 1", "after 1", "before 2"]
