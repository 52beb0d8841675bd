"""`tollbook export`: a month as a file with its digest; the same again later, or entry by entry what changed it."""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import typer
from psycopg import Connection, sql
from typer.testing import CliRunner, Result

from support.billing_events import MODELS, random_event, seeded
from support.billing_exports import EVENING, FIRST, NEXT, NOON, adjust_again, compact, write_march
from support.billing_prices import Price, random_prices, write_prices
from support.billing_rows import Fate, Recorded, connect, write_usage
from support.billing_truth import expected_lines
from support.postgres import Database
from tollbook_billing import UsageScope, read_usage
from tollbook_billing.exports import COLUMNS, KEYS, ExportQuestion, read_export
from tollbook_billing.usage import REPORTED_FIELDS
from tollbook_cli.commands import export
from tollbook_cli.exporting import ExportError, compare, manifest_of
from tollbook_cli.pricing.correct import correct_prices
from tollbook_cli.pricing.price import Price as AskedPrice
from tollbook_schemas import WindowRule

HOUR = timedelta(hours=1)
MARCH = ("--workspace", "acme", "--month", "2026-03")


@pytest.fixture
def connection(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection[Any]]:
    monkeypatch.setenv("TOLLBOOK_POSTGRES", database.owner)
    with connect(database.owner) as made:
        yield made


@pytest.fixture
def march(connection: Connection[Any]) -> Connection[Any]:
    """A final month."""
    write_march(connection)
    return connection


def _run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(export.command)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200", "TERM": "dumb"})


def _json(*arguments: object, code: int = 0) -> dict[str, Any]:
    answer = _run(*arguments, "--json")
    assert answer.exit_code == code, answer.output or answer.exception
    loaded: dict[str, Any] = json.loads(answer.stdout)
    return loaded


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_says_what_was_used_what_it_cost_and_what_nobody_knows(march: Connection[Any], tmp_path: Path) -> None:
    path = tmp_path / "acme.csv"
    manifest = _json(path, *MARCH)["manifest"]
    rows = {(row["day"], row["model"]): row for row in _rows(path)}
    assert len(rows) == manifest["rows"] == 2
    assert list(_rows(path)[0]) == list(COLUMNS)
    row, free = rows["2026-03-02", "m"], rows["2026-03-02", "free"]
    told = {name: value for name, value in row.items() if value not in ("", "0")}
    assert told == {
        "day": "2026-03-02",
        "provider": "openai",
        "model": "m",
        "use_case": "barbara_analysis",
        "state": "final",
        "events": "4",
        "calls": "4",
        "calls_success": "3",
        "calls_timeout": "1",
        "calls_with_usage": "3",
        "coverage": "0.75",
        "prompt_tokens": "21",
        "web_search_requests": "1",
        "cost": "0.042",
        "total": "0.042",
        "currency": "USD",
        "unpriced": '{"web_search":"1"}',
        "calls_late": "1",
        "calls_duplicate": "-1",
        "adjusted_prompt_tokens": "-2",
    }
    assert (row["completion_tokens"], row["cached_prompt_tokens"], row["corrections"]) == ("0", "", "")
    assert (free["cost"], free["total"], free["unpriced"]) == ("", "", '{"input_text":"11"}')
    assert hashlib.sha256(path.read_bytes()).hexdigest() == manifest["digest"] == manifest["file_sha256"]


def test_the_manifest_says_what_the_figures_rest_on(march: Connection[Any], tmp_path: Path) -> None:
    path = tmp_path / "acme.csv"
    _run(path, *MARCH)
    manifest = json.loads((tmp_path / "acme.csv.manifest.json").read_text())
    assert manifest["is_final"]
    assert manifest["scope"] == {"kind": "workspace", "id": "acme", "workspace_id": None}
    assert [(window["window_start"], window["state"], window["proven"]) for window in manifest["windows"]] == [
        ("2026-03-02T12:00:00Z", "compacted", True),
        ("2026-03-02T23:00:00Z", "compacted", True),
    ]
    assert {window["ledger_digest"] for window in manifest["windows"]} == {"01" * 32}
    assert [(group["reason"], group["offsets"]) for group in manifest["adjustments"]] == [
        ("duplicate", [2]),
        ("late", [1]),
    ]
    # Neither other customers' contracts nor prices of what was not used.
    assert [(price["workspace_id"], price["price_per_one"]) for price in manifest["prices"]] == [
        (None, "0.0025"),
        ("acme", "0.002"),
    ]
    assert manifest["totals"]["unpriced"] == {"input_text": "11", "web_search": "1"}
    assert [model["model"] for model in manifest["totals"]["unpriced_models"]] == ["m", "free"]
    assert manifest["totals"]["calls_without_usage"] == 1


