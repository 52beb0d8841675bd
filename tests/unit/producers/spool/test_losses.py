"""What is dropped is told exactly once, also when the process dies in between."""

from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_producers.event_builder import build_event
from tollbook_producers.spool.folder import make_folder
from tollbook_producers.spool.losses import MAX_CALLS, Losses
from tollbook_producers.spool.open_calls import Outcome
from tollbook_producers.spool.owner import Owner, Word, adopt, read_header
from tollbook_schemas import UsageEvent
from unit.producers.spool.lines import HERE


def event_of(report: Outcome) -> UsageEvent:
    return build_event(report.facts, UUID(report.event_id))


def test_a_report_is_one_valid_error_event() -> None:
    losses = Losses("s")
    losses.drop(7)
    report = losses.next_report()
    assert report is not None
    event = event_of(report)
    assert (event.status, event.error_type, event.call_count, event.aggregate) == ("error", "dropped", 7, True)
    assert (event.use_case, event.flags) == ("unattributed", ())


def test_a_report_stays_the_same_until_it_is_acknowledged() -> None:
    losses = Losses("s")
    losses.drop(2)
    first = losses.next_report()
    losses.drop(3)
    assert losses.next_report() == first
    losses.acknowledged()
    assert losses.unreported == 3
    second = losses.next_report()
    assert first is not None
    assert second is not None
    assert second.event_id != first.event_id
    losses.acknowledged()
    assert losses.next_report() is None


@given(st.lists(st.integers(1, 3 * MAX_CALLS), min_size=1, max_size=4))
def test_many_are_told_by_several_events(amounts: list[int]) -> None:
    losses = Losses("s")
    told = 0
    for amount in amounts:
        losses.drop(amount)
        while (report := losses.next_report()) is not None:
            told += event_of(report).call_count
            losses.acknowledged()
    assert told == sum(amounts) == losses.dropped


def next_process(owner: Owner) -> Losses:
    """The losses as a process finds them that adopts the folder of a killed one."""
    return Losses.left_behind(owner, read_header(owner.folder), HERE.spooler)


def test_a_killed_process_and_its_killed_adopter_tell_the_same(tmp_path: Path) -> None:
    owner = make_folder(tmp_path, HERE)
    killed = Losses(HERE.spooler)
    killed.drop(4)
    killed.keep_in(owner)
    sent = killed.next_report()
    killed.drop(6)
    adopter = next_process(owner)
    assert adopter.next_report() == sent
    adopter = next_process(owner)
    assert adopter.next_report() == sent
    adopter.acknowledged()
    last = next_process(owner)
    report = last.next_report()
    assert report is not None
    assert event_of(report).call_count == 6
    last.acknowledged()
    assert next_process(owner).unreported == 0


def test_calls_that_only_memory_knew_are_lost_with_the_process(tmp_path: Path) -> None:
    owner = make_folder(tmp_path, HERE)
    losses = Losses(HERE.spooler)
    losses.keep_in(owner)
    losses.hold(3)
    losses.hold(-1)
    assert losses.unreported == 0
    assert next_process(owner).unreported == 2


def test_a_report_that_cannot_be_noted_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = make_folder(tmp_path, HERE)
    losses = Losses(HERE.spooler)
    losses.keep_in(owner)

    def fail(_owner: Owner, _word: Word, _value: int) -> None:
        raise OSError("the disk is broken")

    with monkeypatch.context() as patch:
        patch.setattr(Owner, "set", fail)
        losses.drop(5)
        with pytest.raises(OSError, match="broken"):
            losses.next_report()
    assert losses.dropped == 5
    losses.drop()
    assert read_header(owner.folder)[Word.DROPPED] == 6


def test_an_unreadable_header_counts_nothing(tmp_path: Path) -> None:
    owner = make_folder(tmp_path, HERE)
    owner.release()
    (owner.folder / "owner").write_bytes(b"torn")
    header = read_header(owner.folder)
    assert (set(header.words), header.destination) == ({0}, None)
    adopted = adopt(owner.folder)
    assert adopted is not None
    assert adopted.header.destination is None
