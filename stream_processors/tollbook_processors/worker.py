"""Runs the processor as a process of its own."""

import logging
import sys

import faust

from tollbook_processors.app import create_app, data_folder
from tollbook_processors.failstop import EXIT_CODE
from tollbook_processors.topic_checks import check_topics
from tollbook_schemas.settings import Settings

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
CHATTY = ("faust", "mode", "aiokafka")


def run_worker(settings: Settings) -> int:
    """Check the topics, then fold until SIGTERM or SIGINT; the event loop must not be running.

    Returns 0 after a signal and EXIT_CODE when Faust gave up; errors of the fold end the process with EXIT_CODE
    themselves. Raises TopicsError before anything is started.
    """
    log_to_stderr(settings)
    check_topics(settings)
    data_folder(settings).parent.mkdir(parents=True, exist_ok=True)
    worker = faust.Worker(
        create_app(settings), quiet=True, stdout=sys.stderr, override_logging=False, redirect_stdouts=False
    )
    worker.spinner = None
    try:
        worker.execute_from_commandline()
    except SystemExit as ended:
        return EXIT_CODE if ended.code else 0


def log_to_stderr(settings: Settings) -> None:
    """Plain lines; the libraries' own from WARNING on."""
    logging.basicConfig(stream=sys.stderr, level=settings.log_level, format=LOG_FORMAT, force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
