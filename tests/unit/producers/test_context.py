import asyncio
from uuid import UUID

import pytest

from tollbook_producers import usage_context
from tollbook_producers.context import current_attribution


def test_contexts_nest_and_merge() -> None:
    with usage_context(project_id="p", tags={"a": "1"}):
        with usage_context(session_id="s", project_id=None, tags={"b": "2"}):
            assert current_attribution() == {"project_id": "p", "session_id": "s", "tags": {"a": "1", "b": "2"}}
        assert current_attribution() == {"project_id": "p", "tags": {"a": "1"}}
    assert current_attribution() == {}


def test_an_error_leaves_the_context() -> None:
    with pytest.raises(RuntimeError), usage_context(project_id="p"):
        raise RuntimeError
    assert current_attribution() == {}


def test_ids_of_a_database_become_text() -> None:
    with usage_context(project_id=42, session_id=UUID(int=1)):
        assert current_attribution() == {"project_id": "42", "session_id": "00000000-0000-0000-0000-000000000001"}


def test_tasks_have_contexts_of_their_own() -> None:
    async def session(name: str) -> object:
        with usage_context(session_id=name):
            await asyncio.sleep(0)
            return current_attribution()["session_id"]

    async def both() -> tuple[object, object]:
        return await asyncio.gather(session("a"), session("b"))

    assert list(asyncio.run(both())) == ["a", "b"]


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(TypeError, match="unknown attribution: projekt"), usage_context(projekt="p"):  # type: ignore[call-arg]
        pass
