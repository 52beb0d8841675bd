"""Facts whose counts were left to be read from the raw usage, read."""

from collections.abc import Mapping
from typing import Any

from tollbook_producers.facts import counts_of, status_of
from tollbook_producers.normalize import reduce_raw_usage
from tollbook_producers.normalize.openai.plain import CHAT, read_chat

_READ = {CHAT: read_chat}


def read_facts(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same facts with their counts. Raises KeyError for a kind of usage that this version does not know."""
    unread = facts.get("unread")
    if unread is None:
        return facts
    usage = _READ[unread](facts["raw_usage"])
    read = {**facts, **counts_of(usage), "raw_usage": reduce_raw_usage(facts["raw_usage"])}
    read["flags"] = (*facts.get("flags", ()), *usage.flags)
    read["status"] = status_of(usage).value
    del read["unread"]
    return read
