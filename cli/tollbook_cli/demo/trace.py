"""The example trace: its file, its mapping and what its windows must come to, read from the file itself."""

import csv
import gzip
from collections import Counter
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

from tollbook_cli.importing import ImportJob
from tollbook_producers.imports import ImportMapping
from tollbook_schemas import WindowRule

WORKSPACE = "examples"
PROJECT = "azure-llm-2023"
WAIT_SECONDS = 180.0
MAPPING = ImportMapping(
    columns={
        "created_at": "timestamp",
        "prompt_tokens": "context_tokens",
        "completion_tokens": "generated_tokens",
        "use_case": "use_case",
    },
    constants={"workspace_id": WORKSPACE, "project_id": PROJECT, "provider": "azure", "model": "azure-llm-2023"},
)

TraceTotals = Mapping[str, int]
"""`calls`, `prompt_tokens` and `completion_tokens`."""


def trace_file() -> Path:
    """The trace as a file on disk."""
    with as_file(files("tollbook_cli").joinpath("example_data", "azure_llm_2023.csv.gz")) as path:
        return path


def trace_job() -> ImportJob:
    """The import of the trace, to the end of its windows."""
    return ImportJob(trace_file(), MAPPING, wait_seconds=WAIT_SECONDS)


def trace_windows(rule: WindowRule) -> dict[int, TraceTotals]:
    """Totals by window start (milliseconds since 1970), summed from the file with no code of the import's."""
    windows: dict[int, Counter[str]] = {}
    with gzip.open(trace_file(), "rt", encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            totals = windows.setdefault(rule.start(_milliseconds(row["timestamp"])), Counter())
            totals["calls"] += 1
            totals["prompt_tokens"] += int(row["context_tokens"])
            totals["completion_tokens"] += int(row["generated_tokens"])
    return dict(sorted(windows.items()))


def trace_totals(windows: Mapping[int, TraceTotals]) -> TraceTotals:
    """The sum over windows."""
    return sum((Counter(totals) for totals in windows.values()), Counter())


_MIDNIGHT_MS = 1_700_092_800_000
"""2023-11-16T00:00:00Z, the day of every row."""


def _milliseconds(timestamp: str) -> int:
    hours, minutes, seconds = timestamp.removeprefix("2023-11-16 ").split(":")
    return _MIDNIGHT_MS + (int(hours) * 3600 + int(minutes) * 60) * 1000 + int(seconds[:2]) * 1000 + int(seconds[3:6])
