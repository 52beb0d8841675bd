"""The states of a window, in the order of its life."""

from typing import Literal

WindowState = Literal["open", "closed", "compacted", "disputed"]
"""`closed`: nothing on time can follow; `compacted`: proven and final; `disputed`: ledger and rollups differ."""
