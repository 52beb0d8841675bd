"""Why a processor refuses to go on. Every one of them stops the worker: a supervisor starts it again."""

from tollbook_schemas.errors import TollbookError


class TopicsError(TollbookError):
    """The topics are not as the processor needs them."""


class MissingRightsError(TollbookError):
    """This login may not do what a processor does."""


class SourceTruncatedError(TollbookError):
    """The source log no longer holds what the partition's mark says comes next."""


class WindowWidthError(TollbookError):
    """The recovered totals were cut in windows of another width than the settings'."""


class HeadlessImportsError(TollbookError):
    """The imports topic has lost its beginning and there is no mark: whether an import is whole cannot be known."""


class RefoldMismatchError(TollbookError):
    """A partition folded again from the log does not add up to its mark."""


class NotDurableError(TollbookError):
    """Kafka did not confirm a write in time."""


class LogReadError(TollbookError):
    """An independent read of a log did not get to its end in time."""


class GenerationReplacedError(TollbookError):
    """A replay has made another generation the live one."""
