"""Files that hold events as they are: one a line, or the rows of an archived day; and Parquet through a mapping."""

import gzip
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support.import_files import LATEST_MS, MAPPING
from support.lifecycle_case import call
from tollbook_producers.imports import (
    BadRow,
    ImportFileError,
    ImportMapping,
    RepeatedRow,
    holds_events,
    open_events,
)
from tollbook_schemas import UsageEvent, content_digest, encode_event

EVENTS = [call(minute, tags={"é": "ü"}, raw_usage={"n": 1.5}) for minute in range(3)]


def line(event: UsageEvent, **changes: Any) -> bytes:
    """The event's canonical JSON with changes; None takes a field out."""
    plain = orjson.loads(encode_event(event)[1]) | changes
    return orjson.dumps({name: value for name, value in plain.items() if value is not None}) + b"\n"


def read(path: Path, mapping: ImportMapping | None = None, latest_ms: int = LATEST_MS) -> list[Any]:
    """Every row of a file."""
    with open_events(path, mapping, latest_ms) as opened:
        return list(opened.rows)


def reasons(rows: Sequence[object]) -> list[str]:
    return [row.reason for row in rows if isinstance(row, BadRow)]


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.jsonl.gz"])
def test_lines_are_the_events_that_they_say(tmp_path: Path, name: str) -> None:
    content = b"\n".join(map(line, EVENTS))  # a blank line between two is none
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert read(tmp_path / name) == EVENTS


def test_bad_lines_are_named_and_quote_nothing(tmp_path: Path) -> None:
    first, other = EVENTS[0], line(EVENTS[0], prompt_tokens=7)
    lines = [
        line(first),
        line(first),
        other,
        b"no JSON with secret\n",
        line(EVENTS[1], prompt_tokens="secret"),
        line(EVENTS[1], schema_version=2),
        line(EVENTS[1], schema_version=None),
        line(EVENTS[1], created_at="2026-09-21T00:00:00Z"),
    ]
    (tmp_path / "a.jsonl").write_bytes(b"".join(lines))
    rows = read(tmp_path / "a.jsonl")
    assert rows[:2] == [first, RepeatedRow(2)]
    found = reasons(rows)
    assert [row.line for row in rows if isinstance(row, BadRow)] == [3, 4, 5, 6, 7, 8]
    assert found[0] == "its id was given to another call in line 1"
    assert found[2].startswith("prompt_tokens: ")
    assert found[3].startswith("schema_version: ")
    assert found[4] == "schema_version: every event states its version"
    assert found[5].endswith("created_at must be the millisecond embedded in the id")
    assert "secret" not in "".join(found)


def test_an_event_from_the_future_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(line(EVENTS[0]))
    assert reasons(read(tmp_path / "a.jsonl", latest_ms=EVENTS[0].created_ms - 1)) == ["created_at lies in the future"]


def write_archived(path: Path, events: Sequence[UsageEvent], **changes: Any) -> Path:
    """Rows as an archived day has them, with changes in each."""
    rows = [
        event.model_dump(exclude_none=True)
        | {"id": event.id.bytes, "status": event.status.value, "flags": list(event.flags)}
        | {"tags": orjson.dumps(event.tags).decode(), "raw_usage": orjson.dumps(event.raw_usage).decode()}
        | {"content_digest": content_digest(event), "stream": "live"}
        | changes
        for event in events
    ]
    table = pa.Table.from_pylist(rows)
    ids = pa.ExtensionArray.from_storage(pa.uuid(), table["id"].combine_chunks().cast(pa.binary(16)))
    pq.write_table(table.set_column(table.column_names.index("id"), "id", ids), path)
    return path


def test_an_archived_day_is_the_events_that_it_was(tmp_path: Path) -> None:
    assert read(write_archived(tmp_path / "day.parquet", EVENTS)) == EVENTS


def test_a_row_that_was_changed_in_the_file_is_refused(tmp_path: Path) -> None:
    path = write_archived(tmp_path / "day.parquet", EVENTS[:1], completion_tokens=11)
    assert reasons(read(path)) == ["its content is not the one that its content_digest proves"]
    path = write_archived(tmp_path / "day.parquet", EVENTS[:1], tags="{")
    assert reasons(read(path)) == ["tags or raw_usage is not JSON"]


def test_any_parquet_is_read_through_a_mapping(tmp_path: Path) -> None:
    moment = datetime(2023, 11, 16, 18, 15, 46, 680_000, tzinfo=UTC)
    columns = {"time": [moment, moment.replace(tzinfo=None)], "model": ["m", "m"], "prompt": [374, None]}
    pq.write_table(pa.table(columns | {"completion": [44.0, 1.5]}), tmp_path / "a.parquet")
    good, bad = read(tmp_path / "a.parquet", MAPPING)
    assert (good.created_at, good.prompt_tokens, good.completion_tokens) == (moment, 374, 44)
    assert bad.reason == "completion_tokens (column completion) is not a whole number"


def test_what_is_no_file_of_events_says_so(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(ImportFileError, match="no archived day"):
        read(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"PAR1")
    with pytest.raises(ImportFileError, match="no Parquet file"):
        read(tmp_path / "b.parquet")
    with pytest.raises(ImportFileError, match="no such file"):
        read(tmp_path / "c.parquet")
    assert not holds_events(tmp_path / "a.csv")