def test_its_sums_are_those_of_the_bill(march: Connection[Any], tmp_path: Path) -> None:
    totals = _json(tmp_path / "acme.csv", *MARCH)["manifest"]["totals"]
    bill = read_usage(march, UsageScope("workspace", "acme"), FIRST, NEXT).totals
    assert (totals["calls"], totals["events"]) == (bill.calls, bill.events)
    assert (
        Decimal(totals["total"])
        == bill.total
        == sum(Decimal(row["total"] or 0) for row in _rows(tmp_path / "acme.csv"))
    )
    assert totals["unpriced"] == {name: f"{quantity:f}" for name, quantity in bill.unpriced.items()}


def test_days_are_those_of_the_zone(march: Connection[Any], tmp_path: Path) -> None:
    path = tmp_path / "berlin.csv"
    manifest = _json(path, *MARCH, "--zone", "Europe/Berlin")["manifest"]
    assert (manifest["from"], manifest["to"]) == ("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z")
    assert [(row["day"], row["prompt_tokens"]) for row in _rows(path) if row["model"] == "m"] == [
        ("2026-03-02", "8"),
        ("2026-03-03", "13"),
    ]
    refused = _run(tmp_path / "india.csv", *MARCH, "--zone", "Asia/Kolkata")
    assert refused.exit_code == 1
    assert "window" in str(refused.exception)


def test_a_parquet_file_holds_the_same_with_the_same_digest(march: Connection[Any], tmp_path: Path) -> None:
    path = tmp_path / "acme.parquet"
    manifest = _json(path, *MARCH)["manifest"]
    assert manifest["digest"] == _json(tmp_path / "acme.csv", *MARCH)["manifest"]["digest"]
    table = pq.read_table(path)
    head = json.loads(table.schema.metadata[b"tollbook"])
    assert (head["digest"], head["is_final"]) == (manifest["digest"], True)
    row, free = sorted(table.to_pylist(), key=lambda row: str(row["cost"] is None))
    assert (str(row["day"]), row["calls"], row["cost"], row["input_audio_tokens"]) == ("2026-03-02", 4, "0.042", None)
    assert free["cost"] is None


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_same_export_later_is_the_same_bytes(march: Connection[Any], tmp_path: Path, suffix: str) -> None:
    one, two = tmp_path / f"one.{suffix}", tmp_path / f"two.{suffix}"
    for path in (one, two):
        assert _json(path, *MARCH)["outcome"] == "written"
    assert one.read_bytes() == two.read_bytes()
    again = _json(one, *MARCH)
    assert (again["outcome"], again["is_same"], again["changes"]) == ("identical", True, [])
    compared = _json("--compare", f"{one}.manifest.json")
    assert (compared["outcome"], compared["is_same"]) == ("compared", True)


def test_a_late_call_is_named_and_a_final_export_is_kept(march: Connection[Any], tmp_path: Path) -> None:
    path = tmp_path / "acme.csv"
    _run(path, *MARCH)
    before = path.read_bytes()
    adjust_again(march, 77)
    kept = _json(path, *MARCH, code=3)
    assert (kept["outcome"], kept["is_same"], path.read_bytes() == before) == ("kept", False, True)
    (change,) = kept["changes"]
    assert (change["change"], change["reason"], change["source_offset"], change["calls"]) == (
        "adjustment",
        "late",
        77,
        1,
    )
    assert (change["window_start"], change["prompt_tokens"]) == ("2026-03-02T12:00:00Z", 5)
    shown = _run("--compare", f"{path}.manifest.json")
    assert shown.exit_code == 3
    assert "late: +1 calls, +5 prompt" in shown.stdout
    replaced = _json(path, *MARCH, "--replace")
    assert replaced["outcome"] == "replaced"
    assert [row["calls_late"] for row in _rows(path) if row["model"] == "m"] == ["2"]
    assert _json(path, *MARCH)["outcome"] == "identical"


