"""A day of the ledger as one Parquet file: written with its proof, verified by reading it back, restored from it.

Needs the extra `archive` (pyarrow); nothing else in this package does, so it is imported only where it is used.
"""

from tollbook_sinks.archive.errors import ArchiveError, RestoreError
from tollbook_sinks.archive.proof import Proof, proof_of_file
from tollbook_sinks.archive.restore import release_day, restore_day
from tollbook_sinks.archive.write import Archived, archive_day

__all__ = [
    "ArchiveError",
    "Archived",
    "Proof",
    "RestoreError",
    "archive_day",
    "proof_of_file",
    "release_day",
    "restore_day",
]
