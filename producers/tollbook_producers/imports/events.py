"""A file as the events that it stands for, whatever its format: rows through a mapping, or events as they are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tollbook_producers.imports.errors import ImportFileError
from tollbook_producers.imports.json_lines import EventLines
from tollbook_producers.imports.mapping import ImportMapping
from tollbook_producers.imports.rows import Converted, RowConverter
from tollbook_producers.imports.table import OnBytes, ignore_bytes, open_content, open_table

PARQUET_SUFFIX = ".parquet"
LINES_SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")


@dataclass(frozen=True, slots=True)
class OpenEvents:
    """An open file: its header (empty where it has none), its rows once, and the SHA-256 of its content after them."""

    header: tuple[str, ...]
    rows: Iterator[Converted]
    digest: Callable[[], bytes]


def holds_events(path: Path) -> bool:
    """Whether a file without a mapping can be imported: an archived day, or one event a line."""
    return is_parquet(path) or path.name.endswith(LINES_SUFFIXES)


def is_parquet(path: Path) -> bool:
    """Whether the file's name says that it is Parquet."""
    return path.suffix == PARQUET_SUFFIX


@contextmanager
def open_events(
    path: Path, mapping: ImportMapping | None, latest_ms: int, on_bytes: OnBytes = ignore_bytes
) -> Iterator[OpenEvents]:
    """Open a file; without a mapping it must hold events. Raises ImportFileError, MappingError.

    `latest_ms` is the newest time that the broker would take.
    """
    if is_parquet(path):
        from tollbook_producers.imports.parquet import archived_events, mapped_rows  # noqa: PLC0415  # needs pyarrow

        header, rows, digest = (
            archived_events(path, latest_ms, on_bytes)
            if mapping is None
            else mapped_rows(path, mapping, latest_ms, on_bytes)
        )
        yield OpenEvents(header, rows, digest)
    elif mapping is not None:
        with open_table(path, mapping.delimiter, on_bytes) as opened:
            converter = RowConverter(mapping, opened.table.header, latest_ms)
            yield OpenEvents(opened.table.header, map(converter.convert, opened.table.rows()), opened.digest)
    elif holds_events(path):
        with open_content(path, on_bytes) as content:
            yield OpenEvents((), EventLines(latest_ms).convert_all(content.lines()), content.hasher.digest)
    else:
        raise ImportFileError(f"{path}: only .parquet and .jsonl files hold events; say by --map where a CSV has them")
