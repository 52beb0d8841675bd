"""What surrounds a piece of code: whom its calls are billed to, who leaves their event, who adds up their usage.

One context variable holds it, as a chain of what was entered. Leaving takes out the own link wherever it is, so that a
generator which is closed late, or in another context, never puts back what its consumer has left meanwhile.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from tollbook_producers.attribution import NOTHING, Attribution, merge


class Cover(Protocol):
    """A call whose one event stands for every call inside, until it is over."""

    @property
    def is_over(self) -> bool:
        """Whether its event was left."""


class Collection(Protocol):
    """Takes the facts of calls."""

    def note(self, facts: Mapping[str, Any]) -> None:
        """One event's facts."""


CollectionT = TypeVar("CollectionT", bound=Collection)


class Collecting(Generic[CollectionT]):
    """A collection of the calls that begin inside, until it is over."""

    __slots__ = ("collection", "is_over")

    def __init__(self, collection: CollectionT) -> None:
        self.collection = collection
        self.is_over = False


@dataclass(slots=True, eq=False)
class Scope:
    """One link of the chain, with everything that holds in it. `key` is whoever entered it."""

    attribution: Attribution
    cover: Cover | None
    collecting: tuple[Collecting[Collection], ...]
    key: object
    outer: "Scope | None"
    merged: tuple[Attribution, Attribution] | None = None


_NOWHERE = Scope(NOTHING, None, (), None, None)
_scope: ContextVar[Scope] = ContextVar("tollbook_scope", default=_NOWHERE)

current = _scope.get
"""The innermost scope around the code that asks."""


def over(base: Attribution) -> Attribution:
    """The current attribution over a wrapped client's. The scope remembers the last one it made: calls repeat."""
    scope = _scope.get()
    remembered = scope.merged
    if remembered is not None and remembered[0] is base:
        return remembered[1]
    merged = merge(base, scope.attribution)
    if scope is not _NOWHERE:  # which lives as long as the process and must not keep a client's attribution
        scope.merged = (base, merged)
    return merged


def within(outer: Scope, inner: Attribution, key: object = None) -> Scope:
    """`outer` with more attribution; without a key it is never left and stands alone."""
    return Scope(
        merge(outer.attribution, inner), outer.cover, outer.collecting, key, outer if key is not None else None
    )


def covered(outer: Scope, cover: Cover) -> Scope:
    """`outer` with one event for every call inside."""
    return Scope(outer.attribution, cover, outer.collecting, cover, outer)


def collected(outer: Scope, inner: Collecting[Any]) -> Scope:
    """`outer` with one more collection."""
    collecting = (*(entered for entered in outer.collecting if not entered.is_over), inner)
    return Scope(outer.attribution, outer.cover, collecting, inner, outer)


def collections() -> tuple[Collection, ...]:
    """Who collects a call that begins now."""
    collecting = _scope.get().collecting
    return tuple(entered.collection for entered in collecting if not entered.is_over) if collecting else ()


def enter(scope: Scope) -> Scope:
    """Put a scope in place. Returns the one that was there."""
    outside = _scope.get()
    _scope.set(scope)
    return outside


@contextmanager
def inside(scope: Scope) -> Iterator[None]:
    """A scope with a key for the length of a block."""
    enter(scope)
    try:
        yield
    finally:
        leave(scope.key)


def leave(key: object) -> None:
    """Take out the innermost link of this key. In a context that has none, nothing happens."""
    above = []
    link: Scope | None = _scope.get()
    while link is not None and link.key is not key:
        above.append(link)
        link = link.outer
    if link is None:
        return
    rest = link.outer or _NOWHERE
    link.outer = None  # tasks that inherited this link never leave it: what is outside of it must not pile up in them
    for inner in reversed(above):
        rest = replace(inner, outer=rest)
    _scope.set(rest)


class Resumed:
    """A scope that is there only while a generator runs, never while its consumer does."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    @contextmanager
    def step(self) -> Iterator[None]:
        """One step of the generator. What it entered and did not leave is there again at the next."""
        token = _scope.set(self._scope)
        try:
            yield
        finally:
            reached = _scope.get()
            with suppress(ValueError):  # the garbage collector ends what is suspended in a context of its own
                _scope.reset(token)
                self._scope = reached


def _after_fork() -> None:
    """In a forked child the call around is the parent's: what the child calls leaves events of its own."""
    links = []
    link: Scope | None = _scope.get()
    while link is not None:
        links.append(link)
        link = link.outer
    if any(link.cover is not None for link in links):
        for outer in reversed(links):
            link = replace(outer, cover=None, outer=link)
        _scope.set(link or _NOWHERE)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
