"""Usage tracking inside an app worker: wrap a client in one line, and every call leaves one event on Kafka."""

from tollbook_producers.collecting import CollectedUsage, collect_usage
from tollbook_producers.context import UsageContext, carry, usage_context
from tollbook_producers.counters import PublisherStats
from tollbook_producers.errors import UnenforceableTimeoutError, UnsupportedClientError
from tollbook_producers.gemini import track_gemini
from tollbook_producers.guard import UntrackedCall, allow_untracked, untracked_calls, unwatch_untracked, watch_untracked
from tollbook_producers.open_call import ReportedCall, open_call
from tollbook_producers.openai import track_openai
from tollbook_producers.plain_report import usage_report
from tollbook_producers.process import configure, flush, publisher_stats
from tollbook_producers.publisher import KafkaPublisher, Publisher
from tollbook_producers.report import CallReport
from tollbook_producers.results import WithTokenUsage, with_token_usage
from tollbook_producers.session_usage import SessionUsage
from tollbook_producers.token_usage import TokenUsage
from tollbook_producers.tracked_call import track_call, tracked_call

__all__ = [
    "CallReport",
    "CollectedUsage",
    "KafkaPublisher",
    "Publisher",
    "PublisherStats",
    "ReportedCall",
    "SessionUsage",
    "TokenUsage",
    "UnenforceableTimeoutError",
    "UnsupportedClientError",
    "UntrackedCall",
    "UsageContext",
    "WithTokenUsage",
    "allow_untracked",
    "carry",
    "collect_usage",
    "configure",
    "flush",
    "open_call",
    "publisher_stats",
    "track_call",
    "track_gemini",
    "track_openai",
    "tracked_call",
    "untracked_calls",
    "unwatch_untracked",
    "usage_context",
    "usage_report",
    "watch_untracked",
    "with_token_usage",
]
