"""`tollbook audit`: exit codes, the table's last word, and the JSON shape that its help shows."""

import json
from pathlib import Path
from typing import Any

from support.lifecycle_case import LIVE, Case, fill, open_case
from support.postgres import Database
from support.waiting import eventually
from support.workers import run_worker
from tollbook_cli.commands.audit import command


def audit(case: Case, folder: Path, options: str = "") -> tuple[int, str]:
    with run_worker(f"audit{options}", case.settings, case.database, folder) as worker:
        eventually(lambda: worker.exit_code is not None)
        assert worker.exit_code is not None
        return worker.exit_code, worker.output


def test_it_exits_with_0_when_all_holds(database: Database, tmp_path: Path) -> None:
    with open_case(database) as case:
        fill(case)
        case.maintain()
        code, output = audit(case, tmp_path)
    assert code == 0, output
    assert "windows: 0 open, 0 closed, 1 compacted, 0 disputed, 0 expired; 12 events, 12 calls proven again" in output
    assert "everything holds" in output


def test_it_exits_with_1_and_names_the_first_wrong_place(database: Database, tmp_path: Path) -> None:
    with open_case(database) as case:
        fill(case)
        case.maintain()
        case.run("delete_late_adjustment")
        code, output = audit(case, tmp_path)
    assert code == 1
    assert "wrong: live partition 0 offset 11: a late ledger row that no adjustment adds" in output


def test_a_wrong_month_is_named(database: Database, tmp_path: Path) -> None:
    with open_case(database) as case:
        fill(case)
        case.maintain()
        case.run("change_month")
        code, output = audit(case, tmp_path)
    assert code == 1
    assert f"wrong: month {LIVE.start:%Y-%m}: 1 totals are not the sums of their windows" in output


def test_the_json_has_the_shape_of_the_example_in_the_help(database: Database, tmp_path: Path) -> None:
    with open_case(database) as case:
        fill(case)
        case.maintain()
        case.run("delete_late_adjustment")
        case.run("change_digest")
        case.run("delete_months")
        code, output = audit(case, tmp_path, " --json")
    report = json.loads(output)
    assert code == 1
    assert report["ok"] is False
    assert [finding["check"] for finding in report["findings"]] == ["late", "proof", "period_totals"]
    assert shape(report) == shape(example())


def example() -> dict[str, Any]:
    """The JSON object in the command's help."""
    text = command.__doc__ or ""
    decoded, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
    assert isinstance(decoded, dict)
    return decoded


def shape(value: object) -> object:
    """Names and types; of a list, the set of its items' shapes."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(shape(item)) for item in value})
    return type(value).__name__
