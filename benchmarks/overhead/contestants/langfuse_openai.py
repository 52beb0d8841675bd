"""Langfuse's drop-in for the OpenAI SDK: batches to Langfuse's OTLP endpoint. It captures messages, its default."""

import langfuse
import langfuse.openai  # instruments the SDK's classes

from benchmarks.overhead.contestants import Contestant
from benchmarks.overhead.provider import make_client


def start() -> Contestant:
    """Every client of this process is instrumented; the environment names the server and the keys."""
    return Contestant(make_client(), langfuse.get_client().flush)
