"""A synchronous connection is often read, written and closed by different threads."""

import threading

import pytest

from support.provider_events import EventList
from support.realtime_server import Peer
from tollbook_producers import collect_usage, usage_context
from tollbook_schemas import LLMUsageStatus
from unit.producers.realtime.conftest import Serve
from unit.producers.realtime.conversation import MODEL, resource
from unit.producers.realtime.messages import audio_delta, response_created, response_done, transcribed, usage

RESPONSES = 50


def test_another_thread_closes(events: EventList, serve: Serve) -> None:
    first = threading.Event()

    def script(peer: Peer) -> None:
        peer.say(response_created("resp_1"), response_done("resp_1", usage()))
        peer.wait_for_close()

    def read() -> None:
        for event in connection:
            if event.type == "response.done":
                first.set()

    connection = resource("sync", serve(script).url).connect(model=MODEL).enter()
    reader = threading.Thread(target=read)
    reader.start()
    assert first.wait(10)
    connection.close()
    reader.join(10)
    assert not reader.is_alive()
    assert (events.only.status, events.only.total_tokens) == (LLMUsageStatus.SUCCESS, 65)


def test_closing_at_any_moment_counts_what_arrived(events: EventList, serve: Serve) -> None:
    """Whichever thread reads a message, and whether or not anybody does, it is counted once."""
    said = threading.Event()

    def script(peer: Peer) -> None:
        for number in range(RESPONSES):
            peer.say(audio_delta(3), response_done(f"resp_{number}", usage()))
        said.set()
        peer.wait_for_close()

    connection = resource("sync", serve(script).url).connect(model=MODEL).enter()
    reader = threading.Thread(target=lambda: [event.type for event in connection])
    reader.start()
    assert said.wait(10)
    connection.close()
    reader.join(10)
    assert not reader.is_alive()
    assert (events.only.call_count, events.only.total_tokens) == (RESPONSES, RESPONSES * 65)


@pytest.mark.parametrize("per_response", [False, True])
def test_events_belong_where_the_session_began(events: EventList, serve: Serve, per_response: bool) -> None:
    """A thread that reads has no context of its own."""

    def script(peer: Peer) -> None:
        peer.say(response_created("resp_1"), response_done("resp_1", usage()), transcribed("i1"))

    realtime = resource("sync", serve(script).url, per_response=per_response)
    with usage_context(project_id="p1"), collect_usage() as collected:
        connection = realtime.connect(model=MODEL).enter()
        reader = threading.Thread(target=lambda: [event.type for event in connection])
        reader.start()
        reader.join(10)
    assert [event.project_id for event in events] == ["p1", "p1"]
    assert (collected.usage.calls, collected.usage.prompt_tokens) == (2, 30)
