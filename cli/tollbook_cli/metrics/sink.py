"""What a sink shows."""

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.registry import Collector

from tollbook_cli.metrics.families import counter, gauge
from tollbook_cli.metrics.lag import LagReader
from tollbook_schemas.settings import Settings
from tollbook_sinks.figures import SinkFigures

FEED = ("side", "kind", "partition")


class SinkCollector(Collector):
    """Its batches, where offsets went, and how far it is behind in its partitions."""

    def __init__(self, settings: Settings, figures: SinkFigures) -> None:
        self._settings = settings
        self._figures = figures
        self._lag = LagReader(settings)

    def collect(self) -> Iterator[Metric]:
        """See Collector."""
        figures = self._figures
        yield counter("tollbook_sink_batches", "committed batches", (), [((), figures.batches)])
        yield counter("tollbook_sink_write_seconds", "spent on writing them", (), [((), figures.write_seconds)])
        yield gauge("tollbook_sink_last_write_seconds", "of the last batch", (), [((), figures.last_write_seconds)])
        outcomes = [((name,), count) for name, count in figures.outcomes.items()]
        yield counter("tollbook_sink_outcomes", "source offsets by what became of them", ("outcome",), outcomes)
        offsets = figures.next_offsets
        samples = [((feed.side, feed.kind, str(feed.partition)), offset) for feed, offset in offsets.items()]
        yield gauge("tollbook_sink_next_offset", "read up to, in its partitions", FEED, samples)
        lags = self._lag.read(offsets, self._settings.of_generations(figures.generations)).items()
        behind = [((feed.side, feed.kind, str(feed.partition)), lag) for feed, lag in lags]
        yield gauge("tollbook_sink_lag_records", "not yet read, in its partitions", FEED, behind)
