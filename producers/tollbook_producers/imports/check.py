"""The first pass: read all, send nothing."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tollbook_producers.imports.events import open_events
from tollbook_producers.imports.mapping import ImportMapping
from tollbook_producers.imports.rows import BadRow, RepeatedRow
from tollbook_producers.imports.table import OnBytes
from tollbook_schemas import WindowRule

OnHeader = Callable[[tuple[str, ...]], None]
OnBadRow = Callable[[BadRow], None]


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What a file holds. `rows` = `good` + `bad` + `repeated`; `calls` is what the good rows stand for.

    `windows` are the starts of the windows (milliseconds since 1970) that the good rows fall into, in order.
    """

    import_id: str
    content_digest: bytes
    good: int
    bad: int
    repeated: int
    calls: int
    windows: tuple[int, ...]

    @property
    def rows(self) -> int:
        """All rows below the header."""
        return self.good + self.bad + self.repeated


def import_id(digest: bytes, mapping: ImportMapping | None) -> str:
    """The id of an import: the same file (packed or not) under the same mapping, if any, has the same one."""
    canonical = b"events" if mapping is None else mapping.canonical()
    return "imp_" + hashlib.sha256(digest + canonical).hexdigest()[:32]


def check_file(
    path: Path,
    mapping: ImportMapping | None,
    rule: WindowRule,
    *,
    latest_ms: int,
    on_bytes: OnBytes,
    on_header: OnHeader,
    on_bad_row: OnBadRow,
) -> FileCheck:
    """Read and judge every row. Raises ImportFileError and MappingError; a bad row goes to `on_bad_row` instead."""
    good = bad = repeated = calls = 0
    windows: set[int] = set()
    with open_events(path, mapping, latest_ms, on_bytes) as opened:
        on_header(opened.header)
        for converted in opened.rows:
            if isinstance(converted, BadRow):
                bad += 1
                on_bad_row(converted)
            elif isinstance(converted, RepeatedRow):
                repeated += 1
            else:
                good += 1
                calls += converted.call_count
                windows.add(rule.start(converted.created_ms))
        digest = opened.digest()
    return FileCheck(import_id(digest, mapping), digest, good, bad, repeated, calls, tuple(sorted(windows)))
