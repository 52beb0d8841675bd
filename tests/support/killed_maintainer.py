"""`python -m support.killed_maintainer before|after <module>:<function>`: a pass that is killed there with -9.

The function is wrapped from outside; the product knows nothing of it. SETTINGS come from the environment, as ever.
"""

import os
import signal
import sys
from importlib import import_module
from typing import Any

from tollbook_schemas.settings import Settings
from tollbook_sinks.lifecycle import maintain_once


def main(moment: str, place: str) -> None:
    """Do one pass; the process dies at the first call."""
    module_name, function_name = place.split(":")
    module = import_module(module_name)
    original = getattr(module, function_name)

    def killed(*args: Any, **kwargs: Any) -> None:
        if moment == "after":
            original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, function_name, killed)
    settings = Settings()
    maintain_once(settings.postgres, settings)


if __name__ == "__main__":
    main(*sys.argv[1:])
