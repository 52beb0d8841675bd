"""The second pass on a real broker: every good row once, then an end in every partition."""

from pathlib import Path
from typing import Any

import pytest

from support.import_files import LATEST_MS, MAPPING, check, events_of, write_csv
from support.import_topic import read_import_topic
from tollbook_producers.imports import FileCheck, ImportFileError, ImportSender, ImportSendError, send, send_file
from tollbook_schemas import Settings

ROWS = tuple(f"2023-11-16 18:{minute:02d}:46.680,gpt-4o,{minute},44" for minute in range(60))


def send_checked(path: Path, result: FileCheck, settings: Settings) -> int:
    sender = ImportSender(settings, result.import_id)
    return send_file(path, MAPPING, result, sender, latest_ms=LATEST_MS, on_sent=lambda _: None)


def test_good_rows_arrive_before_the_ends(tmp_path: Path, settings: Settings) -> None:
    path = write_csv(tmp_path / "a.csv", *ROWS, "soon,m,1,2")
    result = check(path).check
    assert send_checked(path, result, settings) == len(ROWS)
    topic = read_import_topic(settings)
    assert {record.import_id for record in topic.events} == {result.import_id}
    assert {record.event.id for record in topic.events} == {event.id for event in events_of(path)}
    assert set(topic.events.values()) == {1}
    assert list(topic.ends.values()) == [{result.import_id: 1}] * settings.partitions
    assert topic.ends_come_last


def test_an_import_that_is_run_again_sends_the_same_events(tmp_path: Path, settings: Settings) -> None:
    path = write_csv(tmp_path / "a.csv", *ROWS)
    result = check(path).check
    for _ in range(2):
        send_checked(path, result, settings)
    topic = read_import_topic(settings)
    assert len(topic.events) == len(ROWS)
    assert set(topic.events.values()) == {2}


def test_a_file_that_changed_is_left_without_an_end(tmp_path: Path, settings: Settings) -> None:
    path = write_csv(tmp_path / "a.csv", *ROWS)
    result = check(path).check
    write_csv(path, *ROWS, ROWS[0])
    with pytest.raises(ImportFileError, match="was changed"):
        send_checked(path, result, settings)
    assert not any(read_import_topic(settings).ends.values())


def test_a_record_that_the_broker_refuses_is_an_error_and_no_end(tmp_path: Path, settings: Settings) -> None:
    result = check(write_csv(tmp_path / "a.csv", *ROWS)).check
    sender = ImportSender(settings, result.import_id)
    event = events_of(tmp_path / "a.csv")[0]
    big: dict[str, Any] = {f"n{number}": "x" * 64 for number in range(20_000)}
    with pytest.raises(ImportSendError, match="run the same import again"):
        sender.send(event.model_copy(update={"raw_usage": big}))
    sender.abandon()
    assert not any(read_import_topic(settings).ends.values())


def test_a_missing_topic_is_named(tmp_path: Path, settings: Settings) -> None:
    other = settings.model_copy(update={"topic_prefix": "nobody-made."})
    sender = ImportSender(other, "imp_" + "0" * 32)
    with pytest.raises(ImportSendError, match=r"no topic nobody-made\.usage-imports"):
        sender.partitions()


def test_a_broker_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "METADATA_SECONDS", 0.5)
    sender = ImportSender(Settings(kafka="127.0.0.1:9"), "imp_" + "0" * 32)
    with pytest.raises(ImportSendError, match=r"127\.0\.0\.1:9 does not answer"):
        sender.partitions()
