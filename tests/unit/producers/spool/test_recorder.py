"""Every call ends in one place: on disk, in memory, or in the count of what was dropped."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tollbook_producers.spool.failpoint import full_after
from tollbook_producers.spool.folder import make_folder
from tollbook_producers.spool.line import decode
from tollbook_producers.spool.losses import Losses
from tollbook_producers.spool.open_calls import OpenCalls
from tollbook_producers.spool.overflow import Overflow, Tally
from tollbook_producers.spool.owner import Word, read_header
from tollbook_producers.spool.recorder import SpoolRecorder
from tollbook_producers.spool.waker import Waker
from tollbook_producers.spool.writer import Writer
from unit.producers.spool.lines import FACTS, HERE, call_id, read_all


@settings(max_examples=60, deadline=None)
@example(room=141, bound=0, overlapping=1)  # all of a line but its newline
@given(room=st.integers(0, 12_000), bound=st.integers(0, 8), overlapping=st.integers(1, 6))
def test_every_call_is_somewhere_once(
    tmp_path_factory: pytest.TempPathFactory, room: int, bound: int, overlapping: int
) -> None:
    spool = tmp_path_factory.mktemp("spool")
    owner = make_folder(spool, HERE)
    losses, overflow = Losses(HERE.spooler), Overflow(bound)
    losses.keep_in(owner)
    recorder = SpoolRecorder(losses, overflow, Waker())
    recorder.writer = Writer(owner.folder, 10**6, write=full_after(room) or os.write)
    calls = [call_id() for _ in range(30)]
    for first in range(0, len(calls), overlapping):
        for call in calls[first : first + overlapping]:
            recorder.began(call, FACTS)
        for call in calls[first : first + overlapping]:
            recorder.ended(call, call_id(), FACTS)
    recorder.close()
    found, _ = read_all(owner.folder)
    folder = OpenCalls()
    on_disk = [outcome for record in found if (outcome := folder.take(record, 1)) is not None]
    kept = [overflow.take() for _ in range(len(overflow))]
    for entry in kept:
        assert entry is not None
        assert decode(entry.line.rstrip(b"\n")) is not None
        if entry.call is not None:
            folder.close(entry.call)
    assert len(on_disk) + len(kept) + len(folder) + losses.dropped == len(calls)
    assert recorder.recorded.value() == len(on_disk) + len(kept)
    header = read_header(owner.folder)
    assert header[Word.DROPPED] == losses.dropped
    assert header[Word.IN_MEMORY] == sum(entry is not None and entry.call is None for entry in kept)


def test_an_outcome_that_bypasses_the_disk_goes_by_the_reserved_id(tmp_path: Path) -> None:
    overflow = Overflow()
    recorder = SpoolRecorder(Losses("s"), overflow, Waker())
    recorder.writer = Writer(tmp_path, 10**6)
    for facts in (FACTS, {**FACTS, "source_id": "resp_1"}):
        call, minted = call_id(), call_id()
        recorder.writer._retry_at = 0.0
        recorder.began(call, FACTS)
        recorder.writer._retry_at = 1e12
        recorder.ended(call, minted, facts)
        kept = overflow.take()
        assert kept is not None
        record = decode(kept.line.rstrip(b"\n"))
        assert record is not None
        assert (record[1], kept.call) == (str(minted if "source_id" in facts else call), str(call))


def test_totals_stand_in_for_a_beginning_that_could_not_be_written(tmp_path: Path) -> None:
    losses = Losses("s")
    recorder = SpoolRecorder(losses, Overflow(), Waker())
    call = call_id()
    recorder.began(call, FACTS)
    recorder.writer = Writer(tmp_path, 10**6)
    recorder.progressed(call, {**FACTS, "prompt_tokens": 5})
    recorder.progressed(call, {**FACTS, "prompt_tokens": 6})
    recorder.close()
    assert losses.dropped == 0
    facts = [{**FACTS, "prompt_tokens": tokens} for tokens in (5, 6)]
    assert read_all(tmp_path)[0] == [["b", str(call), facts[0]], ["p", str(call), facts[1]]]


def test_after_a_fork_nothing_is_recorded(tmp_path: Path) -> None:
    recorder = SpoolRecorder(Losses("s"), Overflow(), Waker())
    recorder.writer = Writer(tmp_path, 10**6)
    call = call_id()
    recorder.began(call, FACTS)
    recorder.disown()
    recorder.progressed(call, FACTS)
    recorder.ended(call, call_id(), FACTS)
    recorder.left(call_id(), FACTS)
    recorder.began(call_id(), FACTS)
    assert [record[0] for record in read_all(tmp_path)[0]] == ["b"]


def test_reading_a_tally_does_not_change_it() -> None:
    tally = Tally()
    for _ in range(5):
        tally.add()
        tally.value()
    assert (tally.value(), tally.value()) == (5, 5)
