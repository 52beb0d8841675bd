"""A day is dropped only when its file, read back, is what the table held; and the file is of use to others."""

import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from support.lifecycle_case import CLOSED, START, Case, call, open_case
from support.postgres import Database, PostgresServer
from support.retention_case import DAY_MS, FIRST, RETENTION, explain, fill_days, pass_time
from tollbook_sinks.archive import proof_of_file, write

FILE = f"llm_usage_events_{FIRST:%Y%m%d}.parquet"
EVERYTHING: dict[str, Any] = {
    "tags": {"größe": 'a "quoted" \\ name', "zwei": "\u2028"},
    "raw_usage": {"prompt_tokens": 7, "nested": {"ratio": 0.1, "kind": "x"}},
    "provider_cost_usd": Decimal("0.0000000001"),
    "input_audio_seconds": Decimal("12.340"),
    "output_images": 2,
    "flags": ("one", "two"),
    "service_tier": "flex",
    "call_count": 3,
    "latency_ms": 10**10,
    "workspace_id": "ein Arbeitsbereich 🙂",
    "batch": True,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def case(database: Database, folder: Path) -> Iterator[Case]:
    with open_case(database, archive_dir=folder, **RETENTION) as made:
        fill_days(made)
        made.log.event(call(9, "everything", **EVERYTHING), CLOSED + 2)
        made.log.event(call(9, "nothing", provider_cost_usd=Decimal(0)), CLOSED + 2, 1)
        made.log.sink()
        pass_time(made)
        yield made


def stays(case: Case, reason: str) -> None:
    """The day has expired and is still there, because of that."""
    report = case.maintain().retention
    assert (report.archived, report.dropped) == ([], [])
    assert reason in report.left[FIRST]
    assert len(case.run("ledger_rows")) == 15
    assert explain(case)[FIRST].fate == "going"


def test_the_file_holds_the_day_sorted_with_its_proof(case: Case, folder: Path) -> None:
    rows = case.run("ledger_rows")
    report = case.maintain().retention
    assert (report.archived, report.dropped) == ([FIRST], [FIRST])
    table = pq.read_table(folder / FILE)
    assert set(table.column_names) == set(rows[0]["row"])
    assert [(row["created_at"], str(row["id"])) for row in table.to_pylist()] == [
        (row["created_at"], str(row["id"])) for row in rows
    ]
    (record,) = case.run("expired_days")
    proof = proof_of_file(folder / FILE)
    assert (record["file_name"], record["file_bytes"]) == (FILE, (folder / FILE).stat().st_size)
    assert (record["ledger_rows"], record["sums"], record["rows_digest"]) == (15, proof.sums, proof.digest)
    assert proof.sums["provider_cost_e10"] == 1
    assert proof.sums["provider_cost_e10_calls"] == 4
    assert proof.sums["input_audio_ms"] == 12_340
    assert pq.ParquetFile(folder / FILE).metadata.row_group(0).column(0).compression == "ZSTD"


def test_duckdb_reads_it_as_the_documentation_says(case: Case, folder: Path) -> None:
    case.maintain()
    page = (Path(__file__).parents[2] / "docs" / "retention.md").read_text(encoding="utf-8")
    (question,) = re.findall(r'^duckdb -c "(SELECT .*)"$', page, re.MULTILINE)
    answer = duckdb.connect().execute(question.replace("/srv/tollbook/days", str(folder))).fetchall()
    assert sum(tokens for *_, tokens, _ in answer) == 1400
    assert {row[1]: row[3] for row in answer if row[0] == "p"} == {"gpt-4.1": Decimal("0.0000000001")}
    metadata = (
        duckdb.connect().execute("SELECT key, value FROM parquet_kv_metadata(?)", [str(folder / FILE)]).fetchall()
    )
    assert b'"day":"2026-09-21"' in dict(metadata)[b"tollbook"]


def test_what_a_killed_run_left_half_written_is_replaced(case: Case, folder: Path) -> None:
    folder.mkdir()
    (folder / f".{FILE}.partial").write_bytes(b"PAR1 half")
    assert case.maintain().retention.dropped == [FIRST]
    assert [path.name for path in folder.iterdir()] == [FILE]
    assert proof_of_file(folder / FILE).rows == 15


def test_another_databases_file_is_never_overwritten(case: Case, folder: Path) -> None:
    folder.mkdir()
    (folder / FILE).write_bytes(b"another ledger's day")
    stays(case, "no Parquet file")
    assert (folder / FILE).read_bytes() == b"another ledger's day"
    (folder / FILE).unlink()
    assert case.maintain().retention.dropped == [FIRST]


def test_another_ledgers_archive_of_that_day_is_not_taken_for_ours(
    case: Case, folder: Path, postgres: PostgresServer
) -> None:
    with postgres.database() as database, open_case(database, archive_dir=folder, **RETENTION) as other:
        fill_days(other)
        pass_time(other)
        other.maintain()
    theirs = (folder / FILE).read_bytes()
    stays(case, "holds other rows than the ledger")
    assert (folder / FILE).read_bytes() == theirs


def test_a_file_that_reads_back_as_something_else_keeps_the_day(
    case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = write._write

    def broken_disk(connection: Any, partial: Path, *rest: Any) -> None:
        original(connection, partial, *rest)
        content = bytearray(partial.read_bytes())
        content[len(content) // 4] ^= 0xFF
        partial.write_bytes(content)

    monkeypatch.setattr(write, "_write", broken_disk)
    stays(case, str(folder))
    assert not (folder / FILE).exists()
    monkeypatch.undo()
    assert case.maintain().retention.dropped == [FIRST]


def test_a_folder_that_cannot_be_written_keeps_the_day_and_stops_nothing_else(case: Case, folder: Path) -> None:
    folder.write_text("a file")
    stays(case, "cannot be written")
    case.log.event(call(60 * 24 * 11, "meanwhile"), START + 11 * DAY_MS + 1)
    case.log.tick(START + 12 * DAY_MS)
    case.log.sink()
    assert len(case.maintain().compacted) == 1


def test_without_pyarrow_the_day_stays_and_the_reason_is_told(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tollbook_sinks.archive", None)
    stays(case, "pip install 'tollbook[archive]'")


def test_a_column_that_a_later_migration_adds_is_archived_too(case: Case, folder: Path) -> None:
    case.run("add_ledger_column")
    case.maintain()
    assert pq.read_table(folder / FILE, columns=["added_later"]).to_pylist()[0] == {"added_later": "of old"}


def test_a_column_of_a_type_that_nobody_can_archive_keeps_the_day(case: Case) -> None:
    case.run("add_ledger_point")
    stays(case, "column somewhere has a type that this version cannot archive")
