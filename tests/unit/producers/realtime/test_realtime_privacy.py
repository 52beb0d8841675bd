"""What is said in a session appears in no event, and in no log."""

import logging

import pytest

from support.provider_events import EventList
from support.realtime_server import Peer
from unit.producers.realtime.conftest import Serve
from unit.producers.realtime.conversation import Kind, resource, talk
from unit.producers.realtime.messages import not_transcribed, response_done, session_created, transcribed, usage

SECRET = "my account number is 4711"


def test_nothing_said_is_kept(events: EventList, serve: Serve, kind: Kind, caplog: pytest.LogCaptureFixture) -> None:
    def script(peer: Peer) -> None:
        created = session_created()
        created["session"]["instructions"] = SECRET
        peer.say(created)
        assert SECRET in peer.hear()["session"]["instructions"]
        failed, odd = not_transcribed("i2"), transcribed("i3", {"type": SECRET, "note": SECRET})
        failed["error"] |= {"message": SECRET, "code": SECRET, "type": SECRET}
        done = response_done("resp_1", {**usage(), "note": SECRET, SECRET: 1}, "failed")
        done["response"]["output"] = [{"content": [{"transcript": SECRET}]}]
        done["response"]["status_details"] = {"error": {"type": SECRET, "code": SECRET}}
        peer.say(transcribed("i1", transcript=SECRET), failed, odd, done, {"type": "error", "message": SECRET})

    caplog.set_level(logging.DEBUG, logger="tollbook_producers")
    with talk(kind, resource(kind, serve(script).url)) as conversation:
        conversation.send({"type": "session.update", "session": {"type": "realtime", "instructions": SECRET}})
        conversation.read_all()
    assert len(events) == 4
    for event in events:
        assert SECRET not in event.model_dump_json()
    assert not [record for record in caplog.records if record.name.startswith("tollbook")]
