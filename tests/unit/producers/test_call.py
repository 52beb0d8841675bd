"""A call leaves one event whatever its report holds, and is never counted as dropped besides."""

from typing import Any

import pytest

from support.provider_events import EventList
from tollbook_producers import CallReport, publisher_stats
from tollbook_producers.attribution import NOTHING
from tollbook_producers.call import OpenCall, leave_event
from tollbook_producers.facts import CallSpec

SPEC = CallSpec("acme", "m1", NOTHING)
UNREADABLE: list[dict[str, Any]] = [{"usage": None}, {"usage": 3}, {"flags": 7}]


@pytest.mark.parametrize("wrong", UNREADABLE)
def test_a_report_of_the_wrong_types_is_flagged(events: EventList, wrong: dict[str, Any]) -> None:
    call = OpenCall(SPEC)
    call.end(CallReport(**wrong))
    assert events.only.flags == ("report_unreadable",)
    assert publisher_stats().dropped == 0


@pytest.mark.parametrize("identity", [{"completed_ms": -1}, {"completed_ms": "soon"}, {"completed_ms": 10**20}])
def test_an_object_whose_time_is_none_gets_an_id_of_its_own(events: EventList, identity: dict[str, Any]) -> None:
    leave_event(SPEC, CallReport(identity="obj_1", **identity))
    assert events.only.source_id == "obj_1"
    assert publisher_stats().dropped == 0


def test_the_first_end_counts(events: EventList) -> None:
    call = OpenCall(SPEC)
    call.end(error=ValueError("x"))
    call.end()
    assert events.only.error_type == "ValueError"
