"""An import as a command does it: check, send, wait, with progress; `tollbook import` and the demo share it."""

from tollbook_cli.importing.job import ImportJob, ImportOutcome, run_import
from tollbook_cli.importing.progress import work_bars
from tollbook_cli.importing.states import ImportExpiredError, ImportWaitError, StreamWindow

__all__ = [
    "ImportExpiredError",
    "ImportJob",
    "ImportOutcome",
    "ImportWaitError",
    "StreamWindow",
    "run_import",
    "work_bars",
]
