"""The service tier that served a Gemini request, as its usage object tells it."""

from tollbook_producers.normalize.wire import mapping, tier

_VERTEX_TIERS = {
    "ON_DEMAND": "standard",
    "ON_DEMAND_PRIORITY": "priority",
    "ON_DEMAND_FLEX": "flex",
    "ON_DEMAND_OFFPEAK": "offpeak",
    "PROVISIONED_THROUGHPUT": "provisioned_throughput",
}
"""Vertex calls it the type of traffic."""


def tier_of(usage: object) -> str | None:
    """`serviceTier` of the Developer API, or what `trafficType` of Vertex means."""
    fields = mapping(usage)
    traffic = fields.get("trafficType")
    return tier(fields.get("serviceTier")) or (_VERTEX_TIERS.get(traffic) if isinstance(traffic, str) else None)
