"""Which dead letters can be counted, and why the others cannot."""

from typing import get_args

import orjson
from hypothesis import given
from hypothesis import strategies as st

from support.sink_events import DAY_MS, usage_event
from tollbook_cli.dead_letters.judging import event_of, judge_again, read_events
from tollbook_schemas.codec import RejectReason, content_digest, encode_event
from tollbook_sinks.dead_letters import REASONS, Place, Waiting, explain
from tollbook_sinks.identity import Reason

NOW_MS = 1_790_000_000_000


def letters_of(*events: object) -> list[Waiting]:
    values = (event if isinstance(event, bytes) else encode_event(event)[1] for event in events)  # type: ignore[arg-type]  # events else
    return [Waiting(Place("live", 0, offset), value) for offset, value in enumerate(values)]


def test_what_is_an_event_now_is_read_whatever_its_key_was() -> None:
    event = usage_event(1, NOW_MS)
    events, refused = read_events(letters_of(event, b"{", b"", b'{"schema_version": 2}'))
    assert events == [(Place("live", 0, 0), event)]
    assert [one.why.split(":")[0] for one in refused] == [
        "the record's value is not JSON",
        "the record's value is not JSON",
        "the record has schema_version 2 and this consumer knows only 1",
    ]


def test_an_event_that_does_not_state_its_version_is_none() -> None:
    fields = orjson.loads(encode_event(usage_event(1, NOW_MS))[1])
    del fields["schema_version"]
    assert event_of(orjson.dumps(fields)) == "schema_version: every event states its version"


def test_each_reason_for_not_sending() -> None:
    counted, other = usage_event(1, NOW_MS), usage_event(1, NOW_MS, prompt_tokens=1)
    gone, future, good = usage_event(2, NOW_MS - 40 * DAY_MS), usage_event(3, NOW_MS + 1), usage_event(4, NOW_MS)
    events, _ = read_events(letters_of(other, gone, future, good))
    recorded = {counted.id: content_digest(counted)}
    judged = judge_again(events, recorded, {gone.created_at.date()}, NOW_MS)
    assert [one.why.split(":")[0] for one in judged.refused] == [
        "another call with its id and other content is counted",
        "its day has left the ledger",
        "its time is still to come",
    ]
    assert judged.places == [Place("live", 0, 3)]
    assert list(judged.events.values()) == [good]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2)), max_size=12))
def test_each_id_is_sent_once_and_every_letter_is_accounted_for(letters: list[tuple[int, int]]) -> None:
    events, _ = read_events(letters_of(*(usage_event(number, NOW_MS, prompt_tokens=it) for number, it in letters)))
    judged = judge_again(events, {}, (), NOW_MS)
    first: dict[int, int] = {}
    for number, tokens in letters:
        first.setdefault(number, tokens)
    same = [offset for offset, (number, tokens) in enumerate(letters) if first[number] == tokens]
    assert [place.offset for place in judged.places] == same
    assert [event.prompt_tokens for event in judged.events.values()] == list(first.values())
    assert len(judged.places) + len(judged.refused) == len(letters)


def test_every_reason_has_a_sentence() -> None:
    adjusting = set(get_args(Reason)) - {"duplicate", "late"}
    assert set(REASONS) == {*get_args(RejectReason), *adjusting, "too_old", "in_future"}
    assert all(explain(reason).endswith(".") for reason in REASONS)
