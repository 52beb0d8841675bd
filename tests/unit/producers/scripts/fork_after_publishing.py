"""Fork a process that has events waiting; parent and child go on publishing and both exit in the ordinary way."""

import os
import sys
import warnings

from tollbook_producers import publisher_stats, tracked_call


def call() -> None:
    tracked_call(lambda: None, provider="p", model="m")


call()
call()
# Python 3.12 and later warn of what is tried here: a fork beside threads.
warnings.simplefilter("ignore", DeprecationWarning)
child = os.fork()
if child == 0:
    call()
    call()
    sys.stdout.write(f"child {publisher_stats().recorded}\n")
    sys.exit(0)
_, status = os.waitpid(child, 0)
call()
sys.stdout.write(f"child ended {status}\nparent {publisher_stats().recorded}\n")
