"""OpenTelemetry's own instrumentation, set up as its documentation says: with tracing, metrics and logging.

Spans and log records go in batches, metrics every minute, all by OTLP over HTTP. Content is not captured, its default.
"""

from opentelemetry import _logs, metrics
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

from benchmarks.overhead.contestants import Contestant
from benchmarks.overhead.contestants.otlp import trace_to_collector
from benchmarks.overhead.provider import make_client


def start() -> Contestant:
    """Every client of this process is instrumented."""
    flush = trace_to_collector()
    metrics.set_meter_provider(MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())]))
    logs = LoggerProvider()
    logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    _logs.set_logger_provider(logs)
    OpenAIInstrumentor().instrument()
    return Contestant(make_client(), flush)
