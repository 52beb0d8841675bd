"""Imported before any console is made: what a test sees does not depend on the terminal of whoever runs it."""

import os

for _name in ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
    os.environ.pop(_name, None)
