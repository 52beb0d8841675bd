"""The SDKs still have the methods that are watched, are put back as they were, and stay what they are."""

import importlib
import inspect
from collections.abc import Iterator

import pytest

from tollbook_producers.guard.doors import listen, unlisten
from tollbook_producers.guard.place import Place
from tollbook_producers.guard.sdks import DOORS, Door

NEEDED = [(module, door) for module, doors in DOORS.items() for door in doors if door.needed]


def method_of(module: str, door: Door) -> object:
    return vars(getattr(importlib.import_module(module), door.owner))[door.method]


def ignore(provider: str, surface: str, place: Place) -> None:
    """Nothing to do."""


@pytest.fixture
def listening() -> Iterator[None]:
    listen(ignore)
    yield
    unlisten(ignore)


@pytest.mark.parametrize(("module", "door"), NEEDED)
def test_a_door_is_watched_while_somebody_listens(module: str, door: Door) -> None:
    before = method_of(module, door)
    listen(ignore)
    listen(ignore)
    watched = method_of(module, door)
    unlisten(ignore)
    assert method_of(module, door) is watched is not before
    unlisten(ignore)
    assert method_of(module, door) is before


@pytest.mark.parametrize(("module", "door"), NEEDED)
@pytest.mark.usefixtures("listening")
def test_a_watched_door_stays_what_it_is(module: str, door: Door) -> None:
    watched = method_of(module, door)
    original = inspect.unwrap(watched, stop=lambda function: not hasattr(function, "_tollbook_watched"))  # type: ignore[arg-type]  # a function
    for is_kind in (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction):
        assert is_kind(watched) == is_kind(original)
    assert inspect.signature(watched) == inspect.signature(original)  # type: ignore[arg-type]  # a function


@pytest.mark.parametrize("module", sorted(DOORS))
def test_a_module_without_needed_doors_may_be_absent_but_not_half(module: str) -> None:
    """A door that a version does not have is absent with its whole module or on all classes alike."""
    try:
        found = importlib.import_module(module)
    except ImportError:
        assert not any(door.needed for door in DOORS[module])
        return
    have = {hasattr(getattr(found, door.owner, None), door.method) for door in DOORS[module]}
    assert len(have) == 1
