"""Usage tracking inside an app worker: wrap a client in one line, and every call leaves one event on Kafka."""

from tollbook_producers.context import usage_context
from tollbook_producers.counters import PublisherStats
from tollbook_producers.errors import UnenforceableTimeoutError, UnsupportedClientError
from tollbook_producers.gemini import track_gemini
from tollbook_producers.openai import track_openai
from tollbook_producers.process import configure, flush, publisher_stats
from tollbook_producers.publisher import KafkaPublisher, Publisher
from tollbook_producers.report import CallReport
from tollbook_producers.tracked_call import tracked_call

__all__ = [
    "CallReport",
    "KafkaPublisher",
    "Publisher",
    "PublisherStats",
    "UnenforceableTimeoutError",
    "UnsupportedClientError",
    "configure",
    "flush",
    "publisher_stats",
    "track_gemini",
    "track_openai",
    "tracked_call",
    "usage_context",
]
