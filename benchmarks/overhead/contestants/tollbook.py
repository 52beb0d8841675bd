"""Ours: the usual one-line wrap in a session's context. The environment says where Kafka and the spool are."""

from contextlib import ExitStack

from benchmarks.overhead.contestants import FLUSH_SECONDS, Contestant
from benchmarks.overhead.provider import make_client
from tollbook_producers import flush, publisher_stats, track_openai, usage_context


def start(flush_seconds: int = FLUSH_SECONDS) -> Contestant:
    """The default publisher, with its spool."""
    session = ExitStack()
    session.enter_context(usage_context(session_id="session-17"))
    client = track_openai(make_client(), workspace_id="acme", project_id="interviews", use_case="barbara_analysis")

    def finish() -> int:
        session.close()
        flush(flush_seconds)
        return publisher_stats().delivered

    return Contestant(client, finish)