def test_a_corrected_price_and_a_price_for_what_had_none_are_named(march: Connection[Any], tmp_path: Path) -> None:
    path = tmp_path / "acme.csv"
    _run(path, *MARCH)
    right = {"provider": "openai", "model": "m", "token_class": "input_text", "price": "0.003", "unit": 1}
    asked = AskedPrice.model_validate(right | {"workspace_id": "acme"})
    correct_prices(march, asked, NOON, EVENING, "a test")
    (change,) = _json("--compare", f"{path}.manifest.json", code=3)["changes"]
    assert (change["change"], change["before"], change["after"]["price_per_one"]) == ("price_correction", None, "0.003")
    march.execute(
        """
        INSERT INTO llm_pricing (book, provider, model, token_class, unit, price, effective, source, why)
        VALUES ('cost', 'xai', 'free', 'input_text', 1, 1, '[2026-01-01Z,)', 'a test', 'a test')
        """
    )
    changes = _json(path, *MARCH, "--replace")["changes"]
    assert sorted(change["change"] for change in changes) == ["price", "price_correction"]
    assert [row["corrections"] for row in _rows(path)] == ["0.008", ""]


def test_a_provisional_month_says_so_and_is_written_anew_when_it_is_final(
    connection: Connection[Any], tmp_path: Path
) -> None:
    write_march(connection, open_window=EVENING)
    path = tmp_path / "acme.csv"
    shown = _run(path, *MARCH)
    assert "PROVISIONAL: 1 windows open" in shown.stdout
    assert sorted(row["state"] for row in _rows(path)) == ["final", "final", "provisional"]
    compact(connection)
    final = _json(path, *MARCH)
    assert (final["outcome"], final["manifest"]["is_final"]) == ("replaced", True)
    (change,) = final["changes"]
    assert (change["change"], change["before"]["state"], change["after"]["state"]) == ("window", "open", "compacted")


@pytest.mark.parametrize("lacking", ["log", "range"])
def test_a_range_that_can_still_grow_is_provisional(march: Connection[Any], tmp_path: Path, lacking: str) -> None:
    if lacking == "log":
        march.execute("UPDATE llm_source_partitions SET clock_ms = clock_ms - 1")
    until = "2099-01-01" if lacking == "range" else "2026-04-01"
    answer = _json(tmp_path / "acme.csv", "--workspace", "acme", "--from", "2026-03-01", "--to", until)
    assert not answer["manifest"]["is_final"]
    assert answer["manifest"]["totals"]["provisional_calls"] == 0


def test_what_nothing_on_record_explains_is_loud(march: Connection[Any], tmp_path: Path) -> None:
    path = tmp_path / "acme.csv"
    _run(path, *MARCH)
    march.execute("UPDATE llm_usage_rollups SET prompt_tokens = prompt_tokens + 1 WHERE model = 'm'")
    (change,) = _json("--compare", f"{path}.manifest.json", code=3)["changes"]
    assert change["change"] == "unexplained"
    march.execute("UPDATE llm_usage_rollups SET calls_success = calls_success + 1 WHERE model = 'free'")
    (change,) = _json("--compare", f"{path}.manifest.json", code=3)["changes"]
    assert (change["change"], change["before"]["calls"], change["after"]["calls"]) == ("window_unexplained", 4, 5)
    assert "NOTHING ON RECORD EXPLAINS IT" in _run("--compare", f"{path}.manifest.json").stdout


def test_a_broken_file_is_made_good_and_a_strange_one_is_left_alone(march: Connection[Any], tmp_path: Path) -> None:
    path = tmp_path / "acme.csv"
    _run(path, *MARCH)
    whole = path.read_bytes()
    path.write_bytes(whole[:20])
    assert _json(path, *MARCH)["outcome"] == "replaced"
    assert path.read_bytes() == whole
    other = _run(path, "--project", "p1", "--month", "2026-03")
    assert isinstance(other.exception, ExportError)
    strange = tmp_path / "strange.csv"
    strange.write_text("mine")
    assert isinstance(_run(strange, *MARCH).exception, ExportError)
    assert strange.read_text() == "mine"


def test_no_usage_is_an_export_without_rows(march: Connection[Any], tmp_path: Path) -> None:
    manifest = _json(tmp_path / "nobody.csv", "--workspace", "nobody", "--month", "2026-03")["manifest"]
    assert (manifest["rows"], manifest["totals"]["calls"], manifest["totals"]["total"]) == (0, 0, None)


@pytest.mark.parametrize(
    "arguments",
    [
        ("x.csv", "--month", "2026-03"),
        ("x.xlsx", *MARCH),
        ("x.csv", "--workspace", "acme"),
        ("x.csv", "--workspace", "acme", "--month", "March"),
        ("x.csv", *MARCH, "--from", "2026-03-01"),
        ("x.csv", *MARCH, "--zone", "Mars/Base"),
        ("x.csv", *MARCH, "--compare", "y"),
        MARCH,
    ],
)
def test_misuse_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert _run(*arguments).exit_code == 2


