"""The SDK's private names that we hook: renamed, they would be lost without a sound, so this says so."""

import inspect
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI
from openai._models import FinalRequestOptions

from support.both import done, opened
from unit.producers.openai_http.conftest import World
from unit.producers.openai_http.streams import CHAT


@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI])
@pytest.mark.parametrize("name", ["request", "_prepare_request", "_process_response", "_calculate_retry_timeout"])
def test_the_methods_are_there(kind: type, name: str) -> None:
    assert callable(getattr(kind, name))


@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI])
def test_what_they_are_called_with(kind: type) -> None:
    assert list(inspect.signature(kind.request).parameters)[:3] == ["self", "cast_to", "options"]  # type: ignore[attr-defined]
    process = inspect.signature(kind._process_response).parameters  # type: ignore[attr-defined]
    assert process["response"].kind is inspect.Parameter.KEYWORD_ONLY
    prepare = inspect.signature(kind._prepare_request).parameters  # type: ignore[attr-defined]
    assert list(prepare) == ["self", "request"]


def test_what_a_request_is_known_by() -> None:
    options = FinalRequestOptions(method="post", url="/x", json_data={"a": 1})
    assert (options.method, options.url, options.json_data, options.extra_json) == ("post", "/x", {"a": 1}, None)
    copied = options.model_copy()
    copied.json_data = {}
    assert options.json_data == {"a": 1}


def test_the_sdk_still_calls_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    def recorded(name: str, original: Any) -> Any:
        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            called.append(name)
            return original(self, *args, **kwargs)

        return method

    for name in ("_prepare_request", "_process_response"):
        monkeypatch.setattr(world.kind, name, recorded(name, getattr(world.kind, name)))
    world.server.reply = CHAT.reply
    world.run(CHAT.use)
    assert called == ["_prepare_request", "_process_response"]


def test_the_http_librarys_response(world: World) -> None:
    """`stream` may be replaced, and a decoder made of the response's headers."""
    world.server.reply = CHAT.reply

    async def use(client: Any) -> None:
        create = client.chat.completions.with_streaming_response.create
        async with opened(create(**CHAT.arguments)) as response:
            http = response.http_response
            assert not http.is_closed
            assert {kind.__name__ for kind in type(http.stream).__mro__} & {"SyncByteStream", "AsyncByteStream"}
            assert hasattr(http._get_content_decoder(), "decode")
            assert "_decoder" in vars(http)
            await done(response.read())
            assert "_content" in vars(http)

    world.untracked(use)
