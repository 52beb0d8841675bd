"""The one list of alerts: a pure function of the facts and the thresholds."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from tollbook_sinks.alerts.alert import Alert
from tollbook_sinks.alerts.facts import Facts, Lag, Step, UnfinishedWindow
from tollbook_sinks.alerts.thresholds import Thresholds

LIVE = "live"
A_DAY = timedelta(days=1)
_WHO: dict[Step, str] = {
    "ledger": "the sink is behind in the source topic",
    "processor": "the processor is behind in the source topic",
    "totals": "the sink is behind in the changelog",
}


def find_alerts(facts: Facts, thresholds: Thresholds) -> list[Alert]:
    """All of them, the most urgent kinds first."""
    return [alert for condition in _CONDITIONS for alert in condition(facts, thresholds)]


def _kafka_unreachable(facts: Facts, _: Thresholds) -> Iterator[Alert]:
    if facts.kafka is not None:
        yield Alert("kafka_unreachable", f"how many records wait is not known: {facts.kafka}")


def _lag(facts: Facts, thresholds: Thresholds) -> Iterator[Alert]:
    """One alert a step and kind: partitions are mostly behind together."""
    behind: dict[tuple[Step, str], list[Lag]] = {}
    for lag in facts.lags:
        too_many = (lag.records or 0) > thresholds.lag_records
        if too_many or (lag.seconds or 0) > thresholds.lag.total_seconds():
            behind.setdefault((lag.step, lag.kind), []).append(lag)
    for (step, kind), lags in behind.items():
        records = sum(lag.records or 0 for lag in lags)
        seconds = max((lag.seconds for lag in lags if lag.seconds is not None), default=None)
        waited = "" if seconds is None else f", its clock {seconds:,.0f} s ago"
        where = f"{len(lags)} {kind} partition{_s(len(lags))}"
        yield Alert("lag", f"{_WHO[step]}: {where}, {records:,} records{waited}", {"step": step, "kind": kind})


def _windows_overdue(facts: Facts, thresholds: Thresholds) -> Iterator[Alert]:
    """Open ones by when their clocks should have passed them, closed ones by when they were closed."""
    due = thresholds.width + thresholds.grace + thresholds.overdue
    to_close = [one for one in facts.windows if one.state == "open" and one.stream == LIVE]
    to_compact = [one for one in facts.windows if one.state == "closed" and one.closed_at is not None]
    late_to_close = [one for one in to_close if one.start + due < facts.now]
    late_to_compact = [one for one in to_compact if (one.closed_at or facts.now) + thresholds.overdue < facts.now]
    for step, done, windows in (("close", "closed", late_to_close), ("compact", "compacted", late_to_compact)):
        if windows:
            yield Alert("windows_overdue", f"{_first(windows)} should have been {done} by now", {"step": step})


def _import_unfinished(facts: Facts, thresholds: Thresholds) -> Iterator[Alert]:
    overdue: dict[str, list[UnfinishedWindow]] = {}
    for one in facts.windows:
        if one.state == "open" and one.stream != LIVE and one.opened_at + thresholds.import_open < facts.now:
            overdue.setdefault(one.stream, []).append(one)
    for stream, windows in overdue.items():
        yield Alert(
            "import_unfinished", f"{_first(windows)}: its end was not read in every partition", {"import": stream}
        )


def _disputed_windows(facts: Facts, _: Thresholds) -> Iterator[Alert]:
    disputed = [one for one in facts.windows if one.state == "disputed"]
    if disputed:
        yield Alert("disputed_windows", f"{_first(disputed)}: ledger and totals differ")


def _dead_letters(facts: Facts, _: Thresholds) -> Iterator[Alert]:
    for letters in facts.undecided:
        detail = f"{letters.count:,} undecided, the first of {_minute(letters.first_at)}"
        yield Alert("dead_letters", detail, {"reason": letters.reason})


def _requeue_unfinished(facts: Facts, _: Thresholds) -> Iterator[Alert]:
    if facts.unsent_requeues:
        yield Alert("requeue_unfinished", f"of {facts.unsent_requeues:,} the import was begun and not ended")


def _missing_usage(facts: Facts, thresholds: Thresholds) -> Iterator[Alert]:
    for gap in facts.usage_gaps:
        if gap.calls >= thresholds.missing_calls and gap.ratio > thresholds.missing_ratio:
            detail = f"{gap.missing:,} of {gap.calls:,} calls ({gap.ratio:.0%}) came without usage"
            yield Alert(
                "missing_usage", detail, {"provider": gap.provider, "model": gap.model, "use_case": gap.use_case}
            )


def _idle_producer(facts: Facts, thresholds: Thresholds) -> Iterator[Alert]:
    for producer in facts.idle:
        subject = {"environment": producer.environment or "", "project": producer.project_id or ""}
        minutes = thresholds.idle.total_seconds() / 60
        yield Alert("idle_producer", f"{producer}: no call for {minutes:g} minutes after a steady flow", subject)


def _spool_drops(facts: Facts, _: Thresholds) -> Iterator[Alert]:
    if facts.dropped_calls:
        yield Alert("spool_drops", f"{facts.dropped_calls:,} calls had no room in a spool", {"seen_in": "ledger"})
    if facts.spool is not None and facts.spool.dropped:
        yield Alert("spool_drops", f"{facts.spool.dropped:,} calls had no room in this spool", {"seen_in": "spool"})


def _spool_stranded(facts: Facts, _: Thresholds) -> Iterator[Alert]:
    if facts.spool is not None and facts.spool.stranded:
        yield Alert("spool_stranded", f"{facts.spool.stranded:,} calls of dead processes wait in this spool")


def _spool_damaged(facts: Facts, _: Thresholds) -> Iterator[Alert]:
    if facts.spool is not None and facts.spool.damaged:
        yield Alert("spool_damaged", f"damaged segments set aside in this spool: {facts.spool.damaged:,}")


def _retention_stuck(facts: Facts, thresholds: Thresholds) -> Iterator[Alert]:
    stuck = [leaving for leaving in facts.leaving if leaving.expired_at + thresholds.overdue < facts.now]
    if stuck:
        detail = f"{len(stuck)} day{_s(len(stuck))} should be archived and dropped, the first is {stuck[0].day}"
        yield Alert("retention_stuck", detail, {"step": "drop"})
    oldest, clock, kept = facts.oldest_kept_day, facts.clock, thresholds.kept
    if oldest is not None and clock is not None and kept is not None and _end_of(oldest) + kept + A_DAY < clock:
        yield Alert("retention_stuck", f"{oldest} should have expired by now", {"step": "expire"})


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC) + A_DAY


def _first(windows: Sequence[UnfinishedWindow]) -> str:
    return f"{len(windows)} window{_s(len(windows))}, the first {windows[0].stream} {_minute(windows[0].start)}"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


_CONDITIONS: tuple[Callable[[Facts, Thresholds], Iterator[Alert]], ...] = (
    _kafka_unreachable,
    _lag,
    _windows_overdue,
    _import_unfinished,
    _disputed_windows,
    _dead_letters,
    _requeue_unfinished,
    _missing_usage,
    _idle_producer,
    _spool_drops,
    _spool_stranded,
    _spool_damaged,
    _retention_stuck,
)
