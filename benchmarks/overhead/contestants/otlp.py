"""Spans in batches by OTLP over HTTP, with the defaults of OpenTelemetry's SDK."""

from collections.abc import Callable

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from benchmarks.overhead.contestants import FLUSH_SECONDS


def trace_to_collector() -> Callable[[], None]:
    """Set the process's tracer provider; returns what flushes it. The environment names the collector."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)

    def flush() -> None:
        provider.force_flush(FLUSH_SECONDS * 1000)

    return flush
