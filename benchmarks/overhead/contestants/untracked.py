"""No tracking at all."""

from benchmarks.overhead.contestants import Contestant
from benchmarks.overhead.provider import make_client


def start() -> Contestant:
    """The client alone."""
    return Contestant(make_client(), lambda: None)
