"""Fail-stop: whatever cannot be gone on with ends the process at once; the marks say where the next one goes on."""

import logging
import os
import sys
from typing import NoReturn

from tollbook_schemas.errors import TollbookError

logger = logging.getLogger(__name__)

EXIT_CODE = 70
"""The exit code of a worker that stopped itself (EX_SOFTWARE): start it again."""


def fail_stop(doing: str, error: BaseException) -> NoReturn:
    """Say why in one critical line (with the traceback of what nobody foresaw) and end the process with EXIT_CODE.

    Not by raising: Faust turns errors of agents and of restores into warnings and goes on without the events.
    """
    foreseen = isinstance(error, TollbookError)
    text = str(error) if foreseen else repr(error)
    logger.critical("processor stops, %s: %s", doing, text, exc_info=None if foreseen else error)
    for handler in logging.getLogger().handlers:
        handler.flush()
    sys.stderr.flush()
    os._exit(EXIT_CODE)
