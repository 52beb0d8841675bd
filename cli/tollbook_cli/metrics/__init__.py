"""One Prometheus endpoint a service, off unless a port is set; figures are computed when somebody asks.

Its package is an extra, so nothing of it is imported before it is wanted.
"""

from typing import TYPE_CHECKING

from tollbook_schemas.settings import Settings

if TYPE_CHECKING:
    from faust import App

    from tollbook_sinks.figures import SinkFigures


def serve_sink(settings: Settings, figures: "SinkFigures") -> None:
    """A sink's endpoint. Raises MetricsAddressError, as the others do."""
    if settings.metrics_port is not None:
        from tollbook_cli.metrics.endpoint import serve  # noqa: PLC0415
        from tollbook_cli.metrics.sink import SinkCollector  # noqa: PLC0415

        serve(settings.metrics_host, settings.metrics_port, SinkCollector(settings, figures))


def serve_processor(settings: Settings, app: "App") -> None:
    """A processor's endpoint."""
    if settings.metrics_port is not None:
        from tollbook_cli.metrics.endpoint import serve  # noqa: PLC0415
        from tollbook_cli.metrics.processor import ProcessorCollector  # noqa: PLC0415

        serve(settings.metrics_host, settings.metrics_port, ProcessorCollector(settings, app))


def serve_maintainer(settings: Settings) -> None:
    """A maintainer's endpoint."""
    if settings.metrics_port is not None:
        from tollbook_cli.metrics.alerts import AlertCollector  # noqa: PLC0415
        from tollbook_cli.metrics.endpoint import serve  # noqa: PLC0415

        serve(settings.metrics_host, settings.metrics_port, AlertCollector(settings))
