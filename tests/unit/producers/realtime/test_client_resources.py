"""`client.realtime` and `client.beta.realtime` of a tracked client, and of the copies that the SDK makes of it."""

from typing import Any

import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI, AzureOpenAI, OpenAI

from support.provider_events import EventList
from support.realtime_server import Peer
from tollbook_producers import track_openai
from unit.producers.realtime.conftest import Serve
from unit.producers.realtime.conversation import MODEL
from unit.producers.realtime.messages import response_created, response_done, usage


def two_responses(peer: Peer) -> None:
    peer.say(response_created("resp_1"), response_done("resp_1", usage()), response_done("resp_2", usage()))


def client_of(url: str) -> OpenAI:
    return OpenAI(base_url=f"{url}/v1", websocket_base_url=f"{url}/v1".replace("http", "ws"), api_key="none")


@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI])
def test_copies_are_tracked(kind: Any) -> None:
    plain = kind(api_key="none")
    assert not hasattr(plain.realtime, "_tollbook_tracked")
    client = track_openai(plain, use_case="alvia_realtime")
    for each in (client, client.with_options(timeout=1), client.copy(), track_openai(client)):
        assert each.realtime is each.realtime
        assert each.realtime._tollbook_tracked
        assert each.realtime._client is each
        assert each.beta.realtime._tollbook_tracked
        assert each.beta.realtime._client is each
        assert each.beta.assistants._client is each
    assert not hasattr(plain.realtime, "_tollbook_tracked")


@pytest.mark.parametrize("kind", [AzureOpenAI, AsyncAzureOpenAI])
def test_azure_clients_are_tracked(kind: Any) -> None:
    plain = kind(api_key="none", azure_endpoint="https://example.invalid", api_version="v1")
    assert track_openai(plain).realtime._tollbook_settings.provider == "azure"


def test_a_session_of_a_copy(events: EventList, serve: Serve) -> None:
    tracked = track_openai(client_of(serve(two_responses).url), provider="gateway", workspace_id="w1")
    with tracked.with_options(max_retries=0).realtime.connect(model=MODEL) as connection:
        assert len(list(connection)) == 3
    assert (events.only.provider, events.only.workspace_id, events.only.total_tokens) == ("gateway", "w1", 130)


@pytest.mark.parametrize("again", [False, True])
def test_one_event_a_response_on_request(events: EventList, serve: Serve, again: bool) -> None:
    tracked = track_openai(client_of(serve(two_responses).url), realtime="response")
    client = track_openai(tracked, workspace_id="w1") if again else tracked
    with client.realtime.connect(model=MODEL) as connection:
        assert len(list(connection)) == 3
    assert [event.request_id for event in events] == ["resp_1", "resp_2"]
    assert [event.workspace_id for event in events] == ["w1" if again else None] * 2
