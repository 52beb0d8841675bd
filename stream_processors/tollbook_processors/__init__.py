"""The stream processor: usage events to hourly totals, by Faust."""

from tollbook_processors.app import create_app
from tollbook_processors.failstop import EXIT_CODE
from tollbook_processors.worker import run_replay, run_worker

__all__ = ["EXIT_CODE", "create_app", "run_replay", "run_worker"]
