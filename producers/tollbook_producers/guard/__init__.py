"""Find the billable SDK calls that leave this process untracked: in an app's tests and at run time."""

from tollbook_producers.guard.allowed import allow_untracked
from tollbook_producers.guard.counted import UntrackedCall, untracked_calls, unwatch_untracked, watch_untracked

__all__ = ["UntrackedCall", "allow_untracked", "untracked_calls", "unwatch_untracked", "watch_untracked"]
