"""Runs the processor as a process of its own."""

import logging
import sys
from collections.abc import Callable
from contextlib import closing

import faust

from tollbook_processors import faust_waits
from tollbook_processors.app import create_app, data_folder
from tollbook_processors.collector import collect_rarely
from tollbook_processors.failstop import EXIT_CODE
from tollbook_processors.generations import GenerationReader
from tollbook_processors.topic_checks import GrowthWatch, check_topics
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import StreamKind

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
CHATTY = ("faust", "mode", "aiokafka", faust_waits.__name__)  # mode names a service's logger after its module


def run_worker(settings: Settings, observe: Callable[[faust.App], object] | None = None) -> int:
    """Check the topics, then fold into the live generation until SIGTERM or SIGINT.

    `observe` is given the app before it starts, see `read_figures`. The event loop must not be running. Returns 0 after
    a signal and EXIT_CODE when Faust gave up; errors of the fold, and a replay that makes another generation the live
    one, end the process with EXIT_CODE themselves. Raises TopicsError and LogReadError before anything is started.
    """
    log_to_stderr(settings)
    with closing(GenerationReader(settings)) as reader:
        found = settings.of_generations(reader.read())
    check_topics(found)
    app = create_app(found, growth=GrowthWatch(found))
    if observe is not None:
        observe(app)
    return _run(found, app)


def run_replay(settings: Settings, kind: StreamKind) -> int:
    """Fold one kind into the generation that the settings name, which is not live yet; the rest is as in run_worker."""
    log_to_stderr(settings)
    check_topics(settings)
    return _run(settings, create_app(settings, replayed=kind))


def _run(settings: Settings, app: faust.App) -> int:
    data_folder(settings).parent.mkdir(parents=True, exist_ok=True)
    worker = faust.Worker(app, quiet=True, stdout=sys.stderr, override_logging=False, redirect_stdouts=False)
    worker.spinner = None
    collect_rarely()
    try:
        worker.execute_from_commandline()
    except SystemExit as ended:
        return EXIT_CODE if ended.code else 0


def log_to_stderr(settings: Settings) -> None:
    """Plain lines; the libraries' own from WARNING on."""
    logging.basicConfig(stream=sys.stderr, level=settings.log_level, format=LOG_FORMAT, force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
