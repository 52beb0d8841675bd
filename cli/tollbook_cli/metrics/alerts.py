"""What a maintainer shows: the alerts, and the facts that they are computed from."""

import time
from collections import Counter
from collections.abc import Iterator
from threading import Lock

from prometheus_client import Metric
from prometheus_client.registry import Collector

from tollbook_cli.metrics.families import gauge
from tollbook_cli.watching import explained
from tollbook_schemas.errors import TollbookError
from tollbook_schemas.settings import Settings
from tollbook_sinks.alerts import CODES, Facts, LogEnds, find_alerts, look, thresholds_of
from tollbook_sinks.lifecycle import connect

FRESH_SECONDS = 10.0
"""Several who ask at about the same time are given the same answer: asking reads tables."""

PLACE = ("step", "kind", "partition")


class AlertCollector(Collector):
    """Looks when asked, over a connection of its own. Where it cannot, the figures are missing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ends: LogEnds | None = None
        self._facts: Facts | None = None
        self._looked = 0.0
        self._asked = -FRESH_SECONDS
        self._turn = Lock()

    def collect(self) -> Iterator[Metric]:
        """See Collector."""
        with self._turn:
            self._look()
            facts, looked = self._facts, self._looked
        yield gauge("tollbook_looked_timestamp_seconds", "when the alerts were computed", (), [((), looked)])
        if facts is not None:
            yield from self._alerts(facts)
            yield from _figures(facts)

    def _look(self) -> None:
        if time.monotonic() - self._asked < FRESH_SECONDS:
            return
        try:
            self._ends = self._ends or LogEnds(self._settings)
            with explained(), connect(self._settings.postgres, "tollbook maintain (metrics)") as connection:
                self._facts = look(self._settings, connection, self._ends)
            self._looked = time.time()
        except TollbookError:
            self._facts = None
        self._asked = time.monotonic()

    def _alerts(self, facts: Facts) -> Iterator[Metric]:
        alerts = find_alerts(facts, thresholds_of(self._settings))
        counts = Counter(alert.code for alert in alerts)
        yield gauge("tollbook_alerts", "alerts by code", ("code",), [((code,), counts[code]) for code in CODES])
        each = {
            (alert.code, ",".join(f"{name}={value}" for name, value in alert.subject.items())): 1 for alert in alerts
        }
        yield gauge("tollbook_alert", "each alert, see docs/alerts.md", ("code", "subject"), each.items())


def _figures(facts: Facts) -> Iterator[Metric]:
    places = [((lag.step, lag.kind, str(lag.partition)), lag) for lag in facts.lags]
    records = [(place, lag.records) for place, lag in places if lag.records is not None]
    yield gauge("tollbook_lag_records", "records that wait for a step", PLACE, records)
    seconds = [(place, lag.seconds) for place, lag in places if lag.seconds is not None]
    yield gauge("tollbook_lag_seconds", "age of a live partition's clock", PLACE, seconds)
    letters = [((one.reason,), one.count) for one in facts.undecided]
    yield gauge("tollbook_dead_letters_undecided", "dead letters that wait for a decision", ("reason",), letters)
    states = Counter(one.state for one in facts.windows)
    windows = [((state,), states[state]) for state in ("open", "closed", "disputed")]
    yield gauge("tollbook_unfinished_windows", "windows that are not compacted", ("state",), windows)
