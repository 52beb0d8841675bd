"""How many web searches a response made: they are billed beside the tokens."""

from collections.abc import Mapping
from typing import Any

from tollbook_producers.normalize.report import MAX_COUNT
from tollbook_producers.normalize.wire import array, mapping

_XAI_SEARCHES = ("web_search_calls", "x_search_calls")


def searches_of_tools(usage: object) -> int | None:
    """xAI's `server_side_tool_usage_details`: its searches of the web and of X. None where it has none of them."""
    details = mapping(usage).get("server_side_tool_usage_details")
    if not isinstance(details, Mapping):
        return None
    counts = [count for key in _XAI_SEARCHES if (count := _count(details.get(key))) is not None]
    return sum(counts) if counts else None


def searches_of_response(response: Mapping[str, Any]) -> int | None:
    """Billable searches as the response reports them, else counted from its output; None where nothing tells."""
    reported = _count(mapping(mapping(response.get("tool_usage")).get("web_search")).get("num_requests"))
    if reported is None:
        reported = searches_of_tools(response.get("usage"))
    if reported is not None:
        return reported
    calls = [item for item in map(mapping, array(response.get("output"))) if item.get("type") == "web_search_call"]
    return sum(map(_is_search, calls)) if calls else None


def _is_search(call: Mapping[str, Any]) -> bool:
    """Pages opened and read are no searches. Calls recorded before there were actions all were."""
    action = mapping(call.get("action"))
    return action.get("type") in (None, "search")


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= MAX_COUNT else None
