"""Old usage from files onto the imports topic: ids that never change, all rows checked first, an end record."""

from tollbook_producers.imports.check import FileCheck, check_file
from tollbook_producers.imports.errors import ImportFileError, ImportSendError, MappingError
from tollbook_producers.imports.events import holds_events, is_parquet, open_events
from tollbook_producers.imports.fields import FIELDS, REQUIRED
from tollbook_producers.imports.mapping import ImportMapping, parse_mapping
from tollbook_producers.imports.rejects import RejectsWriter
from tollbook_producers.imports.rows import BadRow, RepeatedRow, RowConverter
from tollbook_producers.imports.send import ImportSender, send_file
from tollbook_producers.imports.table import open_table

__all__ = [
    "FIELDS",
    "REQUIRED",
    "BadRow",
    "FileCheck",
    "ImportFileError",
    "ImportMapping",
    "ImportSendError",
    "ImportSender",
    "MappingError",
    "RejectsWriter",
    "RepeatedRow",
    "RowConverter",
    "check_file",
    "holds_events",
    "is_parquet",
    "open_events",
    "open_table",
    "parse_mapping",
    "send_file",
]
