"""A source log folded again beside the live flow: compared with it, and put in its place where that was wrong."""

from tollbook_sinks.replay.errors import FoldFailedError, ReplayFailedError, ReplayRefusedError
from tollbook_sinks.replay.options import ReplayJob, ReplayOptions
from tollbook_sinks.replay.ports import Fold
from tollbook_sinks.replay.run import run_replay

__all__ = [
    "Fold",
    "FoldFailedError",
    "ReplayFailedError",
    "ReplayJob",
    "ReplayOptions",
    "ReplayRefusedError",
    "run_replay",
]
