"""More partitions, while everything runs: changelogs first, then the recorded set, then the source topics."""

from tollbook_sinks.growing.errors import GrowingFailedError, GrowingRefusedError
from tollbook_sinks.growing.grow import Growth, grow
from tollbook_sinks.growing.serving import nudge_sinks, wait_until_served

__all__ = ["GrowingFailedError", "GrowingRefusedError", "Growth", "grow", "nudge_sinks", "wait_until_served"]
