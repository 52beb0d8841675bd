"""A changelog that was damaged while nobody looked is folded again from the source log."""

from pathlib import Path

import pytest

from support.processor_changelog import read_changelog
from support.processor_events import import_named
from support.processor_flow import Flow
from support.processor_tampering import Raw, Tamper, rewrite
from support.processor_worker import run_processor, wait_until_folded
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import STREAM_KINDS


def last_of_each_key(records: list[Raw]) -> list[Raw]:
    """What compaction leaves."""
    return list({(record.partition, record.key): record for record in records}.values())


def without_every_third_total(records: list[Raw]) -> list[Raw]:
    return [record for number, record in enumerate(last_of_each_key(records)) if record.is_mark or number % 3]


def with_first_totals_only(records: list[Raw]) -> list[Raw]:
    totals = [record for record in first_of_each_key(records) if not record.is_mark]
    return [*totals, *(record for record in last_of_each_key(records) if record.is_mark)]


def without_marks(records: list[Raw]) -> list[Raw]:
    return [record for record in last_of_each_key(records) if not record.is_mark]


def first_of_each_key(records: list[Raw]) -> list[Raw]:
    return last_of_each_key(records[::-1])


def with_old_marks_and_stale_totals_last(records: list[Raw]) -> list[Raw]:
    """As if another owner's records, true but old, had landed at the end, and its last marks had been lost."""
    totals = [record for record in last_of_each_key(records) if not record.is_mark]
    return [*totals, *first_of_each_key(records)]


def with_garbage_last(records: list[Raw]) -> list[Raw]:
    garbage = b'{"applied":999999999,"measures":{"events":1},"crc32":7}'
    return [*records, *(record._replace(value=garbage) for record in last_of_each_key(records))]


@pytest.mark.parametrize(
    ("tamper", "repairs"),
    [
        (without_every_third_total, True),
        (with_first_totals_only, True),
        (without_marks, False),
        (with_old_marks_and_stale_totals_last, False),
        (with_garbage_last, False),
    ],
)
def test_a_damaged_changelog_comes_to_say_the_truth(
    settings: Settings, tmp_path: Path, tamper: Tamper, repairs: bool
) -> None:
    flow = Flow(settings, 7, settings.partitions)
    with run_processor(settings, tmp_path) as worker:
        for _ in range(3):
            flow.live(400)
            flow.imported(100, import_named(1))
            flow.flush()
            wait_until_folded(settings, flow)
        assert worker.stop() == 0, worker.output
        for kind in STREAM_KINDS:
            rewrite(settings.kafka, settings.topics.changelog(kind), tamper)
        flow.live(400)
        flow.imported(100, import_named(1))
        flow.flush()
        worker.restart()
        wait_until_folded(settings, flow)
    assert ("folding again from the log" in worker.output) == repairs
    for kind in STREAM_KINDS:
        assert read_changelog(settings.kafka, settings.topics.changelog(kind), kind).totals() == flow.result(kind)
