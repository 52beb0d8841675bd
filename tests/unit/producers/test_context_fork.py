"""A process forked in the middle of a call."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "scripts" / "fork_inside_a_call.py"
PATIENCE = 60.0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_childs_calls_are_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", str(SCRIPT)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert done.stdout.splitlines() == ["child s", "after None", "parent None"]
