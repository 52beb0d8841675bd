"""Metrics with labels, from plain figures."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

Samples = Iterable[tuple[tuple[str, ...], float]]
"""Label values, in the order of the names, and the figure."""


def gauge(name: str, about: str, labels: tuple[str, ...], samples: Samples) -> GaugeMetricFamily:
    """A figure that goes up and down."""
    family = GaugeMetricFamily(name, about, labels=labels)
    for values, figure in samples:
        family.add_metric(values, figure)
    return family


def counter(name: str, about: str, labels: tuple[str, ...], samples: Samples) -> CounterMetricFamily:
    """A figure that grows for as long as the process lives."""
    family = CounterMetricFamily(name, about, labels=labels)
    for values, figure in samples:
        family.add_metric(values, figure)
    return family
