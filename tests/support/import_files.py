"""Small files to import, and what comes out of them."""

from dataclasses import dataclass
from pathlib import Path

from tollbook_producers.imports import (
    BadRow,
    FileCheck,
    ImportMapping,
    RepeatedRow,
    RowConverter,
    check_file,
    open_table,
)
from tollbook_schemas import UsageEvent, WindowRule

HEADER = "time,model,prompt,completion"
MAPPING = ImportMapping(
    columns={"created_at": "time", "model": "model", "prompt_tokens": "prompt", "completion_tokens": "completion"},
    constants={"provider": "openai", "use_case": "old_usage"},
)
LATEST_MS = 1_900_000_000_000
"""Tests take this as now: the year 2030."""


def write_csv(path: Path, *lines: str, header: str = HEADER) -> Path:
    """A file of a header and these lines."""
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def convert_all(path: Path, mapping: ImportMapping = MAPPING) -> list[UsageEvent | BadRow | RepeatedRow]:
    """Every row of a file, converted."""
    with open_table(path, mapping.delimiter) as opened:
        converter = RowConverter(mapping, opened.table.header, LATEST_MS)
        return [converter.convert(row) for row in opened.table.rows()]


def events_of(path: Path, mapping: ImportMapping = MAPPING) -> list[UsageEvent]:
    """The events of a file's good rows."""
    return [row for row in convert_all(path, mapping) if isinstance(row, UsageEvent)]


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of the first pass."""

    check: FileCheck
    bad: list[BadRow]


def check(path: Path, mapping: ImportMapping = MAPPING) -> Checked:
    """The first pass over a file."""
    bad: list[BadRow] = []
    result = check_file(
        path,
        mapping,
        WindowRule(),
        latest_ms=LATEST_MS,
        on_bytes=lambda _: None,
        on_header=lambda _: None,
        on_bad_row=bad.append,
    )
    return Checked(result, bad)
