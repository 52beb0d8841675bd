"""What is said while it goes on."""

import sys


def say(text: str) -> None:
    """To stderr: the last line of stdout is the result."""
    print(text, file=sys.stderr, flush=True)
