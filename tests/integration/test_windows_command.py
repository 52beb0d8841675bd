"""`tollbook windows`: states, proofs and differences as they are recorded."""

import json
from pathlib import Path

from support.lifecycle_case import Case, fill, open_case
from support.postgres import Database
from support.waiting import eventually
from support.workers import run_worker


def windows(case: Case, folder: Path, options: str) -> str:
    """What the command prints."""
    with run_worker(f"windows {options}", case.settings, case.database, folder) as worker:
        eventually(lambda: worker.exit_code is not None)
        assert worker.exit_code == 0, worker.output
        return worker.output


def test_it_lists_a_proof_and_a_dispute(database: Database, tmp_path: Path) -> None:
    with open_case(database) as case:
        fill(case)
        case.run("raise_partial", by=1)
        case.maintain()
        (disputed,) = json.loads(windows(case, tmp_path, "--json --state disputed"))
        case.run("raise_partial", by=-1)
        case.maintain()
        table = windows(case, tmp_path, "")
        (recorded,) = case.run("windows")
    assert (disputed["stream"], disputed["window_start"]) == ("live", "2026-09-21T14:00:00Z")
    assert disputed["differences"]["count"] == 3
    assert disputed["sums"] is None
    assert recorded["ledger_digest"].hex()[:16] in table
    assert "compacted" in table


def test_it_lists_only_the_states_that_are_asked_for(database: Database, tmp_path: Path) -> None:
    with open_case(database) as case:
        fill(case)
        case.maintain()
        assert windows(case, tmp_path, "--json --state open").strip() == "[]"
