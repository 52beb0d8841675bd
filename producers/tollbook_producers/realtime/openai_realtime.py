"""Realtime sessions of the openai SDK: OpenAI, Azure, xAI; `client.realtime` and `.beta.realtime`, sync and async.

Hooked are what every version since 2.0 has: the resource's `connect`, the entering and leaving of what it returns, and
of the connection the private attributes `_connection` (the websocket) and, where the SDK reconnects by itself,
`_make_ws`. A test fails when the SDK renames them. A reconnect begins a new session of the provider, and so of ours.
"""

from dataclasses import dataclass
from typing import Any, TypeVar, cast

from tollbook_producers.attribution import Attribution
from tollbook_producers.facts import CallSpec
from tollbook_producers.hooked import copy_as, hooked_type
from tollbook_producers.read import text
from tollbook_producers.realtime.begin import begin_openai
from tollbook_producers.realtime.connection_sessions import Sessions
from tollbook_producers.realtime.session import Session
from tollbook_producers.realtime.websocket import TrackedAsyncSocket, TrackedSocket

ResourceT = TypeVar("ResourceT")
BetaT = TypeVar("BetaT")


def tracked_realtime(resource: ResourceT, provider: str, attribution: Attribution, per_response: bool) -> ResourceT:
    """A `Realtime` or `AsyncRealtime` resource of the same type whose connections are tracked; the given one is not.

    By default a session leaves one event when it ends, `per_response` one for each of its responses instead. Either
    way each transcription of what the user said leaves one.
    """
    tracked = copy_as(TrackedRealtime, resource)
    tracked._tollbook_settings = _Settings(provider, attribution, per_response)
    return cast("ResourceT", tracked)


def tracked_beta(beta: BetaT, provider: str, attribution: Attribution, per_response: bool) -> BetaT:
    """A copy of `client.beta` whose `realtime` is tracked; of an SDK without one, the given object."""
    if not hasattr(beta, "realtime"):
        return beta
    tracked = object.__new__(type(beta))
    tracked.__dict__.update(beta.__dict__)
    tracked.__dict__["realtime"] = tracked_realtime(beta.realtime, provider, attribution, per_response)
    return tracked


@dataclass(frozen=True, slots=True)
class _Settings:
    """How a resource's sessions are tracked."""

    provider: str
    attribution: Attribution
    per_response: bool

    def begin(self, model: str) -> Session | None:
        """A new session, None where it is not to be tracked."""
        spec = CallSpec(self.provider, model, self.attribution)
        return begin_openai(spec, per_response=self.per_response)


class TrackedRealtime:
    """The resource: `connect` returns the SDK's own connection manager, hooked."""

    _tollbook_tracked = True
    _tollbook_settings: _Settings

    def connect(self, *args: Any, **kwargs: Any) -> Any:
        sdk: Any = super()
        manager = sdk.connect(*args, **kwargs)
        settings, model = self._tollbook_settings, _model(kwargs)
        hook = TrackedAsyncManager if hasattr(manager, "__aenter__") else TrackedManager
        manager.__class__ = hooked_type(hook, type(manager))
        manager._tollbook = Sessions(lambda: settings.begin(model))
        return manager


class TrackedManager:
    """A connection manager."""

    _tollbook: Sessions

    def __enter__(self) -> Any:
        sdk: Any = super()
        sessions = self._tollbook
        sessions.entering()
        try:
            connection = sdk.__enter__()
        except BaseException as error:
            sessions.failed(error)
            raise
        sessions.listen(connection, TrackedSocket)
        _follow_reconnects(connection, sessions)
        return connection

    def enter(self) -> Any:
        return self.__enter__()

    def __exit__(self, exc_type: Any, exc: BaseException | None, exc_tb: Any) -> Any:
        sdk: Any = super()
        self._tollbook.leaving(exc)
        try:
            return sdk.__exit__(exc_type, exc, exc_tb)
        finally:
            self._tollbook.left()


class TrackedAsyncManager:
    """An asynchronous connection manager."""

    _tollbook: Sessions

    async def __aenter__(self) -> Any:
        sdk: Any = super()
        sessions = self._tollbook
        sessions.entering()
        try:
            connection = await sdk.__aenter__()
        except BaseException as error:
            sessions.failed(error)
            raise
        sessions.listen(connection, TrackedAsyncSocket)
        _follow_async_reconnects(connection, sessions)
        return connection

    async def enter(self) -> Any:
        return await self.__aenter__()

    async def __aexit__(self, exc_type: Any, exc: BaseException | None, exc_tb: Any) -> Any:
        sdk: Any = super()
        self._tollbook.leaving(exc)
        try:
            return await sdk.__aexit__(exc_type, exc, exc_tb)
        finally:
            self._tollbook.left()


def _follow_reconnects(connection: Any, sessions: Sessions) -> None:
    connect = getattr(connection, "_make_ws", None)
    if connect is not None:
        connection._make_ws = lambda *args: sessions.reconnected(connect(*args), TrackedSocket)


def _follow_async_reconnects(connection: Any, sessions: Sessions) -> None:
    connect = getattr(connection, "_make_ws", None)
    if connect is None:
        return

    async def reconnect(*args: Any) -> Any:
        return sessions.reconnected(await connect(*args), TrackedAsyncSocket)

    connection._make_ws = reconnect


def _model(asked: dict[str, Any]) -> str:
    """The model of a `connect`; a call that is joined names none, and its first message will."""
    query = asked.get("extra_query")
    return text(asked.get("model")) or text(query.get("model") if isinstance(query, dict) else None) or "unknown"
