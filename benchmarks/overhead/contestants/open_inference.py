"""OpenInference's instrumentation, with batches by OTLP over HTTP. It captures messages, its default."""

from openinference.instrumentation.openai import OpenAIInstrumentor

from benchmarks.overhead.contestants import Contestant
from benchmarks.overhead.contestants.otlp import trace_to_collector
from benchmarks.overhead.provider import make_client


def start() -> Contestant:
    """Every client of this process is instrumented."""
    flush = trace_to_collector()
    OpenAIInstrumentor().instrument()
    return Contestant(make_client(), flush)
