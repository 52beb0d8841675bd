"""What the user said is transcribed by another model: events of their own."""

import pytest

from support.provider_events import EventList
from support.realtime_server import Peer
from tollbook_schemas import LLMUsageStatus, UsageEvent
from unit.producers.realtime.conftest import Serve
from unit.producers.realtime.conversation import Kind, resource, talk
from unit.producers.realtime.messages import not_transcribed, session_created, transcribed

TOKENS = {"type": "tokens", "total_tokens": 35, "input_tokens": 26, "output_tokens": 9}
OF_AUDIO = {"input_token_details": {"text_tokens": 0, "audio_tokens": 26}}


def transcriptions(events: EventList) -> list[UsageEvent]:
    return [event for event in events if event.use_case == "alvia_transcription"]


def test_three_kinds_and_a_failure(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        peer.say(session_created(transcriber="gpt-4o-transcribe"))
        peer.say(transcribed("i1", {**TOKENS, **OF_AUDIO}))
        peer.say(transcribed("i2", {"type": "duration", "seconds": 3.25}))
        peer.say(transcribed("i3"), not_transcribed("i4"))

    with talk(kind, resource(kind, serve(script).url, session_id="s1", workspace_id="w1")) as conversation:
        conversation.read_all()
    tokens, seconds, none, failed, session = events
    assert (tokens.status, tokens.prompt_tokens, tokens.completion_tokens) == (LLMUsageStatus.SUCCESS, 26, 9)
    assert (tokens.total_tokens, tokens.input_audio_tokens) == (35, 26)
    assert (seconds.status, str(seconds.input_audio_seconds)) == (LLMUsageStatus.SUCCESS, "3.250")
    assert none.status is LLMUsageStatus.MISSING_USAGE
    assert (failed.status, failed.error_type) == (LLMUsageStatus.ERROR, "audio_unintelligible")
    for event in transcriptions(events):
        assert (event.model, event.aggregate, event.call_count) == ("gpt-4o-transcribe", False, 1)
        assert (event.session_id, event.workspace_id) == ("s1", "w1")
    assert [event.request_id for event in transcriptions(events)] == ["i1", "i2", "i3", "i4"]
    assert (session.use_case, session.prompt_tokens, session.flags) == ("alvia_realtime", None, ("no_responses",))


def test_each_part_of_an_item_once(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        peer.say(session_created(), transcribed("i1", TOKENS), transcribed("i1", TOKENS))
        peer.say(transcribed("i1", TOKENS, index=1), transcribed("i2", TOKENS))

    with talk(kind, resource(kind, serve(script).url)) as conversation:
        assert len(conversation.read_all()) == 5
    assert len(transcriptions(events)) == 3


def test_what_is_in_progress_is_no_report(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        for status in ("in_progress", "in_progress", "completed"):
            peer.say(transcribed("i1", status=status))

    with talk(kind, resource(kind, serve(script).url, provider="xai")) as conversation:
        assert len(conversation.read_all()) == 3
    [event] = transcriptions(events)
    assert (event.provider, event.model, event.status) == ("xai", "unknown", LLMUsageStatus.MISSING_USAGE)


CONFIGURATIONS = [
    {"type": "session.update", "session": {"audio": {"input": {"transcription": {"model": "whisper-1"}}}}},
    {"type": "session.update", "session": {"input_audio_transcription": {"model": "whisper-1"}}},
    {"type": "transcription_session.update", "session": {"input_audio_transcription": {"model": "whisper-1"}}},
]


@pytest.mark.parametrize("update", CONFIGURATIONS)
def test_the_model_that_the_caller_asked_for(
    events: EventList, serve: Serve, kind: Kind, update: dict[str, object]
) -> None:
    """Not every provider repeats the configuration that it was sent."""

    def script(peer: Peer) -> None:
        peer.say(session_created())
        peer.hear()
        peer.say(transcribed("i1", TOKENS))

    with talk(kind, resource(kind, serve(script).url)) as conversation:
        conversation.send(update)
        conversation.read_all()
    assert [event.model for event in transcriptions(events)] == ["gpt-4o-transcribe"]


@pytest.mark.parametrize("update", CONFIGURATIONS)
def test_the_model_that_the_provider_says(
    events: EventList, serve: Serve, kind: Kind, update: dict[str, object]
) -> None:
    def script(peer: Peer) -> None:
        peer.say(session_created(), {**update, "type": f"{update['type']}d"}, transcribed("i1", TOKENS))

    with talk(kind, resource(kind, serve(script).url)) as conversation:
        conversation.read_all()
    assert [event.model for event in transcriptions(events)] == ["whisper-1"]
