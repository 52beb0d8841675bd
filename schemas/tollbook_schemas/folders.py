"""Where Tollbook keeps data when no setting says so."""

import os
from pathlib import Path

import platformdirs


def is_root() -> bool:
    """Whether this process may do anything."""
    return os.geteuid() == 0


def default_home() -> Path:
    """The user's data folder, as root /var/lib/tollbook. Always absolute."""
    return Path("/var/lib/tollbook") if is_root() else platformdirs.user_data_path("tollbook").absolute()
