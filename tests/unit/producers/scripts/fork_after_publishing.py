"""Fork a process that has events waiting; parent and child go on publishing and both exit in the ordinary way."""

import os
import sys

from tollbook_producers import publisher_stats, tracked_call


def call() -> None:
    tracked_call(lambda: None, provider="p", model="m")


call()
call()
child = os.fork()
if child == 0:
    call()
    call()
    sys.stdout.write(f"child {publisher_stats().published}\n")
    sys.exit(0)
_, status = os.waitpid(child, 0)
call()
sys.stdout.write(f"child ended {status}\nparent {publisher_stats().published}\n")
