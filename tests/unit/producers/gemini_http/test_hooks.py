"""The private names of the SDK that the wrapper depends on: these fail when one is renamed."""

import inspect

import pytest
from google import genai
from google.genai import _api_client
from google.genai._api_client import BaseApiClient, HttpRequest, HttpResponse
from google.genai.chats import AsyncChats, Chats
from google.genai.models import AsyncModels, Models

SENDING = ["http_request", "http_options", "stream"]


@pytest.fixture
def client() -> genai.Client:
    return genai.Client(api_key="none")


@pytest.mark.parametrize("name", ["_request", "_async_request"])
def test_one_call_is_sent_by(name: str) -> None:
    assert list(inspect.signature(getattr(BaseApiClient, name)).parameters)[1:] == SENDING
    source = inspect.getsource(BaseApiClient)
    for sender in ("request", "request_streamed", "async_request", "async_request_streamed"):
        assert hasattr(BaseApiClient, sender)
    assert source.count(f"self.{name}(") == 2


@pytest.mark.parametrize("name", ["_request_once", "_async_request_once"])
def test_one_attempt_is_sent_by(name: str) -> None:
    assert next(iter(list(inspect.signature(getattr(BaseApiClient, name)).parameters)[1:])) == "http_request"
    assert f"self.{name}" in inspect.getsource(BaseApiClient)


def test_a_request_has() -> None:
    request = HttpRequest(method="post", url="u", headers={}, data={})
    assert (request.method, request.url, request.data, request.timeout) == ("post", "u", {}, None)
    assert isinstance(request.__dict__, dict)


def test_an_answer_has() -> None:
    answer = HttpResponse({}, ["{}"])
    assert answer.response_stream == ["{}"]
    assert list(answer.segments()) == [{}]
    assert inspect.isasyncgenfunction(answer.async_segments)
    assert "self.async_segments()" in inspect.getsource(HttpResponse.__aiter__)
    assert ".segments()" in inspect.getsource(BaseApiClient.request_streamed)


def test_the_sender_keeps(client: genai.Client) -> None:
    sender = client._api_client
    assert callable(sender._retry.copy)
    assert "_retry" in sender.__dict__
    assert callable(sender._use_aiohttp)
    assert sender._httpx_client is not None
    assert sender._async_httpx_client is not None
    assert hasattr(_api_client, "tenacity")


@pytest.mark.parametrize("models", [Models, AsyncModels])
@pytest.mark.parametrize("name", ["_generate_content", "_generate_content_stream", "_embed_content"])
def test_one_request_each(models: type, name: str) -> None:
    assert f"self.{name}(" in inspect.getsource(models)


def test_parts_send_through_the_clients_sender(client: genai.Client) -> None:
    for owner in (client, client.aio):
        assert owner._models._api_client is owner._api_client
        assert owner._caches._api_client is owner._api_client
        assert owner._batches._api_client is owner._api_client
        assert owner._operations._api_client is owner._api_client
    assert client._aio is client.aio
    assert client.aio._live._api_client is client.aio._api_client


def test_chats_keep_their_models(client: genai.Client) -> None:
    assert Chats(client.models).create(model="m")._modules is client.models
    assert AsyncChats(client.aio.models).create(model="m")._modules is client.aio.models


def test_the_second_http_client(client: genai.Client) -> None:
    base = pytest.importorskip("google.genai._gaos.basesdk")
    assert list(inspect.signature(base.BaseSDK.do_request).parameters)[1:3] == ["hook_ctx", "request"]
    assert list(inspect.signature(base.AsyncBaseSDK.do_request_async).parameters)[1:3] == ["hook_ctx", "request"]
    assert "client.send(" in inspect.getsource(base.BaseSDK.do_request)
    assert "client.send(" in inspect.getsource(base.AsyncBaseSDK.do_request_async)
    interactions, later = client.interactions, client.aio.interactions
    assert isinstance(interactions, base.BaseSDK)
    assert isinstance(later, base.AsyncBaseSDK)
    assert client._interactions is interactions
    assert client.aio._interactions is later
    assert interactions.sdk_configuration.client is client._api_client._httpx_client
    assert later.sdk_configuration.async_client is client._api_client._async_httpx_client
