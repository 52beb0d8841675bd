"""`tollbook processor`: one worker of the stream processor, in the foreground."""

from functools import partial

import typer

from tollbook_cli.environment import resolve_settings
from tollbook_cli.kafka_login import check_login
from tollbook_cli.metrics import serve_processor
from tollbook_processors import run_worker


def command() -> None:
    """Fold usage events into hourly totals until stopped by SIGTERM or Ctrl-C.

    Settings come from the environment: TOLLBOOK_KAFKA, TOLLBOOK_PROCESSOR_INSTANCE (one name for each worker) and
    others; with TOLLBOOK_METRICS_PORT it answers Prometheus. Exit code 70: it stopped itself, the log says why; start
    it again.

    Example: TOLLBOOK_KAFKA=127.0.0.1:9092 tollbook processor
    """
    settings = resolve_settings("kafka")
    check_login(settings)
    raise typer.Exit(run_worker(settings, partial(serve_processor, settings)))
