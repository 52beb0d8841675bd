"""The command line itself: help, misuse, and what it loads."""

import subprocess
import sys
from pathlib import Path

import pytest

from tollbook_cli import app

HEAVY = ("faust", "aiokafka", "psycopg", "jgo", "confluent_kafka", "openai", "google.genai")


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tollbook_cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("name", app.COMMANDS)
def test_every_command_shows_an_example_and_the_listed_sentence(name: str) -> None:
    text = app.load(name).__doc__ or ""
    assert text.splitlines()[0] == app.COMMANDS[name]
    assert "Example: " in text


def test_every_command_module_is_listed() -> None:
    modules = {path.stem for path in (Path(app.__file__).parent / "commands").glob("[a-z]*.py")}
    assert {module.removesuffix("_").replace("_", "-") for module in modules} == set(app.COMMANDS)


def test_help_lists_all_and_loads_none() -> None:
    program = (
        "import sys; from tollbook_cli.app import make_app; make_app(None); "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert loaded.stdout.strip() == "[]"
    shown = _run("--help")
    assert shown.returncode == 0
    assert all(name in shown.stdout for name in app.COMMANDS)


@pytest.mark.parametrize("arguments", [["nonsense"], ["status", "--nonsense"], ["env", "surplus"]])
def test_misuse_exits_with_2(arguments: list[str]) -> None:
    assert _run(*arguments).returncode == 2


def test_errors_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLBOOK_HOME", str(tmp_path))
    failed = _run("env")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr == f"no stack is running in {tmp_path}: start one with `tollbook up`\n"


def test_nothing_to_stop_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLBOOK_HOME", str(tmp_path / "never-made"))
    stopped = _run("down")
    assert stopped.returncode == 0
    assert "nothing was running" in stopped.stderr
    assert not (tmp_path / "never-made").exists()


def test_a_data_folder_that_is_none_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = tmp_path / "file"
    taken.write_text("not a folder")
    monkeypatch.setenv("TOLLBOOK_HOME", str(taken))
    failed = _run("up")
    assert failed.returncode == 1
    assert failed.stderr.startswith(f"the data folder {taken} cannot be used")
    assert failed.stderr.count("\n") == 1
