"""`tollbook import` where no service is needed: misuse, --dry-run, bad rows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.import_files import HEADER, check, write_csv
from tollbook_cli.commands.import_ import command
from tollbook_cli.importing import ImportJob, ImportOutcome, StreamWindow
from tollbook_cli.importing.describe import describe
from tollbook_producers.imports import FIELDS, parse_mapping

ARGUMENTS = (
    "--map=created_at=time",
    "--map=model=model",
    "--map=prompt_tokens=prompt",
    "--map=completion_tokens=completion",
    "--set=provider=openai",
    "--set=use_case=old_usage",
)
GOOD = "2023-11-16 18:15:46.680,gpt-4o,374,44"


def tollbook_import(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "tollbook_cli", "import", *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(line, capture_output=True, text=True, check=False, env=environment)


def test_help_lists_every_field_and_has_an_example() -> None:
    text = " ".join(tollbook_import("--help").stdout.split())
    assert "Example: tollbook import trace.csv" in text
    assert all(field in text for field in FIELDS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--map=created_at=time",), "nothing says what provider, model, use_case is"),
        ((*ARGUMENTS, "--map=prompt_tokens=prompt"), "prompt_tokens is given twice"),
        ((*ARGUMENTS, "--map=latency_ms=took"), "the file has no column 'took'"),
        ((*ARGUMENTS, "--set=speed=fast"), "'speed' is no field of an event"),
        ((*ARGUMENTS, "--timezone=Mars/Base"), "no time zone"),
        ((*ARGUMENTS, "--skip-bad"), "needs --rejects"),
    ],
)
def test_misuse_is_explained_with_exit_code_2(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    done = tollbook_import(write_csv(tmp_path / "a.csv", GOOD), *arguments, "--dry-run")
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_rejects_never_overwrite_a_file(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", GOOD)
    done = tollbook_import(path, *ARGUMENTS, "--rejects", path, "--dry-run")
    assert done.returncode == 2
    assert path.read_text().splitlines()[1] == GOOD


def test_a_missing_file_is_explained_with_exit_code_1(tmp_path: Path) -> None:
    done = tollbook_import(tmp_path / "none.csv", *ARGUMENTS, "--dry-run")
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no such file" in done.stderr


def test_a_header_alone_is_explained_with_exit_code_1(tmp_path: Path) -> None:
    done = tollbook_import(write_csv(tmp_path / "a.csv"), *ARGUMENTS, "--dry-run")
    assert done.returncode == 1
    assert "has no rows" in done.stderr


def test_bad_rows_are_listed_and_kept_and_nothing_is_sent(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", GOOD, *(f"soon,gpt-4o,{number},1" for number in range(30)))
    rejects = tmp_path / "rejects.csv"
    done = tollbook_import(path, *ARGUMENTS, "--rejects", rejects, "--no-wait", "--dry-run")
    assert done.returncode == 1
    assert "line 3: created_at (column time) is not a time" in done.stdout
    assert "line 22:" in done.stdout
    assert "line 23:" not in done.stdout
    assert "31 rows: 1 good, 30 bad; nothing was sent" in done.stdout
    assert len(rejects.read_text().splitlines()) == 1 + 30
    assert rejects.read_text().splitlines()[0] == f"tollbook_line,tollbook_reason,{HEADER}"


def test_the_documented_json_is_what_is_described(tmp_path: Path) -> None:
    documented = json.loads((command.__doc__ or "").partition("\b\n")[2].partition("\n\n")[0])
    mapping = parse_mapping([each[6:] for each in ARGUMENTS[:4]], [each[6:] for each in ARGUMENTS[4:]])
    checked = check(write_csv(tmp_path / "a.csv", GOOD, "soon,gpt-4o,1,1"), mapping)
    window = StreamWindow(1_700_157_600_000, "compacted", 1, 1, b"\x01", 374, 44, None)
    job = ImportJob(tmp_path / "a.csv", mapping, tmp_path / "rejects.csv", skip_bad=True)
    described = describe(job, ImportOutcome("imported", checked.check, checked.bad, 1, (window,)))
    assert described.keys() == documented.keys()
    assert described["windows"][0].keys() == documented["windows"][0].keys()
    assert described["windows"][0]["start"] == documented["windows"][0]["start"]
    assert described["bad_rows"][0].keys() == documented["bad_rows"][0].keys()


def test_a_dry_run_prints_one_json_object(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", GOOD)
    done = tollbook_import(path, *ARGUMENTS, "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert printed.pop("import_id").startswith("imp_")
    assert printed == {
        "status": "checked",
        "file": str(path),
        "rows": 1,
        "good": 1,
        "bad": 0,
        "repeated": 0,
        "calls": 1,
        "sent": 0,
        "bad_rows": [],
        "rejects": None,
        "windows": [],
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--map=created_at=time",), "a line of JSON is a whole event"),
        (("--skip-bad", "--rejects=r.csv"), "mend an event where it came from"),
    ],
)
def test_a_file_of_events_takes_no_mapping_and_no_rejects(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = tollbook_import(tmp_path / "a.jsonl", *arguments, "--dry-run")
    assert done.returncode == 2, done.stderr
    assert message in " ".join(done.stderr.split())
