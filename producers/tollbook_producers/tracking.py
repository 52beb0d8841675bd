"""Calls made through a runner that adds nothing to them but the event they leave."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tollbook_producers.call import OpenCall
from tollbook_producers.facts import CallSpec
from tollbook_producers.log import warn_once
from tollbook_producers.report import CallReport

T = TypeVar("T")
Observer = Callable[[T | None, BaseException | None], CallReport]
"""Reads the report of a call from its result or its error. Whatever it raises is swallowed and flagged."""


def run(call: Callable[[], T], spec: CallSpec, observe: Observer[T]) -> T:
    """Make the call and leave one event. Result and exception are the call's own, untouched."""
    opened = OpenCall(spec)
    try:
        result = call()
    except BaseException as error:
        opened.end(observed(observe, None, error), error)
        raise
    opened.end(observed(observe, result, None))
    return result


async def arun(call: Callable[[], Awaitable[T]], spec: CallSpec, observe: Observer[T]) -> T:
    """As `run`, for a call that is awaited."""
    opened = OpenCall(spec)
    try:
        result = await call()
    except BaseException as error:
        opened.end(observed(observe, None, error), error)
        raise
    opened.end(observed(observe, result, None))
    return result


def observed(observe: Observer[T], result: T | None, error: BaseException | None) -> CallReport:
    """The observer's report; an empty and flagged one where it fails. Never raises."""
    try:
        return observe(result, error)
    except Exception as failure:  # noqa: BLE001  # a call whose report cannot be read is still a call
        warn_once("a call's usage could not be read", failure)
        return CallReport(flags=("report_unreadable",))
