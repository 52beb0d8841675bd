"""The process's own recorder: made when the first call comes, made anew after a fork, flushed at exit."""

import atexit
import multiprocessing
import os
import threading
from collections.abc import Mapping
from functools import lru_cache
from multiprocessing.util import Finalize
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tollbook_producers.counters import Counters, PublisherStats
from tollbook_producers.log import forget_warnings, warn_once
from tollbook_producers.publisher import Publisher
from tollbook_producers.recording import DirectRecorder, LostRecorder, Recorder
from tollbook_producers.spool.spool import Spool
from tollbook_schemas import Settings

EXIT_FLUSH_SECONDS = 5.0
TRACKING_VARIABLE = "LLM_USAGE_TRACKING_ENABLED"

_BOOLEAN = TypeAdapter(bool)
# For a variable that is not there, `os.environ` raises twice on its way to saying so, and this is asked for every call.
_ENVIRONMENT: Mapping[Any, str | bytes] = getattr(os.environ, "_data", os.environ)
_TRACKING_KEY = TRACKING_VARIABLE if _ENVIRONMENT is os.environ else os.environ.encodekey(TRACKING_VARIABLE)


class _Process:
    """What belongs to one process and must not be shared with a forked child."""

    def __init__(self, settings: Settings | None = None, publisher: Publisher | None = None) -> None:
        self.settings = settings
        self.given = publisher
        self.counters = Counters()
        self.spool: Spool | None = None
        self.direct = None if publisher is None else DirectRecorder(publisher, self.counters)
        self.recorder: Recorder | None = self.direct
        self._making = threading.RLock()

    def make_recorder(self) -> Recorder:
        with self._making:
            if self.recorder is None:
                self.recorder = self._make_spool()
        return self.recorder

    def _make_spool(self) -> Recorder:
        try:
            self.spool = Spool(self.settings or Settings())
        except Exception as error:  # noqa: BLE001  # tracking never raises into a call
            warn_once("usage cannot be recorded with these settings", error)
            return LostRecorder(self.counters)
        _close_at_the_end_of_a_worker()
        return self.spool.recorder

    def disown(self) -> None:
        if self.spool is not None:
            self.spool.disown()
        if self.direct is not None:
            self.direct.disown()


_process = _Process()


def configure(*, settings: Settings | None = None, publisher: Publisher | None = None) -> None:
    """Use these settings instead of the environment, or this publisher instead of spool and Kafka.

    To be called before the first call. What was recorded until then is delivered first, for at most five seconds, and
    a call that is open meanwhile counts as interrupted. Counters start at zero.
    """
    global _process  # noqa: PLW0603  # one recorder a process is the point of this module
    _close()
    _process = _Process(settings, publisher)
    forget_warnings()


def recorder() -> Recorder:
    """Where this process's calls are recorded now. Never raises."""
    current = _process
    return current.recorder or current.make_recorder()


def publisher_stats() -> PublisherStats:
    """What became of this process's events so far. Of a publisher of your own only `dropped` is known here."""
    spool = _process.spool
    return _process.counters.snapshot() if spool is None else spool.stats()


def flush(timeout_seconds: float = EXIT_FLUSH_SECONDS) -> int:
    """Wait until all events are delivered, at most that long. Returns how many are still pending."""
    target = _process.given or _process.spool
    return 0 if target is None else target.flush(timeout_seconds)


def tracking_enabled() -> bool:
    """Whether calls are tracked now. The environment variable switches tracking off at any time."""
    settings = _process.settings
    if settings is not None and not settings.tracking_enabled:
        return False
    said = _ENVIRONMENT.get(_TRACKING_KEY)
    return said is None or _is_on(said)


@lru_cache(maxsize=8)
def _is_on(said: str | bytes) -> bool:
    try:
        return _BOOLEAN.validate_python(os.fsdecode(said).strip())
    except ValidationError as error:
        warn_once(f"{TRACKING_VARIABLE} must be true or false, calls are tracked", error)
        return True


def _close() -> None:
    """Deliver and end what this process has; a call that begins after this has a recorder of its own."""
    global _process  # noqa: PLW0603
    ending = _process
    _process = _Process(ending.settings, ending.given)
    if ending.spool is not None:
        ending.spool.close(EXIT_FLUSH_SECONDS)


def _close_at_the_end_of_a_worker() -> None:
    """A process of the multiprocessing module ends without running atexit handlers, but runs these."""
    if multiprocessing.parent_process() is not None:
        Finalize(None, _close, exitpriority=0)


def _after_fork() -> None:
    """In a forked child: the parent's calls are the parent's, and none of its threads are here."""
    global _process  # noqa: PLW0603
    inherited = _process
    inherited.disown()
    _process = _Process(inherited.settings, inherited.given)
    forget_warnings()


atexit.register(_close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
