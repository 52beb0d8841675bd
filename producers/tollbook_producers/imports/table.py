"""A file as lines, and as rows: plain or gzipped CSV in UTF-8, read line by line, hashed on the way."""

import csv
import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from tollbook_producers.imports.errors import ImportFileError

NOTE_COLUMNS = ("tollbook_line", "tollbook_reason")
"""Columns that a file of rejected rows begins with. They are no content: a mended row is the row it was meant to be."""

_GZIP_MAGIC = b"\x1f\x8b"
_BOM = "\ufeff"

OnBytes = Callable[[int], None]
"""Called now and then with the bytes of the file read so far, as they are on disk."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row: the number of its first line, its own text, its cells, or why it has none."""

    line: int
    text: str
    cells: Sequence[str]
    problem: str | None = None


class Table:
    """An open file: its header, and its rows once. Blank lines are no rows."""

    def __init__(self, path: Path, lines: Iterator[str], delimiter: str) -> None:
        self._path = path
        self._raw: list[str] = []
        self._reader = csv.reader(self._remember(lines), delimiter=delimiter, strict=True)
        self.header: tuple[str, ...] = self._read_header()

    def rows(self) -> Iterator[SourceRow]:
        """The rows below the header, in order."""
        while (row := self._next()) is not None:
            if row.cells or row.problem:
                yield self._check_width(row)

    def _remember(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self._raw.append(line)
            yield line

    def _next(self) -> SourceRow | None:
        self._raw.clear()
        first = self._reader.line_num + 1
        try:
            cells = next(self._reader)
        except StopIteration:
            return None
        except csv.Error as error:
            return SourceRow(first, "".join(self._raw), (), f"is not CSV: {error}")
        return SourceRow(first, "".join(self._raw), cells)

    def _check_width(self, row: SourceRow) -> SourceRow:
        if row.problem or len(row.cells) == len(self.header):
            return row
        problem = f"has {len(row.cells)} columns where the header has {len(self.header)}"
        return SourceRow(row.line, row.text, row.cells, problem)

    def _read_header(self) -> tuple[str, ...]:
        row = self._next()
        if row is None or not any(cell.strip() for cell in row.cells):
            reason = row.problem if row is not None and row.problem else "is empty"
            raise ImportFileError(f"{self._path}: the first line {reason}: the file must begin with its column names")
        header = tuple(cell.strip() for cell in row.cells)
        twice = sorted({name for name in header if name and header.count(name) > 1})
        if twice:
            raise ImportFileError(f"{self._path}: the column {twice[0]!r} stands twice in the header: rename one")
        return header


class Content:
    """The lines of the file's content, hashed as they are read."""

    def __init__(self, path: Path, content: IO[bytes], tell: Callable[[], int], on_bytes: OnBytes) -> None:
        self._path, self._content, self._tell, self._on_bytes = path, content, tell, on_bytes
        self.hasher = hashlib.sha256()

    def lines(self) -> Iterator[str]:
        """The lines, once, without a byte order mark. Raises ImportFileError where they cannot be read."""
        number = 0
        try:
            for number, raw in enumerate(self._content, start=1):
                self.hasher.update(raw)
                line = raw.decode()
                yield line.removeprefix(_BOM) if number == 1 else line
                if number % 1000 == 0:
                    self._on_bytes(self._tell())
        except UnicodeDecodeError:
            raise ImportFileError(f"{self._path}: line {number} is not UTF-8: save the file as UTF-8") from None
        except (OSError, EOFError, zlib.error) as error:
            raise ImportFileError(f"{self._path}: it cannot be read beyond line {number}: {error}") from None
        self._on_bytes(self._tell())


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A table and, once all its rows are read, the SHA-256 of its content (uncompressed)."""

    table: Table
    digest: Callable[[], bytes]


def ignore_bytes(_: int) -> None:
    """For nobody watching."""


@contextmanager
def open_table(path: Path, delimiter: str, on_bytes: OnBytes = ignore_bytes) -> Iterator[OpenTable]:
    """Open a file. Raises ImportFileError for one that is missing, empty, not UTF-8 or a broken gzip."""
    with open_content(path, on_bytes) as content:
        yield OpenTable(Table(path, content.lines(), delimiter), content.hasher.digest)


@contextmanager
def open_content(path: Path, on_bytes: OnBytes = ignore_bytes) -> Iterator[Content]:
    """Open a file of lines, plain or gzipped. Raises ImportFileError, here or while it is read."""
    if not path.is_file():
        raise ImportFileError(f"{path}: {'it is not a file' if path.exists() else 'there is no such file'}")
    try:
        with path.open("rb") as file:
            yield Content(path, _unpacked(file), file.tell, on_bytes)
    except PermissionError as error:
        raise ImportFileError(f"{path}: it may not be read: {error.strerror}") from None


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    magic = file.read(len(_GZIP_MAGIC))
    file.seek(0)
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if magic == _GZIP_MAGIC else file
