"""From where on something is worth a person's attention."""

from dataclasses import dataclass
from datetime import timedelta

from tollbook_schemas.settings import Settings


@dataclass(frozen=True, slots=True)
class Thresholds:
    """See docs/alerts.md; `width` and `grace` are those of windows. `kept` None: no retention is set."""

    sliding: timedelta
    missing_ratio: float
    missing_calls: int
    lag: timedelta
    lag_records: int
    idle: timedelta
    idle_windows: int
    overdue: timedelta
    import_open: timedelta
    width: timedelta
    grace: timedelta
    kept: timedelta | None


def thresholds_of(settings: Settings) -> Thresholds:
    """The thresholds that the settings name."""
    days = settings.ledger_retention_days
    kept = None if days is None else max(timedelta(days=days), timedelta(seconds=settings.horizon_seconds))
    return Thresholds(
        sliding=timedelta(seconds=settings.alert_sliding_seconds),
        missing_ratio=settings.alert_missing_ratio,
        missing_calls=settings.alert_missing_calls,
        lag=timedelta(seconds=settings.alert_lag_seconds),
        lag_records=settings.alert_lag_records,
        idle=timedelta(seconds=settings.alert_idle_seconds),
        idle_windows=settings.alert_idle_windows,
        overdue=timedelta(seconds=settings.alert_overdue_seconds),
        import_open=timedelta(seconds=settings.alert_import_seconds),
        width=timedelta(seconds=settings.window_seconds),
        grace=timedelta(seconds=settings.grace_seconds),
        kept=kept,
    )
