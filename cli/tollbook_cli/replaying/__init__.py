"""A replay as a command does it: its own processor in a process beside it, and its outcome on the screen."""

from tollbook_cli.replaying.fold import folding

__all__ = ["folding"]
