"""However a session ends, it leaves its one event, and what was known is kept."""

import asyncio
import gc
import threading

import pytest
from openai import AsyncOpenAI
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from support.provider_events import EventList
from support.realtime_server import Peer
from support.waiting import eventually
from tollbook_schemas import LLMUsageStatus, UsageEvent
from unit.producers.realtime.conftest import Serve
from unit.producers.realtime.conversation import MODEL, Kind, resource, talk
from unit.producers.realtime.messages import response_created, response_done, session_created, usage


def one_response(peer: Peer) -> None:
    peer.say(session_created(), response_done("resp_1", usage()))


def ended(event: UsageEvent) -> tuple[object, ...]:
    return event.status, event.error_type, event.total_tokens, event.call_count


def test_the_provider_closes_with_an_error(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        one_response(peer)
        peer.close(1011)

    with talk(kind, resource(kind, serve(script).url)) as conversation, pytest.raises(ConnectionClosedError):
        conversation.read_all()
    assert ended(events.only) == (LLMUsageStatus.ERROR, "websocket_1011", 65, 1)


def test_the_network_is_cut(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        one_response(peer)
        peer.hear()
        peer.cut()

    with talk(kind, resource(kind, serve(script).url)) as conversation:
        conversation.read()
        conversation.read()
        conversation.send({"type": "response.create"})
        with pytest.raises(ConnectionClosedError):
            conversation.read()
    assert ended(events.only) == (LLMUsageStatus.ERROR, "websocket_1006", 65, 1)


def test_a_cut_that_only_sending_sees(events: EventList, serve: Serve, kind: Kind) -> None:
    """What had arrived before is still counted: the connection ends when that is read, not when a send fails."""

    def script(peer: Peer) -> None:
        one_response(peer)
        peer.close(1011)

    def send_until_it_fails() -> bool:
        try:
            conversation.send({"type": "response.create"})
        except ConnectionClosedError:
            return True
        return False

    with talk(kind, resource(kind, serve(script).url)) as conversation:
        eventually(send_until_it_fails)
    assert (events.only.total_tokens, events.only.call_count) == (65, 1)


def test_an_exception_leaves_the_context_manager(events: EventList, serve: Serve, kind: Kind) -> None:
    def script(peer: Peer) -> None:
        one_response(peer)
        peer.say(response_created("resp_2"))
        peer.wait_for_close()

    def session() -> None:
        with talk(kind, resource(kind, serve(script).url)) as conversation:
            for _ in range(3):
                conversation.read()
            raise KeyError("a secret")

    with pytest.raises(KeyError):
        session()
    assert ended(events.only) == (LLMUsageStatus.ERROR, "KeyError", 65, 2)
    assert events.only.flags == ("responses_unfinished",)


def test_an_interrupt_leaves_the_context_manager(events: EventList, serve: Serve, kind: Kind) -> None:
    with pytest.raises(KeyboardInterrupt), talk(kind, resource(kind, serve(Peer.wait_for_close).url)):
        raise KeyboardInterrupt
    assert ended(events.only) == (LLMUsageStatus.ERROR, "interrupted", None, 1)


def test_the_handshake_is_refused(events: EventList, serve: Serve, kind: Kind) -> None:
    with pytest.raises(InvalidStatus), talk(kind, resource(kind, serve().url)):
        pytest.fail("connected")
    assert ended(events.only) == (LLMUsageStatus.ERROR, "http_401", None, 1)


def test_a_cancelled_task(events: EventList, serve: Serve) -> None:
    def script(peer: Peer) -> None:
        one_response(peer)
        peer.wait_for_close()

    async def session() -> None:
        async with resource("async", serve(script).url).connect(model=MODEL) as connection:
            async for event in connection:
                if event.type == "response.done":
                    reached.set()

    async def cancel_it() -> None:
        task = asyncio.create_task(session())
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    reached = asyncio.Event()
    asyncio.run(cancel_it())
    assert ended(events.only) == (LLMUsageStatus.ERROR, "cancelled", 65, 1)


def test_a_cancelled_recv_ends_nothing(events: EventList, serve: Serve) -> None:
    def script(peer: Peer) -> None:
        peer.hear()
        one_response(peer)

    async def session() -> None:
        async with resource("async", serve(script).url).connect(model=MODEL) as connection:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(connection.recv(), 0.01)
            assert not events
            await connection.send({"type": "response.create"})
            assert [event.type async for event in connection] == ["session.created", "response.done"]

    asyncio.run(session())
    assert ended(events.only) == (LLMUsageStatus.SUCCESS, None, 65, 1)


def test_closed_while_another_task_is_receiving(events: EventList, serve: Serve) -> None:
    said = threading.Event()

    def script(peer: Peer) -> None:
        peer.hear()
        one_response(peer)
        said.set()
        peer.wait_for_close()

    async def session() -> None:
        connection = await resource("async", serve(script).url).connect(model=MODEL).enter()
        reader = asyncio.create_task(connection.recv())
        await asyncio.sleep(0)
        await connection.send({"type": "response.create"})
        assert said.wait(10)  # and meanwhile nothing is read
        await connection.close()
        assert (await reader).type == "session.created"

    asyncio.run(session())
    assert ended(events.only) == (LLMUsageStatus.SUCCESS, None, 65, 1)


def test_entered_without_a_context_manager_and_closed(events: EventList, serve: Serve) -> None:
    connection = resource("sync", serve(one_response).url).connect(model=MODEL).enter()
    assert len(list(connection)) == 2
    connection.close()
    assert ended(events.only) == (LLMUsageStatus.SUCCESS, None, 65, 1)


def test_left_behind_and_collected(events: EventList, serve: Serve) -> None:
    def script(peer: Peer) -> None:
        one_response(peer)
        peer.wait_for_close()

    connection = resource("sync", serve(script).url).connect(model=MODEL).enter()
    websocket = connection._connection._inner
    connection.recv()
    connection.recv()
    assert not events
    del connection
    gc.collect()
    eventually(lambda: len(events))
    assert ended(events.only) == (LLMUsageStatus.SUCCESS, None, 65, 1)
    assert events.only.flags == ("not_closed",)
    websocket.close()


def test_an_untracked_client_stays_untracked(events: EventList, serve: Serve) -> None:
    client = AsyncOpenAI(base_url=f"{serve(one_response).url}/v1", api_key="none")
    assert not getattr(client.realtime, "_tollbook_tracked", False)
    assert not events
