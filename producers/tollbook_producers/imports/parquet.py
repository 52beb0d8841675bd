"""Parquet files: an archived day of a ledger, whose rows are events, or any other, whose columns are mapped."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError

from tollbook_producers.imports.errors import ImportFileError
from tollbook_producers.imports.json_lines import explain
from tollbook_producers.imports.known import KnownEvents
from tollbook_producers.imports.mapping import ImportMapping
from tollbook_producers.imports.rows import BadRow, Converted, RowConverter
from tollbook_producers.imports.table import OnBytes, SourceRow
from tollbook_schemas import UsageEvent, content_digest

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ModuleNotFoundError as missing:
    raise ImportFileError("a Parquet file needs pyarrow: pip install 'tollbook[archive]'") from missing

Opened = tuple[tuple[str, ...], Iterator[Converted], Callable[[], bytes]]
"""Column names, rows once, and the SHA-256 of the file."""

BATCH_ROWS: Final = 10_000
_FIELDS = tuple(UsageEvent.model_fields)
_JSON_FIELDS = ("tags", "raw_usage")
_PROVEN = ("id", "schema_version", "content_digest")
"""Columns that only an archived day has, all three."""


def archived_events(path: Path, latest_ms: int, on_bytes: OnBytes) -> Opened:
    """The rows of an archived day as the events that they were: same ids, same contents, each checked by its digest."""
    file = _open(path)
    header = tuple(file.schema_arrow.names)
    if not set(_PROVEN) <= set(header):
        raise ImportFileError(f"{path}: it is no archived day; say by --map in which columns the fields are")
    known = KnownEvents(latest_ms)

    def rows() -> Iterator[Converted]:
        for number, row in _rows(path, file, on_bytes):
            yield _event(number, row, known)

    return header, rows(), lambda: _digest(path)


def mapped_rows(path: Path, mapping: ImportMapping, latest_ms: int, on_bytes: OnBytes) -> Opened:
    """The rows of any file through a mapping, as if each value stood in a CSV."""
    file = _open(path)
    header = tuple(file.schema_arrow.names)
    converter = RowConverter(mapping, header, latest_ms)

    def rows() -> Iterator[Converted]:
        for number, row in _rows(path, file, on_bytes):
            yield converter.convert(SourceRow(number, "", [_cell(value) for value in row.values()]))

    return header, rows(), lambda: _digest(path)


def _open(path: Path) -> pq.ParquetFile:
    if not path.is_file():
        raise ImportFileError(f"{path}: {'it is not a file' if path.exists() else 'there is no such file'}")
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise ImportFileError(f"{path}: it is no Parquet file that can be read: {error}") from None


def _rows(path: Path, file: pq.ParquetFile, on_bytes: OnBytes) -> Iterator[tuple[int, dict[str, Any]]]:
    size, total, number = path.stat().st_size, file.metadata.num_rows, 0
    try:
        for batch in file.iter_batches(BATCH_ROWS):
            for row in batch.to_pylist():
                number += 1
                yield number, row
            on_bytes(size * number // total)
    except (pa.ArrowException, OSError) as error:
        raise ImportFileError(f"{path}: it cannot be read beyond row {number}: {error}") from None
    on_bytes(size)


def _event(number: int, row: dict[str, Any], known: KnownEvents) -> Converted:
    values = {name: row[name] for name in _FIELDS if row.get(name) is not None}
    try:
        values |= {name: orjson.loads(values[name]) for name in _JSON_FIELDS if name in values}
        event = UsageEvent.model_validate(values)
    except ValidationError as error:
        return BadRow(number, explain(error), (), "")
    except orjson.JSONDecodeError:
        return BadRow(number, "tags or raw_usage is not JSON", (), "")
    if content_digest(event) != row["content_digest"]:
        return BadRow(number, "its content is not the one that its content_digest proves", (), "")
    return known.judge(number, event, "")


def _cell(value: object) -> str:
    """A value as a CSV would have it; null is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, dict | list):
        return orjson.dumps(value, default=str).decode()
    return str(value)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
