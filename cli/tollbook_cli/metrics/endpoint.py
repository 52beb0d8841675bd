"""The endpoint itself."""

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.registry import Collector

from tollbook_schemas.errors import TollbookError


class MetricsAddressError(TollbookError):
    """The endpoint cannot listen where the settings say."""


def serve(host: str, port: int, collector: Collector) -> int:
    """Serve `/metrics` until the process ends; returns the port, a free one where 0 is asked for.

    Raises MetricsAddressError.
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(collector)
    try:
        server, _ = start_http_server(port, host, registry)
    except OSError as error:
        raise MetricsAddressError(
            f"the metrics endpoint cannot listen on {host}:{port} ({error.strerror}): set TOLLBOOK_METRICS_PORT to a "
            "free port, one for each service"
        ) from error
    return int(server.server_port)
