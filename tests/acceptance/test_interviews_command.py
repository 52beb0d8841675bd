"""`python -m interviews_app` as its README says."""

import os
import subprocess
import sys
from pathlib import Path

import interviews_app
from tollbook_schemas import LLMUseCase

FOLDER = Path(interviews_app.__file__).parents[1]


def run(*arguments: str, **environment: str) -> str:
    """What the command prints; it must not fail, and with no Kafka in reach it must not look for one."""
    done = subprocess.run(
        [sys.executable, "-m", "interviews_app", *arguments],
        cwd=FOLDER,
        env={**os.environ, "TOLLBOOK_KAFKA": "127.0.0.1:1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_events_equal_the_book() -> None:
    printed = run()
    assert "The provider's book equals the events" in printed
    assert {word for line in printed.splitlines() for word in line.split()[:1]} >= {case.value for case in LLMUseCase}
    assert all(status in printed for status in ("success", "missing_usage", "timeout", "error"))


def test_untracked_it_makes_the_same() -> None:
    made = run().splitlines()[0]
    assert made.startswith("2 studies, 6 interviews, 6 infographics")
    assert run("--untracked").strip() == made
    assert run(LLM_USAGE_TRACKING_ENABLED="false").strip() == made
