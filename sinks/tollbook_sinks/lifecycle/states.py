"""The states of a window, in the order of its life."""

from typing import Literal

WindowState = Literal["open", "closed", "compacted", "disputed", "expired"]
"""`closed`: nothing on time can follow; `compacted`: proven and final; `disputed`: ledger and rollups differ;
`expired`: compacted, and its ledger rows have left, or are about to; its totals and its proof stay.

The table knows the first four: a window is expired where its day is in llm_expired_days."""
