"""Facts whose counts were left to be read from the raw usage, read."""

from collections.abc import Mapping
from typing import Any

from tollbook_producers.facts import fact, status_if
from tollbook_producers.normalize.openai.plain import CHAT
from tollbook_producers.normalize.openai.usage import chat_report

_READ = {CHAT: chat_report}


def read_facts(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same facts with their counts. Raises KeyError for a kind of usage that this version does not know."""
    unread = facts.get("unread")
    if unread is None:
        return facts
    report = _READ[unread](facts["raw_usage"])
    read = {name: value for name, value in facts.items() if name != "unread"}
    counts = {name: fact(value) for name, value in (report.counts | report.others).items() if value is not None}
    read |= counts
    read["flags"] = (*facts.get("flags", ()), *report.flags)
    read["status"] = status_if(is_reported=bool(counts)).value
    return read
