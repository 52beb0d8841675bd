"""What a processor shows."""

from collections.abc import Iterator

from faust import App
from prometheus_client import Metric
from prometheus_client.registry import Collector

from tollbook_cli.metrics.families import counter, gauge
from tollbook_cli.metrics.lag import LagReader
from tollbook_processors.figures import read_figures
from tollbook_schemas.settings import Settings
from tollbook_sinks.records import Feed

OUTCOMES = ("on_time", "late", "dead", "tick", "end")


class ProcessorCollector(Collector):
    """Records folded, partitions folded again, and how far it is behind in its partitions."""

    def __init__(self, settings: Settings, app: App) -> None:
        self._app = app
        self._lag = LagReader(settings)

    def collect(self) -> Iterator[Metric]:
        """See Collector."""
        found = read_figures(self._app)
        records = [((one.kind, name), one.counts.get(name, 0)) for one in found for name in OUTCOMES]
        yield counter("tollbook_processor_records", "read, by what became of them", ("kind", "outcome"), records)
        refolds = [((one.kind,), one.counts.get("refolds", 0)) for one in found]
        yield counter("tollbook_processor_refolds", "partitions folded again from the log", ("kind",), refolds)
        offsets = {Feed("source", one.kind, number): at for one in found for number, at in one.next_offsets.items()}
        folded = [((feed.kind, str(feed.partition)), offset) for feed, offset in offsets.items()]
        yield gauge("tollbook_processor_next_offset", "folded up to, in its partitions", ("kind", "partition"), folded)
        behind = [((feed.kind, str(feed.partition)), lag) for feed, lag in self._lag.read(offsets).items()]
        yield gauge(
            "tollbook_processor_lag_records", "not yet folded, in its partitions", ("kind", "partition"), behind
        )
