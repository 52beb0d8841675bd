"""When a window is closed: a pure function of what the sink has recorded about every registered partition.

Why closed means complete, for the ledger and the rollups alike and with no regard to how far the two are apart:

- Clocks never fall, so within one source partition the on-time records of a live window are a matter of the log alone:
  they all stand before the first record whose stamp is above end + grace. Call that record F.
- The ledger's clock is the highest stamp of the records it has read, without a break, so it is above end + grace only
  if it has read F. Then every on-time record of the window is in the ledger, and so is every adjustment for a
  duplicate or a conflict among them: the sink writes it in the transaction that reads the record.
- The mark's clock is the same figure for the prefix that the processor has folded, so it is above end + grace only if F
  is folded. Values come before their mark in the changelog, and the sink reads a changelog in order, so every value of
  the window has been applied when such a mark has. Nothing on time can follow, so the values are final. That the
  window has left the mark's `open` says the same in the processor's words; we ask for both.
- So each side holds exactly the records before F, whichever of them has read further beyond F.
- For an import, F is the import's end record: `ended` on either side says that F was read, and folded.

A partition in which nothing happens keeps the window open until a tick moves its clock: an idle partition and one whose
broker cannot be reached look the same from here. Facts only ever become true, so they may be read in any order.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tollbook_schemas.rollups import Scope
from tollbook_schemas.topics import StreamKind
from tollbook_schemas.windows import NO_CLOCK, WindowRule
from tollbook_sinks.lifecycle.windows import Window


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one source partition is read into the ledger, and its changelog partition into the rollups.

    Clocks are milliseconds, NO_CLOCK before the first record. `open_scopes` is what the last mark lists as open; the
    ends are ids of imports.
    """

    kind: StreamKind
    partition: int
    ledger_clock: int = NO_CLOCK
    rollup_clock: int = NO_CLOCK
    open_scopes: frozenset[Scope] = frozenset()
    ledger_ends: frozenset[str] = frozenset()
    rollup_ends: frozenset[str] = frozenset()


def closable(rule: WindowRule, windows: Iterable[Window], partitions: Collection[Progress]) -> list[Window]:
    """Those of the windows that every registered partition of their stream's kind has left behind."""
    live = [partition for partition in partitions if partition.kind == "live"]
    imports = [partition for partition in partitions if partition.kind == "import"]
    return [window for window in windows if _is_closed(rule, window, live if window.is_live else imports)]


def _is_closed(rule: WindowRule, window: Window, partitions: Collection[Progress]) -> bool:
    """False too while no partition is registered: that says nothing about the log."""
    return bool(partitions) and all(_has_passed(rule, window, partition) for partition in partitions)


def _has_passed(rule: WindowRule, window: Window, partition: Progress) -> bool:
    if window.scope in partition.open_scopes:
        return False
    if window.is_live:
        slower = min(partition.ledger_clock, partition.rollup_clock)
        return rule.is_closed(window.start_ms, slower)
    return window.stream in partition.ledger_ends and window.stream in partition.rollup_ends