def test_a_manifest_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLBOOK_POSTGRES", "host=127.0.0.1 port=1")
    path = tmp_path / "m.json"
    for text in ("{}", "[]", "not JSON", '{"manifest": 9, "columns": []}'):
        path.write_text(text)
        assert isinstance(_run("--compare", path).exception, ExportError)


def test_a_write_that_was_cut_short_is_finished(march: Connection[Any], tmp_path: Path) -> None:
    path = tmp_path / "acme.csv"
    beside = tmp_path / "acme.csv.manifest.json"
    _run(path, *MARCH)
    whole, manifest = path.read_bytes(), beside.read_bytes()
    beside.unlink()
    (tmp_path / ".acme.csv.manifest.json.partial").write_bytes(manifest[:50])
    assert _json(path, *MARCH)["outcome"] == "written"
    assert (path.read_bytes(), beside.read_bytes()) == (whole, manifest)
    assert {left.name for left in tmp_path.iterdir()} == {path.name, beside.name}
    nowhere = _run(tmp_path / "no" / "folder.csv", *MARCH)
    assert isinstance(nowhere.exception, ExportError)


@pytest.mark.parametrize("seed", range(2))
def test_each_day_is_the_sum_of_its_events(connection: Connection[Any], seed: int) -> None:
    random = seeded(seed)
    prices = list(random_prices(random, [model for model in MODELS if model[1] != "m-unpriced"], FIRST + 24 * HOUR))
    fates: tuple[Fate, ...] = ("on_time", "on_time", "late", "duplicate", "conflict")
    records = []
    for number in range(200):
        event = random_event(random, FIRST + random.randrange(72) * HOUR, number)
        records.append(Recorded(event, number, random.choice(fates)))
    final = {FIRST + hour * HOUR for hour in range(40)}
    write_prices(connection, prices)
    write_usage(connection, records, compacted={("live", start) for start in final})
    rows = read_export(connection, ExportQuestion(UsageScope("workspace", "w1"), FIRST, NEXT)).rows
    found = {(row["day"], *(row[name] for name in KEYS[1:])): row for row in rows}
    for day in {record.event.created_at.date() for record in records}:
        members = [
            record for record in records if record.event.workspace_id == "w1" and record.event.created_at.date() == day
        ]
        for key, usage in expected_lines(members, prices, final, WindowRule()).items():
            row = found.pop((day, *key))
            assert (row["calls"], row["calls_with_usage"]) == (usage.calls, usage.calls_with_usage)
            assert (row["cost"], row["total"], row["unpriced"]) == (usage.cost, usage.cost, usage.unpriced)
            assert {name: row[name] for name in REPORTED_FIELDS} == {
                name: getattr(usage, name) for name in REPORTED_FIELDS
            }
            signs = {"late": 1, "duplicate": -1, "conflict": -1}
            for reason, sign in signs.items():
                apart = [record.event for record in members if record.fate == reason and _line(record, final) == key]
                assert row[f"calls_{reason}"] == sign * sum(event.call_count for event in apart)
    assert found == {}


def _line(record: Recorded, final: set[datetime]) -> tuple[Any, ...]:
    event = record.event
    state = "final" if event.created_at.replace(minute=0, second=0, microsecond=0) in final else "provisional"
    return event.provider, event.model, event.response_model, event.use_case, state


def test_a_tenant_exports_what_it_pays_without_others_proofs(march: Connection[Any], database: Database) -> None:
    role = f"tenant_{database.name}"
    name = sql.Identifier(role)
    write_prices(march, [Price("openai", "m", "input_text", Decimal(1), unit=1)], "sell")
    with connect(database.superuser) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} IN ROLE tollbook_tenant").format(name))
        try:
            march.execute("INSERT INTO llm_tenants (role_name, workspace_id) VALUES (%s, 'acme')", [role])
            admin.execute(sql.SQL("SET ROLE {}").format(name))
            question = ExportQuestion(UsageScope("workspace", "acme"), FIRST, NEXT, book="sell")
            found = read_export(admin, question)
            others = read_export(admin, replace(question, scope=UsageScope("workspace", "other")))
        finally:
            admin.execute("RESET ROLE")
            admin.execute(sql.SQL("DROP ROLE {}").format(name))
    assert (found.is_final, found.rows[0]["total"], {window["ledger_digest"] for window in found.windows}) == (
        *(True, 21, {None}),
    )
    assert (others.rows, others.windows, others.prices) == ((), (), ())
    assert compare(manifest_of(read_export(march, question)), found).changes == ()
