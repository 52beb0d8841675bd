"""What an import can refuse. One sentence a class; every message says what to do."""

from tollbook_schemas import TollbookError


class MappingError(TollbookError):
    """The mapping of columns to fields is incomplete or names something that does not exist."""


class ImportFileError(TollbookError):
    """The file cannot be read as a table."""


class ImportSendError(TollbookError):
    """Kafka did not take every record; the import has not ended and can be run again."""
