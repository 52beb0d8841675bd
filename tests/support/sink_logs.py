"""Hypothesis strategies: the log of one source partition, with what each record in it is."""

from typing import Literal, NamedTuple

from hypothesis import strategies as st

from support.sink_events import DAY_MS, HOUR_MS, TICK, Message, import_end, import_named, message_of, usage_event
from tollbook_schemas.topics import StreamKind
from tollbook_sinks.partitions import LogId, SourcePartition
from tollbook_sinks.records import Feed, Record

NOW_MS = 1_790_000_000_000
LOG_ID = LogId("cluster", "topic")
IDS = 12
"""Few ids, so that most come up again."""

Fate = Literal["on_time", "late", "dead", "tick", "end"]
LIVE_FATES: tuple[Fate, ...] = ("on_time", "late", "dead", "tick")
IMPORT_FATES: tuple[Fate, ...] = ("on_time", "on_time", "end", "dead")


class Told(NamedTuple):
    """A record and what it is."""

    record: Record
    fate: Fate
    stream: str


@st.composite
def partition_logs(draw: st.DrawFn, kind: StreamKind = "live", max_size: int = 40) -> list[Told]:
    """Records in the order of their offsets, with holes between some of them."""
    told: list[Told] = []
    offset = draw(st.integers(0, 5))
    ended: set[str] = set()
    for _ in range(draw(st.integers(0, max_size))):
        stream = "live" if kind == "live" else import_named(draw(st.integers(1, 2)))
        fate = draw(st.sampled_from(LIVE_FATES if kind == "live" else IMPORT_FATES))
        message = _message(draw, kind, fate, stream)
        if fate == "end":
            ended.add(stream)
        if kind == "import" and fate == "on_time" and stream in ended:
            fate = "late"
        record = Record(Feed("source", kind, 0), offset, message.key, message.value, message.headers, NOW_MS + offset)
        told.append(Told(record, fate, stream))
        offset += draw(st.sampled_from((1, 1, 1, 1, 2, 4)))
    return told


def _message(draw: st.DrawFn, kind: StreamKind, fate: Fate, stream: str) -> Message:
    if fate == "tick":
        return TICK
    if fate == "end":
        return import_end(stream)
    if fate == "dead":
        return Message(b"k", draw(st.binary(max_size=8)), [])
    age_ms = 5 * HOUR_MS if fate == "late" else HOUR_MS if kind == "live" else 30 * DAY_MS
    event = usage_event(draw(st.integers(1, IDS)), NOW_MS - age_ms, prompt_tokens=draw(st.sampled_from((5, 5, 5, 6))))
    return message_of(event, None if kind == "live" else stream)


def new_partition(kind: StreamKind, first_offset: int) -> SourcePartition:
    """A partition of which nothing has been read."""
    return SourcePartition(Feed("source", kind, 0), LOG_ID, first_offset)
