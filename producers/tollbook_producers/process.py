"""The process's own publisher: made when the first event comes, made anew after a fork, flushed at exit."""

import atexit
import ctypes
import multiprocessing
import os
import threading
from functools import lru_cache
from multiprocessing.util import Finalize

from pydantic import TypeAdapter, ValidationError

from tollbook_producers.counters import Counters, PublisherStats
from tollbook_producers.log import forget_warnings, warn_once
from tollbook_producers.publisher import KafkaPublisher, Publisher
from tollbook_producers.recording import DirectRecorder, Recorder
from tollbook_schemas import Settings, UsageEvent

EXIT_FLUSH_SECONDS = 5.0
TRACKING_VARIABLE = "LLM_USAGE_TRACKING_ENABLED"

_BOOLEAN = TypeAdapter(bool)


class _Process:
    """What belongs to one process and must not be shared with a forked child."""

    def __init__(self, settings: Settings | None = None, publisher: Publisher | None = None) -> None:
        self.settings = settings
        self.given = publisher
        self.kafka: KafkaPublisher | None = None
        self.counters = Counters()
        self.lock = threading.Lock()
        self.recorder: Recorder = DirectRecorder(_Lazily(self), self)

    def dropped(self, error: BaseException) -> None:
        self.counters.add("dropped")
        warn_once("a call left no event", error)

    def publisher(self) -> Publisher:
        if self.given is not None:
            return self.given
        if self.kafka is None:
            with self.lock:
                if self.kafka is None:
                    self.kafka = KafkaPublisher(self.settings or Settings(), self.counters)
                    _close_at_the_end_of_a_worker()
        return self.kafka


class _Lazily:
    """The process's publisher, made when the first event comes."""

    def __init__(self, owner: _Process) -> None:
        self._owner = owner

    def publish(self, event: UsageEvent) -> None:
        self._owner.publisher().publish(event)

    def flush(self, timeout_seconds: float) -> int:
        return self._owner.publisher().flush(timeout_seconds)


_process = _Process()


def configure(*, settings: Settings | None = None, publisher: Publisher | None = None) -> None:
    """Use these settings instead of the environment, or this publisher instead of Kafka.

    What an earlier publisher still held is delivered first, for at most five seconds. Counters start at zero.
    """
    global _process  # noqa: PLW0603  # one publisher a process is the point of this module
    _close()
    _process = _Process(settings, publisher)
    forget_warnings()


def recorder() -> Recorder:
    """Where this process's calls are recorded now. Never raises."""
    return _process.recorder


def publisher_stats() -> PublisherStats:
    """What became of this process's events so far. Of a publisher of your own only `dropped` is known here."""
    return _process.counters.snapshot()


def flush(timeout_seconds: float = EXIT_FLUSH_SECONDS) -> int:
    """Wait until all events are delivered, at most that long. Returns how many are still pending."""
    publisher = _process.given or _process.kafka
    return 0 if publisher is None else publisher.flush(timeout_seconds)


def tracking_enabled() -> bool:
    """Whether calls are tracked now. The environment variable switches tracking off at any time."""
    settings = _process.settings
    if settings is not None and not settings.tracking_enabled:
        return False
    return _is_on(os.environ.get(TRACKING_VARIABLE, "true"))


@lru_cache(maxsize=8)
def _is_on(text: str) -> bool:
    try:
        return _BOOLEAN.validate_python(text.strip())
    except ValidationError as error:
        warn_once(f"{TRACKING_VARIABLE} must be true or false, calls are tracked", error)
        return True


def _close() -> None:
    kafka, _process.kafka = _process.kafka, None
    if kafka is not None:
        kafka.close(EXIT_FLUSH_SECONDS)


def _close_at_the_end_of_a_worker() -> None:
    """A process of the multiprocessing module ends without running atexit handlers, but runs these."""
    if multiprocessing.parent_process() is not None:
        Finalize(None, _close, exitpriority=0)


def _after_fork() -> None:
    """In a forked child: the parent's events are the parent's, and librdkafka has no threads here."""
    global _process  # noqa: PLW0603
    inherited = _process.kafka
    if inherited is not None:
        # Freeing the handle takes librdkafka's locks, and a thread that held one at the fork did not come along:
        # that was seen to hang, so the handle is never freed here.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(inherited.producer))
    _process = _Process(_process.settings, _process.given)
    forget_warnings()


atexit.register(_close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
