"""`tollbook sink`: one worker that writes the topics to Postgres, in the foreground."""

import logging

import typer

from tollbook_cli.console import messages
from tollbook_cli.environment import resolve_settings
from tollbook_cli.kafka_login import check_login
from tollbook_cli.metrics import serve_sink
from tollbook_cli.stopping import stop_when_asked
from tollbook_schemas.errors import UnknownSchemaVersionError
from tollbook_sinks import run_sink
from tollbook_sinks.figures import SinkFigures

STOPPED_ITSELF = 70


def command() -> None:
    """Write ledger, totals and corrections to Postgres until stopped by SIGTERM or Ctrl-C.

    Settings come from the environment: TOLLBOOK_KAFKA, TOLLBOOK_POSTGRES (the sink's own role) and others; without
    addresses it works for the stack that runs here; with TOLLBOOK_METRICS_PORT it answers Prometheus. Exit code 70: the
    log holds an event of a newer version; upgrade, then start it again.

    Example: TOLLBOOK_KAFKA=127.0.0.1:9092 TOLLBOOK_POSTGRES=postgresql://tollbook_sink@/tollbook tollbook sink
    """
    settings = resolve_settings("kafka", "sink")
    check_login(settings)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    figures = SinkFigures()
    serve_sink(settings, figures)
    try:
        run_sink(settings, stop_when_asked(), figures)
    except UnknownSchemaVersionError as error:
        messages.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(STOPPED_ITSELF) from error
