"""A batch is written beside whoever began it, and what went wrong is told once, to whoever asks."""

from threading import Event, get_ident

import pytest

from tollbook_sinks.batches import Batch
from tollbook_sinks.errors import DatabaseAwayError
from tollbook_sinks.writing_ahead import Writer


def test_a_write_goes_on_while_its_beginner_does() -> None:
    go_on, threads = Event(), []

    def write(_batch: Batch) -> None:
        assert go_on.wait(30)
        threads.append(get_ident())

    writer = Writer(write)
    writer.begin(Batch())
    assert threads == []
    go_on.set()
    writer.finish()
    assert len(threads) == 1
    assert threads[0] != get_ident()
    writer.close()


def test_what_a_write_raised_is_raised_once_and_by_no_wait() -> None:
    def write(_batch: Batch) -> None:
        raise DatabaseAwayError("gone")

    writer = Writer(write)
    writer.begin(Batch())
    writer.wait()
    with pytest.raises(DatabaseAwayError):
        writer.finish()
    writer.finish()
    writer.close()


def test_closing_waits_for_the_last_write() -> None:
    written: list[Batch] = []
    writer = Writer(written.append)
    batch = Batch()
    writer.begin(batch)
    writer.close()
    assert written == [batch]
