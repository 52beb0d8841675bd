"""What a kill would leave: running totals after every response."""

from typing import Any
from uuid import UUID

import pytest

from support.realtime_server import Peer
from tollbook_producers import process
from tollbook_producers.recording import Facts
from tollbook_schemas import LLMUsageStatus
from unit.producers.realtime.conftest import Serve
from unit.producers.realtime.conversation import Kind, resource, talk
from unit.producers.realtime.messages import response_created, response_done, usage


class Diary:
    """Keeps what is recorded before the end."""

    def __init__(self) -> None:
        self.records: list[tuple[str, UUID, dict[str, Any]]] = []

    def began(self, reserved: UUID, facts: Facts) -> None:
        self.records.append(("began", reserved, dict(facts)))

    def progressed(self, reserved: UUID, facts: Facts) -> None:
        self.records.append(("progressed", reserved, dict(facts)))

    def ended(self, reserved: UUID, event_id: UUID, facts: Facts) -> None:  # noqa: ARG002  # the protocol's parameter
        self.records.append(("ended", reserved, dict(facts)))

    def left(self, event_id: UUID, facts: Facts) -> None:  # noqa: ARG002
        self.records.append(("left", UUID(int=0), dict(facts)))

    def lost(self, error: BaseException) -> None:
        raise error


@pytest.fixture
def diary(monkeypatch: pytest.MonkeyPatch) -> Diary:
    kept = Diary()
    monkeypatch.setattr(process, "recorder", lambda: kept)
    return kept


def test_running_totals(diary: Diary, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        peer.say(response_created("resp_1"), response_done("resp_1", usage()))
        peer.say(response_created("resp_2"), response_done("resp_2", usage()))

    with talk(kind, resource(kind, serve(script).url)) as conversation:
        conversation.read_all()
    kinds = [kind for kind, _, _ in diary.records]
    assert kinds == ["began", *["progressed"] * 4, "ended"]
    assert len({reserved for _, reserved, _ in diary.records}) == 1
    progress = [facts for kind, _, facts in diary.records if kind == "progressed"]
    assert [facts["call_count"] for facts in progress] == [1, 1, 2, 2]
    assert [facts.get("total_tokens") for facts in progress] == [None, 65, 65, 130]
    for facts in progress:
        assert (facts["status"], facts["error_type"]) == (LLMUsageStatus.ERROR.value, "interrupted")
        assert facts["aggregate"] is True
    assert diary.records[-1][2]["total_tokens"] == 130


def test_responses_of_their_own_are_begun_and_ended(diary: Diary, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        peer.say(response_created("resp_1"), response_created("resp_2"))
        peer.say(response_done("resp_2", usage()), response_done("resp_1", usage()))

    with talk(kind, resource(kind, serve(script).url, per_response=True)) as conversation:
        conversation.read_all()
    one, two = (reserved for kind, reserved, _ in diary.records if kind == "began")
    assert [reserved for kind, reserved, _ in diary.records if kind == "ended"] == [two, one]
