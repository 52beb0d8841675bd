"""The file of rejected rows: as they stand, each with its line and reason, to be mended and imported again."""

import csv
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tollbook_producers.imports.errors import ImportFileError
from tollbook_producers.imports.rows import BadRow
from tollbook_producers.imports.table import NOTE_COLUMNS


class RejectsWriter:
    """Writes rejected rows beside `path` and puts the file in place once all are written; without any, no file.

    It can be imported with the mapping of the file it came from: the two columns in front are ignored.
    """

    def __init__(self, path: Path, delimiter: str) -> None:
        self._path = path
        self._partial = path.with_name(path.name + ".partial")
        self._delimiter = delimiter
        self._file: IO[str] | None = None
        self._header: Sequence[str] = ()
        self._notes = 0

    def __enter__(self) -> Self:
        try:
            self._file = self._partial.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise ImportFileError(
                f"{self._path}: the rejected rows cannot be written there: {error.strerror}"
            ) from None
        return self

    def header(self, header: Sequence[str]) -> None:
        """Take the header of the file that the rows come from."""
        self._notes = len(NOTE_COLUMNS) if tuple(header[: len(NOTE_COLUMNS)]) == NOTE_COLUMNS else 0
        self._header = header[self._notes :]

    def add(self, row: BadRow) -> None:
        """Write one row."""
        assert self._file is not None  # noqa: S101  # used inside `with`
        writer = csv.writer(self._file, delimiter=self._delimiter, lineterminator="\n")
        if self._header:
            writer.writerow([*NOTE_COLUMNS, *self._header])
            self._header = ()
        if row.cells:
            writer.writerow([row.line, row.reason, *row.cells[self._notes :]])
        else:
            self._add_uncut(row)

    def _add_uncut(self, row: BadRow) -> None:
        assert self._file is not None  # noqa: S101  # used inside `with`
        csv.writer(self._file, delimiter=self._delimiter, lineterminator="").writerow([row.line, row.reason])
        self._file.write(self._delimiter)
        self._file.write(row.text if row.text.endswith("\n") else row.text + "\n")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._file is not None  # noqa: S101  # used inside `with`
        wrote = self._file.tell() > 0
        self._file.close()
        if wrote and kind is None:
            self._partial.replace(self._path)
        else:
            self._partial.unlink()
